"""Barcodes of products: Global Trade Item Numbers (GS1 General Specifications, 7.9)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LENGTHS = (8, 12, 13, 14)


def validate_gtin(text: str) -> None:
    """Raise ValidationError unless the text is a GTIN with its right check digit."""
    is_number = text.isascii() and text.isdigit() and len(text) in LENGTHS
    if not is_number:
        raise ValidationError(_("Enter a barcode of 8, 12, 13 or 14 digits."), code="barcode")
    # From the right, the digits before the check digit weigh 3, 1, 3, …
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(text[:-1])))
    if -weighted % 10 != int(text[-1]):
        raise ValidationError(_("The last digit of this barcode does not fit the others."), code="barcode")
