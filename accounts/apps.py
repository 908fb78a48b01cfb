from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Owns users, workspaces, memberships, invitations, preferences, roles and the audit. Not: connected platforms."""

    name = "accounts"
    label = "accounts"
