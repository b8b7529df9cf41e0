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
_SEPARATOR = " | "  # between values of an option
PLACES = range(MAX_OPTIONS)  # of options on the page, which has a row and two columns for each
VALUE_FIELDS = tuple(f"value_{place}" for place in PLACES)


class OptionForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter
    """An option of a group, with the order in which its values are shown."""

    order = forms.CharField(
        label=_("order of values"),
        required=False,
        max_length=10_000,
        help_text=_("Separated by |. Values that are not here come last."),
        widget=AdminTextInputWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            rows = self.instance.product_options.order_by("sort", "pk")
            values = {NAME.key(row.value_ru): row.value_ru for row in rows}
            self.fields["order"].initial = _SEPARATOR.join(values.values())

    def clean_order(self) -> list[str] | None:
        """Return the values in order; None where nobody has changed it."""
        text: str = self.cleaned_data["order"]
        return text.split(_SEPARATOR.strip()) if "order" in self.changed_data else None


class OptionFormSet(DistinctRowsFormSet):
    """The options of a group, each once."""

    distinct = ("code",)
    duplicate_message = _("The group has this option already.")

    def wanted(self) -> dict[int, WantedOption]:
        """Return what the rows that are filled in say, by their places."""
        rows = {place: row for place, row in enumerate(self.cleaned_data) if row.get("code")}
        return {
            place: WantedOption(
                row["code"], row["name_ru"], row["name_en"], row["id"] and row["id"].pk, row["order"]
            )
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
            value = OptionValue(row.value_ru, row.value_en) if row else OptionValue("")
            self.fields[VALUE_FIELDS[place]] = _ValueField(label=name, initial=value)

    @property
    def chosen(self) -> Product | None:
        """Return the product of the row; None where none is, or where it leaves the group."""
        if not hasattr(self, "cleaned_data") or self.cleaned_data.get("leaves"):
            return None
        return self.instance if self.instance.pk else self.cleaned_data.get("product")

    def value(self, place: int) -> OptionValue:
        """Return the value of the option at the place."""
        value: OptionValue = self.cleaned_data.get(VALUE_FIELDS[place], OptionValue(""))
        return value


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


class _ValueWidget(forms.MultiWidget):
    """A value in Russian, and below it in English."""

    def __init__(self) -> None:
        attrs = {"class": "vTextField store-value"}
        in_english = {**attrs, "placeholder": _("in English")}
        super().__init__({"ru": AdminTextInputWidget(attrs), "en": AdminTextInputWidget(in_english)})

    def decompress(self, value: OptionValue | None) -> list[str]:
        return list(value or OptionValue(""))


class _ValueField(forms.MultiValueField):
    """A value of an option in its clean form."""

    def __init__(self, **kwargs: Any) -> None:
        columns: list[Any] = [ProductOption._meta.get_field(name) for name in ("value_ru", "value_en")]
        fields = [forms.CharField(max_length=column.max_length, required=False) for column in columns]
        super().__init__(fields, required=False, require_all_fields=False, widget=_ValueWidget, **kwargs)

    def compress(self, data_list: list[str]) -> OptionValue:
        return OptionValue(*map(NAME.clean, data_list)) if data_list else OptionValue("")


def _refuse_product(form: VariantForm, product: Product, seen: set[int], group_id: int | None) -> None:
    if product.pk in seen:
        form.add_error("product", gettext("This product is in another row, too."))
    elif product.group_id not in {None, group_id}:
        text = gettext("It is in the group “%(group)s”. Take it out there first.")
        form.add_error("product", text % {"group": product.group})
    seen.add(product.pk)


def _refuse_values(form: VariantForm, places: list[int], seen: set[tuple[str, ...]]) -> None:
    for place in PLACES:
        name, value = VALUE_FIELDS[place], form.value(place)
        if place in places and not value.ru:
            form.add_error(name, gettext("Give the value."))
        elif place not in places and value != OptionValue("") and name in form.changed_data:
            form.add_error(name, gettext("The group has no option here."))
    key = tuple(NAME.key(form.value(place).ru) for place in places)
    if not form.errors and key in seen:
        form.add_error(None, gettext("Another row has the same options."))
    seen.add(key)
