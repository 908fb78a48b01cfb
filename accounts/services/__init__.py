"""Every mutation of accounts, by verb family."""
