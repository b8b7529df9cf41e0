"""The address book of a customer: saving, changing and deleting addresses, and which are the defaults."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from apps.core.database.row_changes import changed_columns, columns_of
from apps.core.database.transactions import retried_atomic
from apps.delivery.addresses import PostalAddress, cleaned, refuse_faulty
from apps.delivery.exceptions import TooManyAddresses
from apps.delivery.models import ADDRESS_FIELDS, MAX_SAVED_ADDRESSES, SavedAddress
from apps.users.models import User

DEFAULTS = ("is_default_shipping", "is_default_billing")

Precondition = Callable[[SavedAddress], None] | None


@retried_atomic
def save_address(*, user: User, address: PostalAddress, **more: Any) -> SavedAddress:
    """Save another address, with `more` of its columns; as a default it takes the place of the former one.

    Raises ValidationError, by member, for what its country does not allow; TooManyAddresses.
    """
    refuse_faulty(address)
    _lock_address_book(user)
    if user.addresses.count() >= MAX_SAVED_ADDRESSES:
        raise TooManyAddresses
    row = SavedAddress(user=user, **asdict(address), **more)
    _take_defaults(row)
    row.save(force_insert=True)
    return row


@retried_atomic
def change_address(
    address_id: int, *, user: User, changes: Mapping[str, Any], precondition: Precondition = None
) -> SavedAddress:
    """Change columns of an address of the user. Orders keep the address that they were placed with.

    `precondition` raises when the locked address is not the version that was meant. Raises
    SavedAddress.DoesNotExist, and ValidationError, by member, for what its country does not allow.
    """
    row = _locked_address(address_id, user, precondition)
    before = columns_of(row)
    if members := {name: value for name, value in changes.items() if name in ADDRESS_FIELDS}:
        address = cleaned(replace(PostalAddress.of(row), **members))
        refuse_faulty(address)
        changes = {**changes, **asdict(address)}
    for name, value in changes.items():
        setattr(row, name, value)
    _take_defaults(row)
    if changed := changed_columns(row, before):
        row.save(update_fields=changed)
    return row


@retried_atomic
def delete_address(address_id: int, *, user: User, precondition: Precondition = None) -> None:
    """Delete an address of the user. `precondition` is as above. Raises SavedAddress.DoesNotExist."""
    _locked_address(address_id, user, precondition).delete()


def _lock_address_book(user: User) -> None:
    User.objects.lock_active(user.pk)


def _locked_address(address_id: int, user: User, precondition: Precondition) -> SavedAddress:
    _lock_address_book(user)
    row = SavedAddress.objects.get(pk=address_id, user=user)
    if precondition:
        precondition(row)
    return row


def _take_defaults(row: SavedAddress) -> None:
    for name in DEFAULTS:
        if getattr(row, name):
            row.user.addresses.exclude(pk=row.pk).filter(**{name: True}).update(**{name: False})
