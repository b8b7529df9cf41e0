"""Which usernames and addresses an account may take. Old ones that may not stay until they are changed."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from apps.common.identity import EMAIL, USERNAME, clean_email

RESERVED = frozenset({"staff", "system", "guest"})  # keys of what the store calls others than accounts


def fault_of_username(username: str, *, email: str) -> ValidationError | None:
    """Return what is wrong with a reserved name, or with an address that is not the account's own.

    Whoever had the address of somebody else as a name would be taken for them.
    """
    key = USERNAME.key(username)
    if key in RESERVED:
        return ValidationError(_("This username is reserved."), code="username_reserved")
    if "@" in key and not is_address(username, email):
        text = _("A username with @ has to be the e-mail address of the account itself.")
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
