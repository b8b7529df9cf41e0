"""Pick-up points in the admin, and their import from CSV."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from apps.audit.audited_admin import AuditedAdmin
from apps.core.admin.fields import CountryField
from apps.core.admin.optimistic_locking import VersionedForm
from apps.core.admin.pages import AdminPage, ListTool, PagedAdmin
from apps.delivery.models import PickupPoint
from apps.delivery.pickup_point_import import OPTIONAL, REQUIRED, UnusableFile, import_points
from apps.users.current_user import current_user

MAX_BYTES = 5_000_000  # of a file that is imported while its sender waits
PERMISSIONS = ("delivery.add_pickuppoint", "delivery.change_pickuppoint")


def may_import(request: HttpRequest) -> bool:
    """Tell whether the user may do by hand what an import does."""
    return current_user(request).has_perms(PERMISSIONS)


def import_tool(model_admin: PagedAdmin, request: HttpRequest) -> ListTool | None:
    """Return the link from the list to the import, for those who may import."""
    if not may_import(request):
        return None
    return ListTool(reverse("admin:delivery_pickuppoint_import"), _("Import from CSV"))


class ImportForm(forms.Form):
    """The file, and what to do with its bad rows and with the points it lacks."""

    file = forms.FileField(label=_("CSV file"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv"}))
    skip_bad_rows = forms.BooleanField(label=_("Import the good rows even if others are bad"), required=False)
    is_full = forms.BooleanField(
        label=_("The file has all points of its providers"),
        required=False,
        help_text=_("Points of these providers that are missing from the file are switched off."),
    )

    def clean_file(self) -> "UploadedFile[Any]":
        """Refuse what is too large. Raises ValidationError."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise ValidationError(_("The file is too large. Use manage.py import_pickup_points."))
        return file


# The protection reads the body, and so the file: only of those who may send one.
@method_decorator(csrf_exempt, name="dispatch")
class ImportPage(AdminPage):
    """Where a file is brought, and told what became of it."""

    route, name = "import/", "import"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who may do by hand what an import does."""
        return may_import(request)

    @method_decorator(csrf_protect)
    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self._shown(ImportForm())

    @method_decorator(csrf_protect)
    def post(self, request: HttpRequest) -> HttpResponse:
        """Import the file, and show its counts and bad rows."""
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._shown(form)
        values = form.cleaned_data
        try:
            report = import_points(values.pop("file").file, **values, by=current_user(request))
        except UnusableFile as error:
            form.add_error("file", str(error))
            return self._shown(form)
        return self._shown(form, report=report, more=report.bad_count - len(report.bad_rows))

    def _shown(self, form: ImportForm, **context: Any) -> HttpResponse:
        columns = {"required": ", ".join(REQUIRED), "optional": ", ".join(OPTIONAL)}
        page = {"title": _("Import pick-up points from CSV"), "form": form, **columns, **context}
        return self.render("admin/delivery/pickuppoint/import.html", page)


class PickupPointForm(VersionedForm):
    """A pick-up point."""

    country = CountryField()

    def clean_hours(self) -> dict[str, str]:
        """Refuse what the API could not show. Raises ValidationError."""
        hours = self.cleaned_data["hours"] or {}
        if not isinstance(hours, dict) or not all(isinstance(text, str) for text in hours.values()):
            raise ValidationError(_('Enter texts by day, such as {"mon-fri": "10:00-20:00"}.'))
        return hours


@admin.register(PickupPoint)
class PickupPointAdmin(AuditedAdmin):
    """Pick-up points."""

    counted = ngettext_lazy("%(number)s pick-up point", "%(number)s pick-up points", "count")
    form = PickupPointForm
    list_display = ("name", "provider", "code", "kind", "city", "address", "is_active")
    list_filter = ("is_active", "kind")
    search_fields = ("name", "code", "city", "address")
    show_full_result_count = False
    fields = (
        ("provider", "code"),
        "kind",
        "name",
        "country",
        "region",
        "city",
        "postal_code",
        "address",
        ("lat", "lon"),
        "hours",
        "max_weight_g",
        ("takes_cash", "takes_cards"),
        "is_active",
        "refreshed_at",
    )
    readonly_fields = ("refreshed_at",)
    pages = (ImportPage,)
    list_tools = (import_tool,)
