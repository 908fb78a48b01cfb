"""Routes of the accounts API, relative to /api/v1/."""

from django.urls import path

from accounts import viewsets as doors

urlpatterns = [
    path("auth/register", doors.Register.as_view(), name="api-register"),
    path("auth/login", doors.Login.as_view(), name="api-login"),
    path("auth/refresh", doors.Refresh.as_view(), name="api-refresh"),
    path("auth/logout", doors.Logout.as_view(), name="api-logout"),
    path("auth/verify-email", doors.VerifyEmail.as_view(), name="api-verify-email"),
    path("auth/password/forgot", doors.PasswordForgot.as_view(), name="api-password-forgot"),
    path("auth/password/reset", doors.PasswordReset.as_view(), name="api-password-reset"),
    path("auth/me", doors.Me.as_view(), name="api-me"),
    path("preferences", doors.PreferencesDoor.as_view(), name="api-preferences"),
    path("workspaces", doors.Workspaces.as_view(), name="api-workspaces"),
    path("workspaces/<uuid:workspace_id>", doors.WorkspaceDoor.as_view(), name="api-workspace"),
    path("workspaces/<uuid:workspace_id>/members", doors.Members.as_view(), name="api-members"),
    path("workspaces/<uuid:workspace_id>/members/<uuid:membership_id>", doors.MemberDoor.as_view(), name="api-member"),
    path("invitations/<str:token>/accept", doors.AcceptInvitation.as_view(), name="api-invitation-accept"),
]
