"""The file `.env`: its variables count where the environment has none, and what is wrong with it is told."""

import os

import pytest

from online_store.env import dotenv_file


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setattr(os, "environ", {"PORT": "8001"})


def load(folder, content):
    (folder / ".env").write_bytes(content)
    return dotenv_file.load(folder / ".env")


def test_variables_of_the_file_are_taken_unless_the_environment_has_them(tmp_path):
    text = "# the shop\nPORT=8002\nSTORE_NAME='Чай & Co'\nexport LOG_FORMAT=json\n"

    assert load(tmp_path, text.encode()) == []
    assert [os.environ[name] for name in ("PORT", "STORE_NAME", "LOG_FORMAT")] == ["8001", "Чай & Co", "json"]


def test_byte_order_mark_of_an_editor_is_no_part_of_the_first_name(tmp_path):
    assert load(tmp_path, "STORE_NAME=Чай\r\n".encode("utf-8-sig")) == []
    assert os.environ["STORE_NAME"] == "Чай"


def test_file_that_is_not_there_is_none(tmp_path):
    assert dotenv_file.load(tmp_path / ".env") == []


def test_line_that_cannot_be_read_is_told_by_its_number_and_not_shown(tmp_path):
    problems = load(tmp_path, b"STORE_NAME=Shop\n\nEMAIL_URL='smtp://me:pa55word@mail\n= pa55word\n")

    assert problems == [
        ".env cannot be read, line 3: write NAME=value, or # before a comment.",
        ".env cannot be read, line 4: write NAME=value, or # before a comment.",
    ]
    assert "STORE_NAME" not in os.environ


def test_file_in_another_encoding_is_told(tmp_path):
    assert load(tmp_path, "STORE_NAME=Чай".encode("cp1251")) == [".env cannot be read: it is not UTF-8 text."]


def test_file_with_a_null_byte_is_told(tmp_path):
    assert load(tmp_path, b"STORE_NAME=Sh\x00op\n") == [".env cannot be read: it is not UTF-8 text."]
    assert "STORE_NAME" not in os.environ


def test_folder_in_the_place_of_the_file_is_told(tmp_path):
    (tmp_path / ".env").mkdir()

    assert dotenv_file.load(tmp_path / ".env") == [".env cannot be read: Is a directory."]
