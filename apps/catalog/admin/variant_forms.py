"""Forms of the variants on the page of their group: a row for each product, columns for each option."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import MAX_OPTIONS, GroupOption, Product, ProductOption
from apps.catalog.services import WantedOption
from apps.catalog.variants import OptionValue
from apps.core.admin.inlines import DistinctRowsFormSet, NamedCellsFormSet
from apps.core.admin.model_admin import StoreAutocompleteSelect
from apps.core.normalization import NAME

OPTIONS = "options"  # prefix of the rows of options on the page
PLACES = range(MAX_OPTIONS)  # of options on the page, which has a row and two columns for each
VALUE_FIELDS = tuple(f"value_{language}_{place}" for place in PLACES for language in ("ru", "en"))
_MAX_VALUE_LENGTH = 100  # characters


class OptionFormSet(DistinctRowsFormSet):
    """The options of a group, each once."""

    distinct = ("code",)
    duplicate_message = _("The group has this option already.")

    def wanted(self) -> dict[int, WantedOption]:
        """Return what the rows that are filled in say, by their places."""
        rows = {place: row for place, row in enumerate(self.cleaned_data) if row.get("code")}
        return {
            place: WantedOption(row["code"], row["name_ru"], row["name_en"], row["id"] and row["id"].pk)
            for place, row in rows.items()
            if not row.get("DELETE")
        }


class VariantForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter
    """A product of a group with its values. A new row chooses the product."""

    product = forms.ModelChoiceField(
        Product.objects.all(),
        label=_("product"),
        widget=StoreAutocompleteSelect(ProductOption._meta.get_field("product"), admin.site),
    )
    leaves = forms.BooleanField(label=_("take out"), required=False)

    def __init__(self, *args: Any, options: list[GroupOption], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = {}
        if self.instance.pk:
            self.fields["product"] = _ShownProductField(self.instance)
            rows = {row.option_id: row for row in self.instance.options.all()}
        for place in PLACES:
            option = options[place] if place < len(options) else None
            row = rows.get(option.pk) if option else None
            name = option.name if option else gettext("option %(number)d") % {"number": place + 1}
            self.fields[f"value_ru_{place}"] = _value_field(name, row.value_ru if row else "")
            self.fields[f"value_en_{place}"] = _value_field(
                gettext("%(option)s in English") % {"option": name}, row.value_en if row else ""
            )

    @property
    def chosen(self) -> Product | None:
        """Return the product of the row; None where none is, or where it leaves the group."""
        if not hasattr(self, "cleaned_data") or self.cleaned_data.get("leaves"):
            return None
        return self.instance if self.instance.pk else self.cleaned_data.get("product")

    def value(self, place: int) -> OptionValue:
        """Return the value of the option at the place."""
        return OptionValue(
            *(NAME.clean(self.cleaned_data.get(f"value_{language}_{place}", "")) for language in ("ru", "en"))
        )


class VariantFormSet(NamedCellsFormSet):
    """The products of a group, each with a value of every option, and no two with the same values."""

    forms: list[Any]  # each a VariantForm

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Tell each row which options there are."""
        if not hasattr(self, "_options"):
            self._options = list(self.instance.options.all()) if self.instance.pk else []
        return {**super().get_form_kwargs(index), "options": self._options}

    def rows(self) -> dict[int, VariantForm]:
        """Return the rows of products that are to be in the group, by the ids of these."""
        return {form.chosen.pk: form for form in self.forms if form.chosen}

    def validate_unique(self) -> None:
        """Refuse rows that cannot be. Django would ask for columns that no row has."""
        places = [place for place in PLACES if self._has_option(place)]
        products: set[int] = set()
        values: set[tuple[str, ...]] = set()
        for form in self.forms:
            if form.chosen and not form.errors:
                _refuse_product(form, form.chosen, products, self.instance.pk)
                _refuse_values(form, places, values)

    def _has_option(self, place: int) -> bool:
        """Tell whether the same page names an option in this place."""
        row = f"{OPTIONS}-{place}"
        return bool(self.data.get(f"{row}-code")) and not self.data.get(f"{row}-DELETE")


class _ShownProduct(forms.Widget):
    """A link to a product that is in the group already."""

    def format_value(self, value: Any) -> Any:
        return value

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        address = reverse("admin:catalog_product_change", args=[value.pk])
        return format_html('<a href="{}">{}</a>', address, value)


class _ShownProductField(forms.Field):
    def __init__(self, product: Product) -> None:
        super().__init__(
            label=_("product"), required=False, disabled=True, initial=product, widget=_ShownProduct
        )


def _value_field(label: str, initial: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=_MAX_VALUE_LENGTH,
        required=False,
        initial=initial,
        widget=AdminTextInputWidget(),
    )


def _refuse_product(form: VariantForm, product: Product, seen: set[int], group_id: int | None) -> None:
    if product.pk in seen:
        form.add_error("product", gettext("This product is in another row, too."))
    elif product.group_id not in {None, group_id}:
        text = gettext("It is in the group “%(group)s”. Take it out there first.")
        form.add_error("product", text % {"group": product.group})
    seen.add(product.pk)


def _refuse_values(form: VariantForm, places: list[int], seen: set[tuple[str, ...]]) -> None:
    for place in PLACES:
        value = form.value(place)
        if place in places and not value.ru:
            form.add_error(f"value_ru_{place}", gettext("Give the value."))
        elif place not in places and value != OptionValue("") and f"value_ru_{place}" in form.changed_data:
            form.add_error(f"value_ru_{place}", gettext("The group has no option here."))
    key = tuple(NAME.key(form.value(place).ru) for place in places)
    if not form.errors and key in seen:
        form.add_error(None, gettext("Another row has the same options."))
    seen.add(key)
