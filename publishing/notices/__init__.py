"""What people are told of their posts and connections."""
