"""URLs of the accounts' API."""

from django.urls import path

from apps.users.api.views import account, auth, sessions

urlpatterns = [
    path("auth/register/", auth.RegisterView.as_view(), name="register"),
    path("auth/login/", auth.LoginView.as_view(), name="login"),
    path("auth/refresh/", auth.RefreshView.as_view(), name="refresh"),
    path("auth/logout/", auth.LogoutView.as_view(), name="logout"),
    path("auth/logout-all/", sessions.LogoutEverywhereView.as_view(), name="logout-all"),
    path("auth/sessions/", sessions.SessionViewSet.as_view({"get": "list"}), name="session-list"),
    path(
        "auth/sessions/<uuid:pk>/",
        sessions.SessionViewSet.as_view({"delete": "destroy"}),
        name="session-detail",
    ),
    path("auth/me/", account.OwnAccountView.as_view(), name="own-account"),
    path("auth/password/change/", account.ChangePasswordView.as_view(), name="change-password"),
    path("auth/password/reset/", account.RequestPasswordResetView.as_view(), name="ask-for-reset"),
    path("auth/password/reset/confirm/", account.ResetPasswordView.as_view(), name="reset-password"),
    path("auth/email/verify/", account.VerifyEmailView.as_view(), name="verify-email"),
    path(
        "auth/email/verify/resend/",
        account.ResendVerificationView.as_view(),
        name="resend-verification",
    ),
    path("auth/email/change/", account.ChangeEmailView.as_view(), name="change-email"),
]
