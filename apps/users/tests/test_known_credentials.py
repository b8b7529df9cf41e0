"""What may be a credential is known: rows that name an account, and code that makes tokens."""

import re

from django.apps import apps
from django.conf import settings

from apps.users.models import User

# Rows that name an account. A new kind of row is a credential, which is registered by `ends`, or stands here.
CREDENTIAL_ROWS = {"users.Session"}
NO_CREDENTIALS = {
    "admin.LogEntry": "what was done",
    "audit.AuditEntry": "what was done",
    "catalog.PriceChange": "what was done",
    "catalog.StockMovement": "what was done",
    "delivery.SavedAddress": "where parcels go, shown to a live session of the account only",
    "import_export.Export": "a file, which the admin gives to whom it may see",
    "import_export.Upload": "a file, which the admin shows to whom it may see",
    "idempotency.StoredResponse": "an answer, which is given again to a live session of the account only",
    "orders.Cancellation": "what was done",
    "orders.Order": "what was done",
    "orders.StatusChange": "what was done",
    "payments.Payment": "what was done",
    "payments.Refund": "what was done",
    "promotions.Redemption": "what was done",
    "users.User_groups": "a right, which opens nothing by itself",
    "users.User_user_permissions": "a right, which opens nothing by itself",
}


def test_every_row_that_names_an_account_is_a_known_credential_or_none():
    named = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.many_to_one and field.related_model is User
    }

    assert named == CREDENTIAL_ROWS | NO_CREDENTIALS.keys()


# What makes a text that proves something, and the one module for each that may.
MINTS = re.compile(
    r"\b(jwt\.encode|make_token|PasswordResetTokenGenerator|signing\.\w+|\w*Signer|get_signed_cookie"
    r"|set_signed_cookie|salted_hmac|hmac\.new|token_urlsafe|token_hex|get_random_string)\b"
)
MINTING_MODULES = {
    "apps/users/email_tokens.py": "the tokens of e-mails",
    "apps/users/tokens.py": "the tokens of sessions",
    "apps/users/login_throttling.py": "digests of names and addresses, which are counted",
    "apps/core/api/pagination/cursors.py": "a place in a list, signed so that nobody reads around in it",
    "apps/core/caching/namespaces.py": "a version of what is cached",
    "apps/core/mail_limits.py": "digests of mailboxes, which are counted",
    "apps/payments/providers/stripe_callbacks.py": "the signature that a callback must have",
    "apps/promotions/models/redemptions.py": "digests of addresses, whose uses are counted",
    "apps/core/observability/health.py": "a key that nobody else uses",
    "apps/core/admin/optimistic_locking.py": "the version of a page, which tells what it was made from",
}


def test_tokens_are_made_in_few_places_only():
    sources = [path for path in (settings.BASE_DIR / "apps").rglob("*.py") if "tests" not in path.parts]
    minting = {
        path.relative_to(settings.BASE_DIR).as_posix()
        for path in sources
        if MINTS.search(path.read_text("utf-8"))
    }

    assert minting == MINTING_MODULES.keys()
