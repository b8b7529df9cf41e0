"""Fields of admin forms: amounts and countries as people type them."""

from typing import Any

from django import forms
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.countries import COUNTRIES


class AmountField(forms.DecimalField):
    """Django's field, which reads 1 250,50 and −5 as well: amounts are shown so, and copied from there."""

    def to_python(self, value: Any) -> Any:
        """Return the number. Raises ValidationError when it is none."""
        if isinstance(value, str):
            value = "".join(value.split()).replace("\N{MINUS SIGN}", "-")
            if "e" in value.lower():  # nobody means 100 by `1e2`
                raise ValidationError(_("Enter a number."), code="invalid")
        return super().to_python(value)


class CountryField(forms.CharField):
    """The two letters of a country, typed in any case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Country"), "max_length": 2, **kwargs})
        self.widget.attrs["size"] = 2

    def to_python(self, value: Any) -> str:
        """Return the code. Raises ValidationError for letters that no country has."""
        code = (super().to_python(value) or "").upper()
        if code and code not in COUNTRIES:
            text = _("Enter the two-letter code of a country (ISO 3166), such as RU.")
            raise ValidationError(text, code="country_code")
        return code


class LocalizedAmounts(BaseModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter
    """An admin, or an inline, in whose forms amounts are typed as they are shown."""

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """Return the field of a form; an amount is typed as it is shown, with a decimal comma in Russian.

        A browser's own field for numbers takes 12,50 for 1250 where it speaks another language.
        """
        if isinstance(db_field, models.DecimalField):
            kwargs = {"localize": True, "form_class": AmountField} | kwargs
        return super().formfield_for_dbfield(db_field, request, **kwargs)
