"""Addresses of the accounts' API."""

from django.urls import path

from apps.users.api import account_views, views

urlpatterns = [
    path("auth/register/", views.RegisterView.as_view(), name="register"),
    path("auth/login/", views.LoginView.as_view(), name="login"),
    path("auth/refresh/", views.RefreshView.as_view(), name="refresh"),
    path("auth/logout/", views.LogoutView.as_view(), name="logout"),
    path("auth/logout-all/", views.LogoutEverywhereView.as_view(), name="logout-all"),
    path("auth/sessions/", views.SessionViewSet.as_view({"get": "list"}), name="session-list"),
    path(
        "auth/sessions/<uuid:pk>/", views.SessionViewSet.as_view({"delete": "destroy"}), name="session-detail"
    ),
    path("auth/me/", account_views.OwnAccountView.as_view(), name="own-account"),
    path("auth/password/change/", account_views.ChangePasswordView.as_view(), name="change-password"),
    path("auth/password/reset/", account_views.AskForResetView.as_view(), name="ask-for-reset"),
    path("auth/password/reset/confirm/", account_views.ResetPasswordView.as_view(), name="reset-password"),
    path("auth/email/verify/", account_views.VerifyEmailView.as_view(), name="verify-email"),
    path(
        "auth/email/verify/resend/",
        account_views.ResendVerificationView.as_view(),
        name="resend-verification",
    ),
    path("auth/email/change/", account_views.ChangeEmailView.as_view(), name="change-email"),
]
