"""Places in the forms of the admin, and what zones are called there."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.admin.fields import CountryField
from apps.delivery.zones import Place, Zones


class PlaceForm(forms.Form):
    """Where something is delivered to, as far as zones go by it."""

    country = CountryField()
    region = forms.CharField(label=_("Region"), required=False, max_length=100)
    postal_code = forms.CharField(label=_("Postal code"), required=False, max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].initial = settings.STORE_COUNTRY

    def place(self) -> Place:
        """Return the place that a valid form says."""
        values = self.cleaned_data
        return Place(values["country"], values["region"], values["postal_code"])


def zone_name(zones: Zones, zone_id: int | None) -> str:
    """Return what the zone is called; None is everywhere."""
    return gettext("everywhere") if zone_id is None else zones.names[zone_id]
