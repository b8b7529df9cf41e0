"""The set-up of the store in the admin: tax classes, each with its dated rates, and the seller."""

from datetime import date
from itertools import pairwise
from operator import itemgetter
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.audit.audited_admin import AuditedAdmin
from apps.core.admin.fields import CountryField
from apps.core.admin.inlines import NamedCellsFormSet, StoreInline
from apps.core.admin.optimistic_locking import VersionedForm
from apps.core.days import today
from apps.store.models import Seller, TaxClass, TaxRate
from apps.store.requisites import is_account, is_bik, is_correspondent_account, is_inn, is_kpp, is_ogrn


class TaxRateForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter
    """A rate, whose days are in order."""

    country = CountryField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "country" in self.fields:
            self.fields["country"].initial = settings.STORE_COUNTRY

    def clean(self) -> dict[str, Any]:
        """Refuse a last day before the first one. Django's own words for a broken constraint say nothing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            text = _("The last day is before the first one.")
            self.add_error("valid_to", ValidationError(text, code="not_in_order"))
        return cleaned


class TaxRateFormSet(NamedCellsFormSet):
    """The rates of a class: on each day one for a country. The class is locked, and these are all of them."""

    def clean(self) -> None:
        """Refuse rates that overlap."""
        rates = [
            (form.cleaned_data["country"], form.cleaned_data["valid_from"], form)
            for form in self.forms
            if form not in self.deleted_forms and {"country", "valid_from"} <= form.cleaned_data.keys()
        ]
        in_order = sorted(rates, key=itemgetter(0, 1))
        for (country, first, earlier), (other_country, next_first, later) in pairwise(in_order):
            last = earlier.cleaned_data.get("valid_to") or date.max
            if country == other_country and next_first <= last:
                later.add_error("valid_from", _overlap(country, first))


class TaxRateInline(StoreInline):
    """The rates, by country and first day."""

    model = TaxRate
    form = TaxRateForm
    formset = TaxRateFormSet
    fields = ("country", "rate", "valid_from", "valid_to", "state")
    readonly_fields = ("state",)
    ordering = ("country", "valid_from")

    @admin.display(description=_("validity"))
    def state(self, rate: TaxRate) -> str:
        """Tell whether the rate is the one of today."""
        if rate.pk is None:
            return ""
        if rate.valid_from > today():
            return gettext("not yet valid")
        return gettext("no longer valid") if _has_ended(rate) else gettext("valid")


@admin.register(TaxClass)
class TaxClassAdmin(AuditedAdmin):
    """Tax classes: what they are called, and what is due when and where."""

    counted = ngettext_lazy("%(number)s tax class", "%(number)s tax classes", "count")
    list_display = ("shown_name", "code", "rates_of_today", "is_default")
    search_fields = ("name_ru", "name_en", "code")
    fields = ("name_ru", "name_en", "code")
    inlines = (TaxRateInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TaxClass]:
        """Fetch the rates, too, for the list."""
        return super().get_queryset(request).prefetch_related("rates")

    def get_readonly_fields(self, request: HttpRequest, obj: TaxClass | None = None) -> tuple[str, ...]:
        """Keep the code of a class: settings, files and programs name it."""
        return ("code",) if obj else ()

    @admin.display(description=_("name"), ordering="name_ru")
    def shown_name(self, tax_class: TaxClass) -> str:
        """Return the name in the reader's language."""
        return tax_class.name

    @admin.display(description=_("rates today"))
    def rates_of_today(self, tax_class: TaxClass) -> str:
        """Return the rates of today, by country."""
        rates = [rate for rate in tax_class.rates.all() if rate.valid_from <= today()]
        valid = [f"{rate.country}: {rate.percent}" for rate in rates if not _has_ended(rate)]
        return ", ".join(valid) or "—"

    @admin.display(description=_("default"), boolean=True)
    def is_default(self, tax_class: TaxClass) -> bool:
        """Tell whether it is the class of whatever has none of its own."""
        return tax_class.code == settings.STORE_TAX_CLASS


class SellerForm(VersionedForm):
    """A seller, whose Russian numbers have the right check digits."""

    NUMBERS = ("inn", "kpp", "ogrn", "bik", "account", "corr_account")
    country = CountryField()

    class Meta:
        help_texts = {
            "legal_name": _("As bills, receipts and payment orders name the seller."),
            "tax_system": _("What fiscal receipts say. Ask your accountant."),
            "account": _("With it, bills carry a QR code that banking apps read."),
            "is_active": _("One seller is active: new bills and receipts name it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "country" in self.fields and self.instance._state.adding:
            self.fields["country"].initial = settings.STORE_COUNTRY

    def clean(self) -> dict[str, Any]:
        """Refuse numbers that are wrong, and a second active seller."""
        cleaned = super().clean()
        for name in self.NUMBERS:
            cleaned[name] = "".join(cleaned.get(name, "").split())
        if cleaned.get("country") == "RU":
            self._check_numbers(cleaned)
        others = Seller.objects.exclude(pk=self.instance.pk)
        if cleaned.get("is_active") and (other := others.active()):
            text = _("Another seller is active: “%(seller)s”. Switch it off first.") % {"seller": other}
            self.add_error("is_active", ValidationError(text, code="second_active"))
        return cleaned

    def _check_numbers(self, cleaned: dict[str, Any]) -> None:
        bik = cleaned["bik"]
        checks = {
            "inn": (is_inn, _("This INN is wrong: its check digits do not fit.")),
            "kpp": (is_kpp, _("This KPP is wrong: it has nine characters.")),
            "ogrn": (is_ogrn, _("This OGRN is wrong: its check digit does not fit.")),
            "bik": (is_bik, _("This BIK is wrong: it has nine digits.")),
            "account": (
                lambda text: is_account(text, bik),
                _("This account is wrong: its key does not fit the BIK."),
            ),
            "corr_account": (
                lambda text: is_correspondent_account(text, bik),
                _("This correspondent account is wrong: its key does not fit the BIK."),
            ),
        }
        # By what was typed beside a BIK that is refused already, nobody can tell whether the keys fit.
        unknown = ("account", "corr_account") if self.has_error("bik") else ()
        for name, (is_right, text) in checks.items():
            if cleaned[name] and name not in unknown and not is_right(cleaned[name]):
                self.add_error(name, ValidationError(text, code="wrong_number"))


@admin.register(Seller)
class SellerAdmin(AuditedAdmin):
    """Who sells."""

    form = SellerForm
    counted = ngettext_lazy("%(number)s seller", "%(number)s sellers", "count")
    list_display = ("legal_name", "inn", "country", "is_active")
    search_fields = ("legal_name", "short_name", "inn")
    fieldsets = (
        (None, {"fields": ("legal_name", "short_name", "director", "is_active")}),
        (_("Numbers"), {"fields": ("country", "inn", "kpp", "ogrn", "vat_id", "tax_system")}),
        (_("Contact"), {"fields": ("address", "email", "phone")}),
        (_("Bank"), {"fields": ("bank_name", "bik", "account", "corr_account")}),
    )


def _has_ended(rate: TaxRate) -> bool:
    return rate.valid_to is not None and rate.valid_to < today()


def _overlap(country: str, first: date) -> ValidationError:
    text = gettext("Another rate for %(country)s is valid then: the one from %(day)s. End it the day before.")
    values = {"country": country, "day": date_format(first, "SHORT_DATE_FORMAT")}
    return ValidationError(text % values, code="overlap")
