"""Approvals: a workspace's rules, posts sent for approval, what people decide and remark, and reviewers outside."""
