"""Serializers of addresses and pick-up points."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.api.fields import NameField, StrictBooleanField
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import InputSerializer, OutputSerializer
from apps.delivery.addresses import PostalAddress, cleaned
from apps.delivery.api import examples
from apps.delivery.models import ADDRESS_FIELDS, PickupPoint, SavedAddress


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


@shown_as(examples.WANTED_SAVED_ADDRESS)
class SavedAddressInput(AddressInput):
    """An address of the caller's address book."""

    label = NameField(  # type: ignore[assignment]  # DRF takes a declared field out of the class
        max_length=50, required=False, allow_blank=True, help_text="Such as `Home`"
    )
    is_default_shipping = StrictBooleanField(required=False)
    is_default_billing = StrictBooleanField(required=False)


@shown_as(examples.SAVED_ADDRESS)
class SavedAddressOutput(OutputSerializer[SavedAddress]):
    """An address of the caller's address book."""

    class Meta:
        model = SavedAddress
        fields = ("id", "label", "is_default_shipping", "is_default_billing", *ADDRESS_FIELDS)


@shown_as(examples.ADDRESS_RULE)
class AddressRuleOutput(serializers.Serializer[Any]):
    """What an address in a country needs."""

    country = serializers.CharField(help_text="ISO 3166 code")
    required = serializers.ListField(  # type: ignore[assignment]  # as above
        child=serializers.CharField(),  # more members may come
        help_text="Members that cannot be empty, beside `name`, which never can",
    )
    postal_pattern = serializers.CharField(
        allow_null=True,
        help_text="Regular expression of postal codes, ignoring case; null: any text is accepted",
    )
    format = serializers.ListField(
        child=serializers.CharField(),
        help_text="Members in the order in which the country prints them; `company` follows `name`, `line2` "
        "follows `line1`",
    )


@shown_as(examples.PICKUP_POINT)
class PickupPointOutput(OutputSerializer[PickupPoint]):
    """A place where an order can be collected."""

    lat = serializers.FloatField(help_text="Degrees (WGS 84)")
    lon = serializers.FloatField(help_text="Degrees (WGS 84)")
    hours = serializers.DictField(child=serializers.CharField(), help_text="By day, as the provider says")
    distance_m = serializers.SerializerMethodField()

    class Meta:
        model = PickupPoint
        fields = (
            "provider",
            "code",
            "kind",
            "name",
            "country",
            "region",
            "city",
            "postal_code",
            "address",
            "lat",
            "lon",
            "hours",
            "takes_cash",
            "takes_cards",
            "distance_m",
        )

    @extend_schema_field(serializers.IntegerField(allow_null=True, help_text="Metres from `near`"))
    def get_distance_m(self, point: PickupPoint) -> int | None:
        """Return the distance; None where the list was not asked for what is near."""
        distance = getattr(point, "distance", None)
        return None if distance is None else round(distance)
