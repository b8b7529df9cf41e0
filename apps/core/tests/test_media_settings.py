"""Where the files of pictures are kept and served, as the variables say."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from online_store.env import media


def test_files_are_kept_in_the_folder_of_the_store_private_ones_beside_it(start, tmp_path):
    given = start()

    assert given["MEDIA_URL"] == "/media/"
    assert given["KEEP_ORIGINALS"] is False
    assert given["MEDIA_IN_FOLDER"] is True
    assert given["STORAGES"]["default"] == {
        "BACKEND": "apps.core.file_storage.WholeFileStorage",
        "OPTIONS": {
            "location": tmp_path / "var" / "media",
            "allow_overwrite": True,
            "file_permissions_mode": 0o644,
            "directory_permissions_mode": 0o755,
        },
    }
    for name in ("originals", "feeds"):
        assert given["STORAGES"][name] == {
            "BACKEND": "apps.core.file_storage.WholeFileStorage",
            "OPTIONS": {
                "location": tmp_path / "var" / f"media-{name}",
                "allow_overwrite": True,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    assert not (tmp_path / "var" / "media").exists()


def test_folder_of_files_is_made_at_start_up(start, tmp_path):
    given = start(MEDIA_STORAGE_URL=str(tmp_path / "shared" / "pictures"), MEDIA_URL="https://cdn.example/a/")

    assert given["MEDIA_ROOT"] == tmp_path / "shared" / "pictures"
    assert given["MEDIA_ROOT"].is_dir()
    for name in ("originals", "feeds"):
        assert given["STORAGES"][name]["OPTIONS"]["location"] == tmp_path / "shared" / f"pictures-{name}"
    assert given["MEDIA_URL"] == "https://cdn.example/a/"


def test_bucket_keeps_public_and_private_files_under_different_prefixes(start, monkeypatch):
    monkeypatch.setattr(media, "find_spec", lambda name: name)

    given = start(
        MEDIA_STORAGE_URL="s3://key:se%2Fcret@shop-1/files/media/?endpoint=https://s3.example&region=ru-1",
        MEDIA_URL="https://shop-1.s3.example/files/media",
    )

    bucket = {
        "bucket_name": "shop-1",
        "access_key": "key",
        "secret_key": "se/cret",
        "endpoint_url": "https://s3.example",
        "region_name": "ru-1",
    }
    assert given["MEDIA_IN_FOLDER"] is False
    assert given["MEDIA_URL"] == "https://shop-1.s3.example/files/media/"
    assert given["STORAGES"]["default"] == {
        "BACKEND": "apps.core.object_storage.ObjectStorage",
        "OPTIONS": bucket
        | {
            "location": "files/media",
            "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
        },
    }
    for name in ("originals", "feeds"):
        assert given["STORAGES"][name]["OPTIONS"] == bucket | {
            "location": f"files/media-{name}",
            "object_parameters": {"CacheControl": "private, no-store"},
        }


def test_bucket_needs_an_address_at_which_it_is_served(start, monkeypatch):
    monkeypatch.setattr(media, "find_spec", lambda name: name)

    with pytest.raises(ImproperlyConfigured) as refused:
        start(MEDIA_STORAGE_URL="s3://shop/media")

    assert str(refused.value) == (
        "The configuration is invalid. MEDIA_URL must be the address of the bucket or of its CDN, "
        "because MEDIA_STORAGE_URL is s3://…."
    )


def test_bucket_needs_the_packages_of_the_extra(start, monkeypatch):
    monkeypatch.setattr(media, "find_spec", lambda name: None)

    with pytest.raises(ImproperlyConfigured) as refused:
        start(MEDIA_STORAGE_URL="s3://shop/media", MEDIA_URL="https://cdn.example")

    assert str(refused.value) == (
        "The configuration is invalid. MEDIA_STORAGE_URL must be a folder unless the packages of "
        "requirements-s3.txt are installed."
    )
