from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Owns users, workspaces, memberships, invitations, preferences, roles and the audit. Not: connected platforms."""

    name = "accounts"
    label = "accounts"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from accounts.middleware import begin_session

        user_logged_in.connect(begin_session, dispatch_uid="accounts.begin_session")
