"""Files of publishing: the copies that platforms are given, and the pictures of accounts."""
