"""Every text of the store is there in Russian, and the compiled catalogue is the present one."""

import ast
import gettext
import re
from ast import literal_eval
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils.translation import ngettext, override
from django.utils.translation.template import templatize

from tests.support.translations import CONTEXT_END, FOLDER, entries

MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
LITERAL = r"""(u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"))"""
IN_TEMPLATES = re.compile(rf"\b(?:_|n?gettext)\({LITERAL}")
IN_CONTEXT_IN_TEMPLATES = re.compile(rf"\bn?pgettext\({LITERAL}, {LITERAL}")
PLURAL_FORMS = 4  # one, few, many, and fractions


def test_every_text_has_a_translation():
    untranslated = [text for text, forms in entries().items() if not all(forms)]

    assert untranslated == []


def test_every_counted_text_has_all_plural_forms():
    counted = {text: forms for text, forms in entries().items() if len(forms) > 1}

    assert counted
    assert {text: len(forms) for text, forms in counted.items()} == dict.fromkeys(counted, PLURAL_FORMS)


def test_no_translation_is_a_guess():
    content = (FOLDER / "django.po").read_text(encoding="utf-8")

    assert "fuzzy" not in content
    assert "#~" not in content


def test_compiled_catalogue_holds_the_present_texts():
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    singular = {text: forms[0] for text, forms in entries().items() if len(forms) == 1}
    assert {text: compiled.gettext(text) for text in singular} == singular


def test_catalogue_has_the_texts_of_the_code_and_no_others():
    assert set(entries()) == set(marked_texts())


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "Выбрано 0 строк"),
        (1, "Выбрана 1 строка"),
        (2, "Выбраны 2 строки"),
        (5, "Выбрано 5 строк"),
        (11, "Выбрано 11 строк"),
        (21, "Выбрана 21 строка"),
        (112, "Выбрано 112 строк"),
    ],
)
def test_noun_agrees_with_its_number(number: int, text: str):
    with override("ru"):
        form = ngettext("%(counter)s row selected", "%(counter)s rows selected", number)

    assert form % {"counter": number} == text


def marked_texts() -> Iterator[str]:
    """Yield what is marked for translation in the code and in the templates; of a plural the singular."""
    for folder in ("apps", "online_store"):
        for path in (settings.BASE_DIR / folder).rglob("*.py"):
            if "tests" not in path.parts:
                yield from _marked_in_code(ast.parse(path.read_text(encoding="utf-8")))
        for path in (settings.BASE_DIR / folder).rglob("templates/**/*.*"):
            code = templatize(path.read_text(encoding="utf-8"))
            yield from (literal_eval(text) for text in IN_TEMPLATES.findall(code))
            for words in IN_CONTEXT_IN_TEMPLATES.findall(code):
                yield CONTEXT_END.join(map(literal_eval, words))


def _marked_in_code(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id in MARKS:
            yield literal_eval(node.args[0])
        elif node.func.id in IN_CONTEXT:
            yield CONTEXT_END.join(map(literal_eval, node.args[:2]))
