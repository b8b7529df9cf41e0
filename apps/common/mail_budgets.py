"""How many e-mails may be caused: by one account, and to one mailbox whose owner has not asked for them.

They are counted as all budgets are (`throttling.py`). Mailboxes are counted by a digest, in all spellings and
with all suffixes (`anna+shop@…`) together.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.crypto import salted_hmac

from apps.common.exceptions import TooManyRequests
from apps.common.identity import EMAIL
from apps.common.throttling import Budget, budget_of, charge

ASKING = "mail"  # of an account: e-mails to addresses that somebody typed
ASKED_FOR = "mailbox"  # of a mailbox: e-mails that anybody can ask for
UNCONFIRMED = "unconfirmed"  # of a mailbox: e-mails about orders, while the address is not confirmed


def charge_account(user_id: int) -> None:
    """Count an e-mail that the account has sent to an address somebody typed. Raises TooManyRequests."""
    charge(ASKING, user_id)


def refuse_full_mailbox(address: str) -> None:
    """Raise TooManyRequests when an e-mail that is asked for would not be sent to the address for now."""
    budget = _of_mailbox(address, ASKED_FOR)
    if budget and budget.is_spent:
        raise TooManyRequests(budget.wait_seconds)


@contextmanager
def counted_for_mailbox(address: str, budget_name: str) -> Iterator[bool]:
    """Count an e-mail to the address, and tell whether it may be sent; if the block fails, it was none."""
    budget = _of_mailbox(address, budget_name)
    count = budget.counted() if budget else None
    try:
        yield not (budget and count and count > budget.limit)
    except BaseException:
        if budget and count:
            budget.given_back()
        raise


def _of_mailbox(address: str, budget_name: str) -> Budget | None:
    local, _at, domain = EMAIL.key(address).rpartition("@")
    mailbox = f"{local.partition('+')[0]}@{domain}"
    return budget_of(budget_name, salted_hmac(__name__, mailbox, algorithm="sha256").hexdigest())
