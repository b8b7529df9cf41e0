"""The mail server and the carrier."""

from typing import Any

from online_store.env.hosts import mailbox
from online_store.env.servers import mail_server
from online_store.env.values import token
from online_store.env.web import is_safe, web_address
from online_store.settings.store import STORE_EMBEDDED, VAR_DIR, env

_NO_SERVER: dict[str, Any] = {}
MAIL_SERVER = env.read("EMAIL_URL", _NO_SERVER, mail_server)
globals().update(MAIL_SERVER)
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if MAIL_SERVER else "apps.core.mail.MailFolderBackend"
)
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.read("EMAIL_FROM", "store@localhost", mailbox)
if env.text("EMAIL_URL") and not env.text("EMAIL_FROM"):
    env.refuse("EMAIL_FROM must be set when EMAIL_URL is: it is the sender of the store's e-mails.")
EMAIL_REPLY_TO = env.read("EMAIL_REPLY_TO", "", mailbox)

SHIPPING_API_URL = env.read("SHIPPING_API_URL", "", web_address)
SHIPPING_API_KEY = env.read("SHIPPING_API_KEY", "", token)
SHIPPING_API_TIMEOUT = env.seconds("SHIPPING_API_TIMEOUT", 5.0, at_most=120)
# Calls of all workers. The embedded store has two threads, of which a slow carrier may hold one.
SHIPPING_CONCURRENCY = env.number(
    "SHIPPING_CONCURRENCY", 1 if STORE_EMBEDDED else 2, at_least=1, at_most=1000
)
if SHIPPING_API_KEY and not is_safe(SHIPPING_API_URL):
    env.warnings.append(
        "SHIPPING_API_URL has no TLS: SHIPPING_API_KEY and customers' data are sent unencrypted."
    )
