"""HTML forms of a page, and what they would send as a browser reads them."""

import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from apps.core.admin.optimistic_locking import VERSION
from tests.support.audit_trail import REQUEST


class Forms(HTMLParser):
    """The values that each form of a page would send: buttons, files and empty boxes left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._text: list[str] | None = None  # of the textarea that is being read
        self._name = ""  # of that, or of the choice
        self._options: list[tuple[str, bool]] | None = None
        self._is_multiple = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and given.get("type") not in {"submit", "button", "file"}:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self._add(name, given.get("value") or ("on" if given.get("type") == "checkbox" else ""))
        elif tag == "textarea":
            self._name, self._text = name, []
        elif tag == "select":
            self._name, self._options, self._is_multiple = name, [], "multiple" in given
        elif tag == "option" and self._options is not None:
            self._options.append((given.get("value") or "", "selected" in given))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text is not None:
            text = re.sub("^\r?\n", "", "".join(self._text))
            self._add(self._name, re.sub("\r?\n", "\r\n", text))
            self._text = None
        elif tag == "select" and self._options is not None:
            chosen = [value for value, is_selected in self._options if is_selected]
            if not self._is_multiple and not chosen:
                chosen = [value for value, _is_selected in self._options[:1]]
            for value in chosen:
                self._add(self._name, value)
            self._options = None

    def _add(self, name: str, value: str) -> None:
        if name and self.forms:
            self.forms[-1].setdefault(name, []).append(value)


def form_with(page: str, field: str) -> dict[str, Any]:
    """Return what the one form that has this field would send."""
    (form,) = [form for form in Forms(page).forms if field in form]
    return form


def opened_form(client: Client, address: str) -> dict[str, Any]:
    """Open a page of the admin, and return what its form would send as it stands."""
    page = client.get(address)
    assert page.status_code == 200
    return form_with(page.text, VERSION)


def send_form(client: Client, address: str, **changes: Any) -> Any:
    """Open a page of the admin and send its form with these values; None empties a box."""
    form = {**opened_form(client, address), **changes}
    sent = {name: value for name, value in form.items() if value is not None}
    return client.post(address, sent, headers=REQUEST)
