"""Files in a bucket, on an S3 of the tests' own: public and private ones apart, with headers for good."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from apps.core.outbound_http import CallInTransaction

pytestmark = pytest.mark.long
moto_server = pytest.importorskip("moto.server", reason="no packages of requirements-dev.txt")

BASE_DIR = Path(__file__).resolve().parents[3]
NAME = "products/ab/abc-480.webp"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = moto_server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str) -> str:
    """Make a bucket, and return its name."""
    name = f"shop-{random.randrange(10**9)}"
    assert requests.put(f"{endpoint}/{name}", timeout=10).status_code == 200
    return name


@pytest.fixture
def place(bucket: str, endpoint: str) -> dict[str, str]:
    return {
        "MEDIA_STORAGE_URL": f"s3://key:secret@{bucket}/shop/media?endpoint={endpoint}&region=eu-central-1",
        "MEDIA_URL": f"{endpoint}/{bucket}/shop/media",
    }


@pytest.fixture
def given(start, place: dict[str, str], settings, monkeypatch) -> Any:
    """Return the settings of a start with this bucket, and have the present ones follow."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    read = start(**place)
    settings.MEDIA_URL = read["MEDIA_URL"]
    return read


@pytest.fixture
def public(given: Any, bucket: str) -> Any:
    """Return the storage of public files; its bucket has the policy of docs/operations.md."""
    storage: Any = storages.create_storage(given["STORAGES"]["default"])
    text = (BASE_DIR / "docs" / "operations.md").read_text()
    (policy,) = re.findall(r"^```json\n(\{[^`]+s3:GetObject[^`]+\})\n```$", text, re.MULTILINE)
    policy = policy.replace("BUCKET/PREFIX/", f"{bucket}/shop/media/")
    storage.connection.meta.client.put_bucket_policy(Bucket=bucket, Policy=policy)
    return storage


@pytest.fixture
def private(given: Any) -> Any:
    return storages.create_storage(given["STORAGES"]["originals"])


def test_public_file_is_served_for_good_at_its_address(public: Any):
    name = public.save(NAME, ContentFile(b"picture"))
    again = public.save(NAME, ContentFile(b"picture"))

    served = requests.get(public.url(name), timeout=10)
    assert name == again == NAME
    assert public.url(name).endswith(f"/shop/media/{NAME}")
    assert (served.status_code, served.content) == (200, b"picture")
    assert served.headers["Content-Type"] == "image/webp"
    assert served.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert public.listdir("products/ab") == ([], ["abc-480.webp"])
    assert (public.size(NAME), content_of(public, NAME)) == (7, b"picture")
    assert public.get_modified_time(NAME).year >= 2026


def test_private_file_lies_where_no_policy_for_public_ones_reaches(
    public: Any, private: Any, endpoint: str, bucket: str
):
    private.save("abc", ContentFile(b"original"))

    asked = requests.get(f"{endpoint}/{bucket}/shop/media-originals/abc", timeout=10)
    assert (asked.status_code, asked.content) == (403, b"")
    assert content_of(private, "abc") == b"original"
    head = private.connection.meta.client.head_object(Bucket=bucket, Key="shop/media-originals/abc")
    assert head["CacheControl"] == "private, no-store"
    assert not public.exists("abc")
    assert requests.get(public.url("abc"), timeout=10).status_code == 404


def test_large_file_comes_back_whole(public: Any):
    content = random.Random(1).randbytes(9 * 1024 * 1024)  # in several parts

    public.save("large.webp", ContentFile(content))

    assert content_of(public, "large.webp") == content


def test_file_is_deleted_once_and_again(public: Any):
    public.save(NAME, ContentFile(b"picture"))

    public.delete(NAME)
    public.delete(NAME)

    assert not public.exists(NAME)
    with pytest.raises(FileNotFoundError):
        public.open(NAME)
    with pytest.raises(FileNotFoundError):
        public.size(NAME)


def test_server_that_is_away_is_told_as_an_error_of_the_system(given: Any):
    options = given["STORAGES"]["default"]["OPTIONS"] | {"endpoint_url": "http://127.0.0.1:9"}
    storage: Any = storages.create_storage({**given["STORAGES"]["default"], "OPTIONS": options})

    for ask in (storage.open, storage.exists, storage.delete, storage.size):
        with pytest.raises(OSError, match="Could not connect to the endpoint URL"):
            ask(NAME)
    with pytest.raises(OSError, match="Could not connect to the endpoint URL"):
        storage.save(NAME, ContentFile(b"picture"))


def test_bucket_that_is_not_there_is_told_without_the_secret(given: Any, bucket: str):
    options = given["STORAGES"]["default"]["OPTIONS"] | {"bucket_name": f"{bucket}-missing"}
    storage: Any = storages.create_storage({**given["STORAGES"]["default"], "OPTIONS": options})

    with pytest.raises(FileNotFoundError) as told:
        storage.save(NAME, ContentFile(b"picture"))

    assert NAME in str(told.value)
    assert "secret" not in str(told.value)


@pytest.mark.django_db
def test_bucket_is_never_asked_inside_of_a_transaction(public: Any):
    with transaction.atomic():
        for ask in (public.open, public.exists, public.delete):
            with pytest.raises(CallInTransaction):
                ask(NAME)
        with pytest.raises(CallInTransaction):
            public.save(NAME, ContentFile(b"picture"))


def content_of(storage: Any, name: str) -> bytes:
    with storage.open(name) as file:
        return file.read()
