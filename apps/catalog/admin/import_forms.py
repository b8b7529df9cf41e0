"""Forms of the import of products: the file, and how it is read."""

import re
from dataclasses import asdict
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from apps.catalog.product_import import dialects
from apps.import_export.models import Upload

ACCEPTED = ".csv,.txt,.tsv,.xlsx"
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1251": "Windows-1251",
    "cp866": "MS-DOS (866)",
}
DELIMITERS = {"comma": _("comma"), "semicolon": _("semicolon"), "tab": _("tab")}
DECIMAL_SIGNS = {"": _("detect from the numbers"), ".": _("point"), ",": _("comma")}


class ImportForm(forms.Form):
    """The file."""

    file = forms.FileField(label=_("CSV or Excel file"), widget=forms.FileInput(attrs={"accept": ACCEPTED}))

    def clean_file(self) -> Any:
        """Refuse what is too large. Raises ValidationError."""
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            raise ValidationError(_("The file is too large: at most %(limit)s.") % {"limit": size_limit()})
        return file


class DialectForm(forms.Form):
    """How a file is read."""

    encoding = forms.ChoiceField(label=_("Encoding"), choices=ENCODINGS)
    delimiter = forms.ChoiceField(label=_("Delimiter"), choices=DELIMITERS)
    decimal = forms.ChoiceField(label=_("Decimal sign"), choices=DECIMAL_SIGNS, required=False)

    def __init__(self, data: QueryDict | None = None, *, upload: Upload) -> None:
        found = dialects.Dialect(**upload.dialect)
        names = {sign: name for name, sign in dialects.DELIMITERS.items()}
        super().__init__(data, initial={**asdict(found), "delimiter": names.get(found.delimiter)})
        if found.is_workbook:
            del self.fields["encoding"], self.fields["delimiter"]

    @property
    def dialect(self) -> dialects.Dialect:
        """Return what was chosen in a valid form."""
        chosen = {"encoding": "", "delimiter": "", **self.cleaned_data}
        delimiter = dialects.DELIMITERS.get(chosen["delimiter"], "")
        return dialects.Dialect(chosen["encoding"], delimiter, chosen["decimal"])


def size_limit() -> str:
    """Return what a file may have, as people say it: 200 MB, not 200.0 MB."""
    return re.sub(r"[.,]0(?=\s)", "", filesizeformat(settings.IMPORT_MAX_BYTES))
