"""Accounts and the consents behind them: routes and shapes."""
