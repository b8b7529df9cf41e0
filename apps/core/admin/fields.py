"""Fields of admin forms: amounts as people type them."""

from typing import Any

from django import forms


class AmountField(forms.DecimalField):
    """Django's field, which reads 1 250,50 and −5 as well: amounts are shown so, and copied from there."""

    def to_python(self, value: Any) -> Any:
        """Return the number. Raises ValidationError when it is none."""
        if isinstance(value, str):
            value = "".join(value.split()).replace("\N{MINUS SIGN}", "-")
        return super().to_python(value)
