"""Rate limits of e-mails: caused by one account, and to one mailbox whose owner has not asked for them.

They are counted as all rate limits are (`rate_limits.py`). Mailboxes are counted by a digest, in all
spellings and with all suffixes (`anna+shop@…`) together.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.crypto import salted_hmac

from apps.core.exceptions import TooManyRequests
from apps.core.normalization import EMAIL
from apps.core.rate_limits import RateLimit, consume, rate_limit_of

# Names of rate limits in `THROTTLES`. An app may have more of them, of a mailbox.
OF_ACCOUNT = "mail"  # e-mails to addresses that somebody typed
OF_MAILBOX = "mailbox"  # e-mails that anybody can ask for


def consume_account_limit(user_id: int) -> None:
    """Count an e-mail that the account has sent to an address somebody typed. Raises TooManyRequests."""
    consume(OF_ACCOUNT, user_id)


def refuse_full_mailbox(address: str) -> None:
    """Raise TooManyRequests when an e-mail that is asked for would not be sent to the address for now."""
    rate_limit = _of_mailbox(address, OF_MAILBOX)
    if rate_limit and rate_limit.is_exceeded:
        raise TooManyRequests(rate_limit.wait_seconds)


@contextmanager
def counted_for_mailbox(address: str, rate_limit_name: str) -> Iterator[bool]:
    """Count an e-mail to the address, and tell whether it may be sent; if the block fails, it was none."""
    rate_limit = _of_mailbox(address, rate_limit_name)
    count = rate_limit.count_one() if rate_limit else None
    try:
        yield not (rate_limit and count and count > rate_limit.limit)
    except BaseException:
        if rate_limit and count:
            rate_limit.take_one_back()
        raise


def _of_mailbox(address: str, rate_limit_name: str) -> RateLimit | None:
    local, _at, domain = EMAIL.key(address).rpartition("@")
    mailbox = f"{local.partition('+')[0]}@{domain}"
    return rate_limit_of(rate_limit_name, salted_hmac(__name__, mailbox, algorithm="sha256").hexdigest())
