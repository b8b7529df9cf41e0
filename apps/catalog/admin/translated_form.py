"""Forms with the texts that a row has in further languages, such as `name_en`."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy

from apps.catalog.translations import PART
from apps.core.admin.optimistic_locking import VersionedForm

# The row's own texts are in the language of the store.
LANGUAGES = [(code, label) for code, label in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


class TranslatedForm(VersionedForm):
    """A form of a row that has `translations`; made by `translated`."""

    texts: Mapping[str, tuple[str, str]] = {}  # language and name of each text, by the field of the form

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            rows = {row.language: row for row in self.instance.translations.all()}
            for field, (code, name) in self.texts.items():
                self.initial[field] = getattr(rows.get(code), name, "")

    @cached_property
    def versioned_fields(self) -> list[str]:
        """Return the fields that can be changed here, with the texts."""
        return [*super().versioned_fields, PART]

    def for_service(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of the form as the services take them."""
        texts: dict[str, dict[str, str]] = {}
        for field in self.texts.keys() & values.keys():
            code, name = self.texts[field]
            texts.setdefault(code, {})[name] = values[field]
        others = {name: value for name, value in values.items() if name not in self.texts}
        return others | ({PART: texts} if texts else {})


def translated(form: type[TranslatedForm], translation: Any, names: tuple[str, ...]) -> Any:
    """Return the form with fields for these texts of the translations: `name_en` and so on."""
    texts = {f"{name}_{code}": (code, name) for code, _label in LANGUAGES for name in names}
    labels = dict(LANGUAGES)
    fields = {}
    for field, (code, name) in texts.items():
        column = translation._meta.get_field(name)
        label = format_lazy("{} ({})", column.verbose_name, labels[code])
        fields[field] = column.formfield(required=False, label=label, validators=column.validators)
    return type(form.__name__, (form,), {**fields, "texts": texts, "__module__": form.__module__})


def text_sections(names: tuple[str, ...]) -> list[Any]:
    """Return a closed section of the page for each language."""
    return [
        (label, {"fields": [f"{name}_{code}" for name in names], "classes": ["collapse"]})
        for code, label in LANGUAGES
    ]
