"""Fields of a product's form for what other tables keep: attributes, and related products."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.catalog.admin.translated_form import TranslatedForm
from apps.catalog.attribute_values import number_text, text_of
from apps.catalog.models import MAX_TEXT_LENGTH, Attribute, AttributeType, Product, ProductAttribute
from apps.catalog.related_products import checked_related
from apps.core.admin.fields import AmountField
from apps.core.normalization import CODE

ATTRIBUTE = "attribute_"  # before the code of an attribute in the name of its field
MOST_BOXES = 12  # values that are ticked; of more a list is shown
RELATIONS = ("attributes", "related_links")  # that the page of a product carries the version of


class ProductPartsForm(TranslatedForm):
    """A form with the parts of a product; those of attributes are declared by `with_attributes`."""

    related_skus = forms.CharField(
        label=_("Related products"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Their SKUs in the order in which they are shown, each on a line of its own."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill in the parts that the product has."""
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.update(_initial_of(self.instance))

    @property
    def attribute_fields(self) -> list[forms.BoundField]:
        """Return the fields of attributes, for the template."""
        return [self[name] for name in self.fields if name.startswith(ATTRIBUTE)]

    def clean_related_skus(self) -> list[int]:
        """Return the ids of the products. Raises ValidationError for skus that none has."""
        skus = self.cleaned_data["related_skus"].split("\n")
        wanted = [sku for sku in map(CODE.clean, skus) if sku]
        found = dict(Product.objects.with_skus(wanted).values_list("sku_key", "pk"))
        if missing := [sku for sku in wanted if CODE.key(sku) not in found]:
            text = _("There are no products with these SKUs: %(skus)s.")
            raise ValidationError(text, code="does_not_exist", params={"skus": ", ".join(missing)})
        ids = [found[CODE.key(sku)] for sku in wanted]
        try:
            checked_related(self.instance, ids, ids)
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return ids

    @cached_property
    def versioned_fields(self) -> list[str]:
        """Return the fields that can be changed here, with the parts."""
        return [*super().versioned_fields, *RELATIONS]

    def for_service(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of the form as the services take them."""
        attributes = {name for name in values if name.startswith(ATTRIBUTE)}
        others = {name: value for name, value in values.items() if name not in {*attributes, "related_skus"}}
        parts: dict[str, Any] = {}
        if "related_skus" in values:
            parts["related"] = values["related_skus"]
        if attributes:
            parts["attributes"] = list(self._attributes())
        return super().for_service(others) | parts

    def _attributes(self) -> Iterable[dict[str, Any]]:
        for name in self.fields:
            if name.startswith(ATTRIBUTE) and (values := _texts(self.cleaned_data[name])):
                yield {"code": name.removeprefix(ATTRIBUTE), "values": values}


def with_attributes(form: type[ProductPartsForm]) -> type[ProductPartsForm]:
    """Return the form with a field for each attribute that there is."""
    attributes = Attribute.objects.prefetch_related("values")
    declared = {f"{ATTRIBUTE}{each.code}": _field_of(each) for each in attributes}
    return type(form.__name__, (form,), {**declared, "__module__": form.__module__})


def _field_of(attribute: Attribute) -> forms.Field:
    label = f"{attribute.name}, {attribute.unit}" if attribute.unit else attribute.name
    match attribute.type:
        case AttributeType.CHOICE:
            choices = [(value.value, value.name) for value in attribute.values.all()]
            boxes = len(choices) <= MOST_BOXES
            widget: Any = forms.CheckboxSelectMultiple if boxes else forms.SelectMultiple
            return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=widget)
        case AttributeType.NUMBER:
            column: Any = ProductAttribute._meta.get_field("number")
            digits = {"max_digits": column.max_digits, "decimal_places": column.decimal_places}
            return AmountField(label=label, required=False, localize=True, **digits)
        case AttributeType.BOOL:
            return forms.NullBooleanField(label=label, required=False)
    return forms.CharField(label=label, required=False, max_length=MAX_TEXT_LENGTH)


def _initial_of(product: Product) -> dict[str, Any]:
    links = product.related_links.select_related("related")
    initial: dict[str, Any] = {"related_skus": "\n".join(link.related.sku for link in links)}
    for row in product.attributes.select_related("attribute", "value"):
        name = f"{ATTRIBUTE}{row.attribute.code}"
        if row.value is not None:
            initial.setdefault(name, []).append(text_of(row))
        elif row.number is not None:
            initial[name] = Decimal(number_text(row.number))  # 1200, not 1200.0000
        else:
            initial[name] = row.text if row.bool is None else row.bool
    return initial


def _texts(value: Any) -> list[str]:
    """Return what a field holds as the texts that attributes are written by."""
    if value in (None, "", []):
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [value if isinstance(value, str) else number_text(value)]
