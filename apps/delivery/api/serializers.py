"""Serializers of addresses."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from apps.core.api.fields import NameField
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import InputSerializer
from apps.delivery.addresses import PostalAddress, cleaned
from apps.delivery.api import examples
from apps.delivery.models import ADDRESS_FIELDS


class _MemberField(NameField):
    """A member of an address; without it, or empty, the address has none."""

    def __init__(self, max_length: int, **kwargs: Any) -> None:
        kwargs = {"required": False, "allow_blank": True, "default": "", **kwargs}
        super().__init__(max_length=max_length, **kwargs)


@shown_as(examples.WANTED_ADDRESS)
class AddressInput(InputSerializer):
    """An address, as it was typed. What its country requires is judged where the address is used."""

    name = _MemberField(200, help_text="Recipient")
    company = _MemberField(200)
    tax_id = _MemberField(20)
    phone = _MemberField(40, help_text="In any form; without a plus, a number of the address's country")
    country = NameField(max_length=100, help_text="Two capital letters (ISO 3166)")
    region = _MemberField(100)
    city = _MemberField(100)
    district = _MemberField(100)
    postal_code = _MemberField(20)
    line1 = _MemberField(200, help_text="Street, house, flat")
    line2 = _MemberField(200)
    note = _MemberField(300, help_text="For the courier")

    @staticmethod
    def address(validated: Mapping[str, Any]) -> PostalAddress:
        """Return the address of validated data, in its clean form."""
        return cleaned(PostalAddress(**{name: validated[name] for name in ADDRESS_FIELDS}))


@shown_as(examples.ADDRESS)
class AddressOutput(serializers.Serializer[Any]):
    """An address; members that it does not have are empty."""

    def get_fields(self) -> dict[str, Any]:
        """Return a field for each member."""
        return {name: serializers.CharField() for name in ADDRESS_FIELDS}
