"""Routes of the accounts API, relative to /api/v1/."""

from django.urls import path

from accounts import viewsets

urlpatterns = [
    path("auth/register", viewsets.Register.as_view(), name="api-register"),
    path("auth/login", viewsets.Login.as_view(), name="api-login"),
    path("auth/refresh", viewsets.Refresh.as_view(), name="api-refresh"),
    path("auth/logout", viewsets.Logout.as_view(), name="api-logout"),
    path("auth/verify-email", viewsets.VerifyEmail.as_view(), name="api-verify-email"),
    path("auth/password/forgot", viewsets.PasswordForgot.as_view(), name="api-password-forgot"),
    path("auth/password/reset", viewsets.PasswordReset.as_view(), name="api-password-reset"),
    path("auth/me", viewsets.Me.as_view(), name="api-me"),
    path("preferences", viewsets.PreferencesView.as_view(), name="api-preferences"),
    path("workspaces", viewsets.Workspaces.as_view(), name="api-workspaces"),
    path("workspaces/<uuid:workspace_id>", viewsets.WorkspaceView.as_view(), name="api-workspace"),
    path("workspaces/<uuid:workspace_id>/members", viewsets.Members.as_view(), name="api-members"),
    path(
        "workspaces/<uuid:workspace_id>/members/<uuid:membership_id>", viewsets.MemberView.as_view(), name="api-member"
    ),
    path("invitations/<str:token>/accept", viewsets.AcceptInvitation.as_view(), name="api-invitation-accept"),
]
