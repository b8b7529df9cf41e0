"""Documents: READMEs that stay short, links that lead somewhere, names of files that exist."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.processes import BASE_DIR

README_BYTES = 8 * 1024
DOCUMENTS = ("*.md", "docs/**/*.md", "benchmarks/*.md")
FOLDERS = ("apps", "benchmarks", "docs", "online_store", "scripts", "tests")
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
FILE = re.compile(r"`([\w./-]+/[\w-]+\.(?:py|md|yaml|sh|html|css|js))`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_readme_is_short(name: str):
    assert len((BASE_DIR / name).read_bytes()) <= README_BYTES


def test_links_lead_to_files_and_headings_that_exist():
    links = [(document, link) for document in documents() for link in LINK.findall(prose(document))]
    relative = [(document, link) for document, link in links if not re.match(r"[a-z]+:", link)]

    assert len(relative) > 100
    assert [f"{document.name}: {link}" for document, link in relative if not leads(document, link)] == []


def test_index_lists_every_page():
    index = BASE_DIR / "docs" / "README.md"
    listed = {(index.parent / link).resolve() for link in LINK.findall(prose(index))}

    assert [path.name for path in index.parent.glob("**/*.md") if path not in {*listed, index}] == []


def test_files_that_are_named_exist():
    files = [
        f"/{path.relative_to(BASE_DIR)}" for folder in FOLDERS for path in BASE_DIR.glob(f"{folder}/**/*.*")
    ]
    named = [(path, name) for path in documents() for name in FILE.findall(path.read_text(encoding="utf-8"))]

    assert len(named) > 50
    assert [f"{path.name}: {name}" for path, name in named if not has_end(files, f"/{name}")] == []


def has_end(files: list[str], end: str) -> bool:
    return any(file.endswith(end) for file in files)


def documents() -> list[Path]:
    return [path for pattern in DOCUMENTS for path in BASE_DIR.glob(pattern)]


def prose(document: Path) -> str:
    return CODE.sub("", document.read_text(encoding="utf-8"))


def leads(document: Path, link: str) -> bool:
    address, _, anchor = unquote(link).partition("#")
    target = (document.parent / address).resolve() if address else document
    if anchor and target.suffix == ".md":
        return target.is_file() and anchor in anchors(target)
    return target.exists()


def anchors(document: Path) -> set[str]:
    """Return the anchors of the headings as GitHub makes them."""
    headings = HEADING.findall(
        re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.M | re.S)
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
