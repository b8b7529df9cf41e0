"""The language of a response: the one the client prefers among those of the store."""

import pytest

from apps.core.middleware.language import language_of


@pytest.mark.parametrize(
    ("accept_language", "language"),
    [
        ("", "ru"),
        ("en", "en"),
        ("ru", "ru"),
        ("EN-us", "en"),
        ("de", "ru"),
        ("de,en;q=0.1", "en"),
        ("ru;q=0.5, en-GB;q=0.9, de", "en"),
        ("en;q=0.5,ru;q=0.5", "en"),
        ("ru;q=0.9,en;q=0.8", "ru"),
        ("*", "ru"),
        ("ru;q=0.2,*", "en"),
        ("ru;q=0,*", "en"),
        ("en;q=0,*;q=0.1", "ru"),
        ("en;q=0", "ru"),
        ("en-GB;q=0,en", "en"),
        ("english", "ru"),
        ("enough", "ru"),
        ("en;q=2", "ru"),
        ("en;q=much", "ru"),
        ("; ,;q=", "ru"),
        ("en\x00", "ru"),
        ("английский", "ru"),
        ("en," * 200_000, "en"),
        ("e" * 200_000, "ru"),
    ],
)
def test_best_spoken_language_is_taken_and_russian_where_there_is_none(accept_language: str, language: str):
    assert language_of(accept_language) == language
