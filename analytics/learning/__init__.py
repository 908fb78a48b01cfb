"""What a workspace's own posts say about patterns: a small Bayesian regression, no Django inside."""
