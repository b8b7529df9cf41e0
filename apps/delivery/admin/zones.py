"""Delivery zones in the admin, with the parts of the world that they consist of."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.audit.audited_admin import AuditedAdmin
from apps.core.admin.fields import CountryField
from apps.core.admin.inlines import DistinctRowsFormSet, StoreInline
from apps.core.admin.pages import AdminPage, ListTool, PagedAdmin
from apps.delivery.admin.places import PlaceForm, zone_name
from apps.delivery.configuration import DELIVERY
from apps.delivery.models import DeliveryZone, DeliveryZoneMember
from apps.delivery.zones import compact_postal_code
from apps.store.configuration_cache import current_configuration

SHOWN_MEMBERS = 5  # of a zone in the list


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter
    """A part of a zone, as it is compared."""

    country = CountryField()

    def clean_postal_prefix(self) -> str:
        """Store it without what is not compared, so that the same is not there twice."""
        return compact_postal_code(self.cleaned_data["postal_prefix"])


class MemberFormSet(DistinctRowsFormSet):
    """The parts of a zone, each once."""

    distinct = ("country", "region", "postal_prefix")
    duplicate_message = _("The zone has this part already.")


class MemberInline(StoreInline):
    """The parts of a zone."""

    model = DeliveryZoneMember
    formset = MemberFormSet
    form = MemberForm
    fields = ("country", "region", "postal_prefix")


class ZoneFinderPage(AdminPage):
    """Which zones an address is in, and which of them counts for each method."""

    route, name = "find/", "find"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, and what was found for the address in it."""
        form = PlaceForm(request.GET or None)
        found = _found(form) if form.is_valid() else None
        context = {"title": gettext("Find the zone of an address"), "form": form, "found": found}
        return self.render("admin/delivery/deliveryzone/find.html", context)


def _found(form: PlaceForm) -> dict[str, Any]:
    delivery = current_configuration()[DELIVERY]
    around = delivery.zones.around(form.place())
    methods = [
        (method, next((zone_name(delivery.zones, pk) for pk in around if pk in method.rates), None))
        for method in delivery.methods
    ]
    return {"zones": [zone_name(delivery.zones, pk) for pk in around if pk], "methods": methods}


def finder_tool(model_admin: PagedAdmin, request: HttpRequest) -> ListTool:
    """Return the link from the list to the page above."""
    return ListTool(reverse("admin:delivery_deliveryzone_find"), _("Which zone is an address in?"))


@admin.register(DeliveryZone)
class DeliveryZoneAdmin(AuditedAdmin):
    """Delivery zones."""

    counted = ngettext_lazy("%(number)s delivery zone", "%(number)s delivery zones", "count")
    list_display = ("name", "shown_members")
    search_fields = ("name",)
    fields = ("name",)
    inlines = (MemberInline,)
    pages = (ZoneFinderPage,)
    list_tools = (finder_tool,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeliveryZone]:
        """Fetch the parts, too, for the list."""
        return super().get_queryset(request).prefetch_related("members")

    @admin.display(description=_("parts of the zone"))
    def shown_members(self, zone: DeliveryZone) -> str:
        """Return the first parts; a zone without any is everywhere."""
        members = [str(member) for member in zone.members.all()]
        more = ["…"] if len(members) > SHOWN_MEMBERS else []
        return ", ".join(members[:SHOWN_MEMBERS] + more) or gettext("everywhere")
