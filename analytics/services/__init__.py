"""Every mutation of analytics."""
