"""Accounts and the consents behind them: routes, shapes, pictures."""
