"""No text for people stands in the code or in a template without being marked for translation.

What is English for everybody stays so: the schema's descriptions (`help_text` in `api/`, docstrings), the
lines of the log, and what commands print to whoever runs the store.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.utils.functional import Promise

# Arguments and class attributes that people read.
ARGUMENTS = {
    "description",
    "detail",
    "empty_label",
    "label",
    "message",
    "verbose_name",
    "verbose_name_plural",
}
ARGUMENTS |= {"reason", "subject", "title", "violation_error_message"}
ATTRIBUTES = {
    "advice",
    "default_detail",
    "default_error_messages",
    "index_title",
    "message",
    "search_help_text",
    "short_description",
}
ATTRIBUTES |= {"site_header", "site_title", "verbose_name", "verbose_name_plural"}
REFUSALS = {"APIException", "NotFound", "ParseError", "PermissionDenied", "UnusableFile", "ValidationError"}
SHOWN = {"message_user", "error", "info", "success", "warning"}  # of the admin's messages
SCHEMA = {"OpenApiParameter", "OpenApiResponse"}  # whose descriptions are in English
# Fields that no page shows by their name, or whose name is one in every language.
NAMELESS_FIELDS = {
    "id",
    "uuid",
    "pdf",
    "search_text",
    "search_terms",
    "options_key",
    "StoredResponse.user",
    "OrderItem.order",
}
NAMELESS_FIELDS |= {"ConfigVersion.version", "StatusChange.actor", "Cancellation.actor", "allocation"}
NAMELESS_FIELDS |= {"OrderAddress.order", "OrderDiscount.order", "OrderDiscount.promotion_id", "email_hash"}
NAMELESS_FIELDS |= {"Cancellation.order", "Order.has_addresses", "Redemption.user", "Redemption.counted"}
NAMELESS_FIELDS |= {"StatusChange.order", "Invoice.order", "login_stamp", "mail_stamp"}
NAMELESS_FIELDS |= {"username_key", "email_key", "name_key", "sku_key"}
NAMELESS_FIELDS |= {"client_key", "fingerprint", "return_url", "next_action", "FiscalReceipt.key"}
RELATIONS = {"ManyToManyField", "OneToOneField"}  # whose first argument is a model
LETTERS = re.compile(r"[^\W\d_]{2,}")
NOT_TEXT = re.compile(
    r"\{% (blocktranslate|comment)\b.*?\{% end\1 %\}|\{[%{#].*?[#}%]\}|<(script|style)\b.*?</\2>|<!--.*?-->",
    re.DOTALL,
)
READ_ATTRIBUTE = re.compile(r"""\b(?:alt|title|placeholder|aria-label)=["'](.*?)["']""")


def own_files(pattern: str) -> list[Path]:
    folders = ("apps", "online_store")
    found = [path for folder in folders for path in (settings.BASE_DIR / folder).rglob(pattern)]
    return [path for path in found if not {"tests", "migrations", "management"} & set(path.parts)]


@pytest.mark.parametrize("path", own_files("*.py"), ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_every_text_of_the_code_is_marked(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert [f"{path.name}:{node.lineno}: {ast.unparse(node)}" for node in unmarked(tree)] == []


@pytest.mark.parametrize(
    "path", own_files("templates/**/*.*"), ids=lambda path: str(path.relative_to(settings.BASE_DIR))
)
def test_every_text_of_a_template_is_marked(path: Path):
    source = NOT_TEXT.sub("", path.read_text(encoding="utf-8"))

    texts = [*re.split(r"<[^>]*>", source), *READ_ATTRIBUTE.findall(source)]

    assert [text.strip() for text in texts if LETTERS.search(text)] == []


def test_every_name_that_the_admin_shows_is_marked():
    models = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
    names = {
        f"{model.__name__}.{field.name}": field.verbose_name
        for model in models
        for field in model._meta.fields
        if not {field.name, f"{model.__name__}.{field.name}"} & NAMELESS_FIELDS
    }
    names |= {model.__name__: model._meta.verbose_name for model in models}
    names |= {f"{model.__name__}, plural": model._meta.verbose_name_plural for model in models}

    assert [name for name, shown in names.items() if not isinstance(shown, Promise)] == []


@pytest.mark.parametrize(
    "code",
    [
        'problem(400, detail="Wrong.")',
        'ValidationError("Wrong.", code="odd")',
        'serializers.ValidationError({"name": f"{name} is wrong"})',
        'raise ParseError("Wrong %s" % name)',
        'messages.error(request, "Wrong.")',
        'self.message_user(request, f"{count} rows")',
        'models.CharField("name", max_length=5)',
        'models.ForeignKey(Product, verbose_name="product")',
        'forms.IntegerField(label="Pieces")',
        '@admin.action(description="Cancel")\ndef cancel(self): pass',
        'class Refusal(DomainError):\n    message = "Wrong."',
        'class Refusal(DomainError):\n    message: str = "Wrong."',
        'class Status(models.TextChoices):\n    OPEN = "open", "open"',
        'class Status(models.TextChoices):\n    OPEN = "open"',
        'admin.site.site_header = "Store"',
    ],
)
def test_unmarked_text_is_found(code: str):
    assert len(list(unmarked(ast.parse(code)))) == 1


def unmarked(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the texts that people read and that are not marked."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from filter(_has_letters, _read_arguments(node))
        elif isinstance(node, ast.ClassDef):
            yield from filter(_has_letters, _read_attributes(node))
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "") in ATTRIBUTES:
            yield from filter(_has_letters, [node.value])


def _read_arguments(call: ast.Call) -> Iterator[ast.expr]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    owner = ast.unparse(call.func).partition(".")[0]
    if name in SCHEMA:
        return
    yield from (keyword.value for keyword in call.keywords if keyword.arg in ARGUMENTS)
    if name in REFUSALS:
        yield from call.args[:1]
    elif name == "message_user" or (owner == "messages" and name in SHOWN):
        yield from call.args[1:2]
    elif owner == "models" and name.endswith("Field") and name not in RELATIONS:
        yield from call.args[:1]


def _read_attributes(node: ast.ClassDef) -> Iterator[ast.expr]:
    has_choices = any(ast.unparse(base).endswith("TextChoices") for base in node.bases)
    for statement in node.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if has_choices:
            # Of a value and its label, the label; without one Django makes it from the name.
            value = statement.value
            yield value.elts[1] if isinstance(value, ast.Tuple) else value
        elif isinstance(target, ast.Name) and target.id in ATTRIBUTES:
            yield statement.value


def _has_letters(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):  # marked, or made elsewhere
        return False
    texts = [each.value for each in _outside_of_calls(node) if isinstance(each, ast.Constant)]
    return any(isinstance(text, str) and LETTERS.search(text) for text in texts)


def _outside_of_calls(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    parts = node.values if isinstance(node, ast.Dict) else ast.iter_child_nodes(node)
    for part in parts:
        if not isinstance(part, ast.Call | ast.FormattedValue | ast.Subscript):
            yield from _outside_of_calls(part)
