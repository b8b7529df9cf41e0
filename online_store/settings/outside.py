"""The mail server and the carrier."""

from online_store.settings.store import VAR_DIR, env

MAIL_SERVER = env.mail_server("EMAIL_URL")
globals().update(MAIL_SERVER)
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if MAIL_SERVER else "apps.common.mail.MailFolderBackend"
)
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "store@localhost")
if MAIL_SERVER and not env.text("EMAIL_FROM"):
    env.problems.append(
        "EMAIL_FROM must be given with an SMTP server: it is the sender of the store's e-mails."
    )

SHIPPING_API_URL = env.web_address("SHIPPING_API_URL")
SHIPPING_API_KEY = env.text("SHIPPING_API_KEY")
SHIPPING_API_TIMEOUT = env.seconds("SHIPPING_API_TIMEOUT", 5.0)
SHIPPING_CONCURRENCY = env.number("SHIPPING_CONCURRENCY", 2, at_least=1)  # calls of all workers
