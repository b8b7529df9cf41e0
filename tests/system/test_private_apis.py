"""Private APIs of libraries: none is used that CONTRIBUTING.md does not list."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.processes import BASE_DIR

# Documented by Django in spite of their names.
PUBLIC = {"_meta", "_state", "_db", "_default_manager", "_base_manager"}


def test_every_private_api_is_listed_in_the_handbook():
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources()]
    used = {name for tree in trees for name in private_uses(tree)}
    own = {name for tree in trees for name in own_names(tree)}
    foreign = {name for name, is_of_a_base in used if is_of_a_base or name not in own} - PUBLIC

    assert len(foreign) > 20
    assert [name for name in sorted(foreign) if f"{name}`" not in private_apis()] == []


def sources() -> Iterator[Path]:
    for folder in ("apps", "online_store"):
        yield from (path for path in (BASE_DIR / folder).rglob("*.py") if "tests" not in path.parts)


def private_uses(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yield the attributes with an underscore, and whether each is looked up by `super()`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            base = node.value
            is_super = (
                isinstance(base, ast.Call) and isinstance(base.func, ast.Name) and base.func.id == "super"
            )
            yield node.attr, is_super


def own_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()) | ast.Name(id=name, ctx=ast.Store()):
                yield name


def private_apis() -> str:
    text = (BASE_DIR / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.partition("## Private APIs")[2].partition("\n## ")[0]
