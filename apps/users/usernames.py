"""Rules of usernames and e-mail addresses. Old ones that break them stay until they are changed."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from apps.core.normalization import EMAIL, USERNAME, clean_email, look_of, mixes_alphabets

RESERVED = frozenset({"staff", "system", "guest"})  # what the store calls others than accounts
ERASED = "deleted-"  # how the names of erased accounts begin


def fault_of_username(username: str) -> ValidationError | None:
    """Return what is wrong with a name that looks like a reserved one, or may look like another's."""
    key, look = USERNAME.key(username), look_of(username)
    if "@" in key:
        return None  # has a rule of its own
    if look.replace("-", "") in RESERVED or look.startswith(ERASED):
        return ValidationError(_("This username is reserved."), code="username_reserved")
    if mixes_alphabets(key):
        text = _("A word in a username cannot mix letters from different alphabets.")
        return ValidationError(text, code="username_mixes_alphabets")
    return None


def fault_of_address_as_name(username: str, *, email: str) -> ValidationError | None:
    """Return what is wrong with a username that is an address, but not the account's own.

    Whoever had the address of somebody else as a name would be taken for them.
    """
    if "@" in USERNAME.key(username) and not is_address(username, email):
        text = _("A username containing @ must be the account's own e-mail address.")
        return ValidationError(text, code="username_is_address")
    return None


def fault_of_email(email: str) -> ValidationError | None:
    """Return what is wrong with an address that no mail on the internet reaches; none is no fault."""
    try:
        if email:
            clean_email(email)
    except ValueError:
        return ValidationError(validate_email.message, code="invalid")
    return None


def is_address(username: str, email: str) -> bool:
    """Tell whether the username is this address, in whatever spelling."""
    return EMAIL.key(username) == EMAIL.key(email)
