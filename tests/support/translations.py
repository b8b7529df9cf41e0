"""The entries of the Russian catalogue."""

import re
from ast import literal_eval
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.LOCALE_PATHS[0]) / "ru" / "LC_MESSAGES"


TEXT = r'((?:".*"\n?)+)'


ENTRY = re.compile(
    rf"^(?:msgctxt {TEXT})?msgid {TEXT}(?:msgid_plural {TEXT})?((?:msgstr(?:\[\d\])? {TEXT})+)", re.MULTILINE
)


FORM = re.compile(rf"msgstr(?:\[\d\])? {TEXT}")


CONTEXT_END = "\4"  # between a context and its text, in a compiled catalogue


def entries() -> dict[str, list[str]]:
    """Return the Russian of each text: one, or for a counted text its plural forms."""
    content = (FOLDER / "django.po").read_text(encoding="utf-8")
    known = {
        _key(match): [_joined(form) for form in FORM.findall(match[4])] for match in ENTRY.finditer(content)
    }
    return {text: forms for text, forms in known.items() if text}


def counted_texts() -> list[tuple[str, str]]:
    """Return the English of each counted text, for one and for many."""
    content = (FOLDER / "django.po").read_text(encoding="utf-8")
    return [(_joined(match[2]), _joined(match[3])) for match in ENTRY.finditer(content) if match[3]]


def _key(match: "re.Match[str]") -> str:
    context, text = match[1], _joined(match[2])
    return f"{_joined(context)}{CONTEXT_END}{text}" if context else text


def _joined(lines: str) -> str:
    return "".join(literal_eval(line) for line in lines.strip().splitlines())
