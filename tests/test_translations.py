"""Every text of the store is there in Russian, and the compiled catalogue is the present one."""

import gettext
import re
from ast import literal_eval
from pathlib import Path

import pytest
from django.conf import settings

FOLDER = Path(settings.LOCALE_PATHS[0]) / "ru" / "LC_MESSAGES"
ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)


def test_every_text_has_a_translation():
    untranslated = [text for text, translation in entries().items() if not translation]

    assert untranslated == []


def test_compiled_catalogue_holds_the_present_texts():
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    assert {text: compiled.gettext(text) for text in entries()} == entries()


@pytest.mark.parametrize("folder", ["apps", "online_store"])
def test_every_text_of_the_code_stands_in_the_catalogue(folder: str):
    known = entries()
    files = [path for path in (settings.BASE_DIR / folder).rglob("*.py") if "tests" not in path.parts]
    used = {literal_eval(text) for path in files for text in re.findall(r'\b_\((".*?")\)', path.read_text())}

    assert used
    assert used - known.keys() == set()


def entries() -> dict[str, str]:
    content = (FOLDER / "django.po").read_text(encoding="utf-8")
    pairs = {joined(text): joined(translation) for text, translation in ENTRY.findall(content)}
    return {text: translation for text, translation in pairs.items() if text}


def joined(lines: str) -> str:
    return "".join(literal_eval(line) for line in lines.strip().splitlines())
