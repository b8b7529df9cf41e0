"""A form of the admin that was opened before somebody else changed the row."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _


class SeenForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter
    """A form that carries what was seen: only what its sender has changed counts as changed.

    Django compares with the present row: an old value that nobody has touched would be written back.
    What both have changed is refused.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for field in self.fields.values():
                field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        """Refuse the fields that somebody else has changed meanwhile."""
        for name in self.changed_data if self.instance.pk else ():
            if self._is_outdated(name):
                value = self.instance.serializable_value(name)
                text = _("Somebody was faster: “%(field)s” is “%(value)s” now.")
                self.add_error(name, text % {"field": self.fields[name].label, "value": value})
        return super().clean() or self.cleaned_data

    def _is_outdated(self, name: str) -> bool:
        field = self.fields[name]
        seen = self.data.get(self[name].html_initial_name, "")
        present = self.get_initial_for_field(field, name)
        if isinstance(present, str):  # browsers send other ends of lines than the API may have stored
            seen, present = "\n".join(seen.splitlines()), "\n".join(present.splitlines())
        return field.has_changed(present, seen)
