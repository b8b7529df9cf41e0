"""E-mail: the mail server and the sender."""

from typing import Any

from online_store.env.hosts import mailbox
from online_store.env.servers import mail_server
from online_store.settings.base import VAR_DIR, env

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
