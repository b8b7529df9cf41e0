"""Fields of admin forms: amounts as people type them."""

from typing import Any

from django import forms
from django.contrib.admin.options import BaseModelAdmin
from django.db import models
from django.http import HttpRequest


class AmountField(forms.DecimalField):
    """Django's field, which reads 1 250,50 and −5 as well: amounts are shown so, and copied from there."""

    def to_python(self, value: Any) -> Any:
        """Return the number. Raises ValidationError when it is none."""
        if isinstance(value, str):
            value = "".join(value.split()).replace("\N{MINUS SIGN}", "-")
        return super().to_python(value)


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
