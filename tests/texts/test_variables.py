"""Every variable that the store or its containers read is documented."""

import re
from pathlib import Path

import pytest
import yaml

BASE_DIR = Path(__file__).resolve().parents[2]
READERS = {
    "online_store/settings/*.py": r'\benv\.[a-z_]+\(\s*"([A-Z_]+)"',
    "docker-compose.yml": r"\$\{([A-Z_]+)",
    "entrypoint.sh": r"\$\{([A-Z_]+):-",
}


@pytest.mark.parametrize("document", [".env.example", "docs/configuration.md"])
@pytest.mark.parametrize("reader", READERS)
def test_variable_is_described(reader: str, document: str):
    texts = [path.read_text() for path in BASE_DIR.glob(reader)]
    read = {name for text in texts for name in re.findall(READERS[reader], text)}
    described = set(re.findall(r"[A-Z][A-Z_]+", (BASE_DIR / document).read_text()))

    assert read
    assert read - described == set()


def test_example_names_each_variable_once():
    names = example_names()

    assert names
    assert sorted(names) == sorted(set(names))


def test_every_variable_of_the_example_is_read_by_the_settings_which_check_it():
    settings = "\n".join(path.read_text() for path in (BASE_DIR / "online_store" / "settings").glob("*.py"))
    read = set(re.findall(READERS["online_store/settings/*.py"], settings))

    # Compose alone uses them: a password may be anything, and the build refuses a wrong extra.
    assert set(example_names()) - read == {"IMAGE_EXTRAS", "POSTGRES_PASSWORD"}


def test_workers_of_compose_count_e_mails_by_the_limits_that_are_given():
    services = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())["services"]
    web, worker = services["web"]["environment"], services["worker"]["environment"]

    for name in ("THROTTLE_MAILBOX", "THROTTLE_UNCONFIRMED"):
        assert worker.get(name) == web[name]


def example_names() -> list[str]:
    return re.findall(r"^#([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE)
