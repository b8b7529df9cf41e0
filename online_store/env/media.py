"""Readers of where the files of media are kept, and of the address at which they are served."""

import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from online_store.env.addresses import Form
from online_store.env.values import Unusable, is_path, made_folder, matching
from online_store.env.web import web_address

SERVED_AT = "/media/"  # by the proxy of Compose, and by the store itself
EXPECTED = "a folder, or s3://key:secret@bucket/prefix?endpoint=https://s3.example&region=name"
S3 = Form(
    schemes=("s3",),
    expected=EXPECTED,
    options={"endpoint": web_address, "region": matching("[a-z0-9-]{1,60}", "the name of a region")},
    host=matching("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "an address with the name of a bucket after s3://"),
)
# What the places of private files are called beside the one of public files.
BESIDE = {"originals": "-originals", "feeds": "-feeds"}
CACHE_CONTROL = "public, max-age=31536000, immutable"  # the names of files tell their content


Storages = dict[str, dict[str, Any]]  # entries of STORAGES


def media_storages(text: str) -> Storages:
    """Return where public files (`default`) and private ones (the others) are kept: a folder or a bucket."""
    if text.startswith("s3:"):
        return _in_a_bucket(text)
    if "://" in text or not is_path(text) or not Path(text).resolve().name:
        raise Unusable(f"must be {EXPECTED}")
    folder = made_folder(text)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Unusable("must be a folder that the store can write to")
    return in_folders(folder)


def media_address(text: str) -> str:
    """Return the beginning of the addresses of public files: `/media/`, or one of a CDN or a bucket."""
    return text if text == SERVED_AT else f"{web_address(text)}/"


def in_folders(folder: Path) -> Storages:
    """Return the entries for this folder, and those beside it; each is made with its first file."""
    public = {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755}  # the proxy reads them
    private = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    return {
        "default": _folder(folder, **public),
        **{name: _folder(folder.with_name(folder.name + end), **private) for name, end in BESIDE.items()},
    }


def _folder(path: Path, **modes: int) -> dict[str, Any]:
    options = {"location": path, "allow_overwrite": True, **modes}
    return {"BACKEND": "apps.core.file_storage.WholeFileStorage", "OPTIONS": options}


def _in_a_bucket(text: str) -> Storages:
    address = S3.split(text)
    prefix = address.path.strip("/")
    if not address.host or address.port or not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", prefix, re.ASCII):
        raise Unusable(f"must be {EXPECTED}: the bucket or the prefix, which alone is public, is missing")
    if bool(address.user) != bool(address.password):
        raise Unusable("must have both the key and its secret, or none")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise Unusable("must be a folder unless the packages of requirements-s3.txt are installed")
    options: dict[str, Any] = {
        "bucket_name": address.host,
        "access_key": address.user or None,  # then boto3 looks for those of the machine
        "secret_key": address.password or None,
        "endpoint_url": address.options.get("endpoint"),
        "region_name": address.options.get("region"),
    }
    backend = "apps.core.object_storage.ObjectStorage"
    public = {"location": prefix, "object_parameters": {"CacheControl": CACHE_CONTROL}}
    private = {"object_parameters": {"CacheControl": "private, no-store"}}
    return {
        "default": {"BACKEND": backend, "OPTIONS": options | public},
        **{
            name: {"BACKEND": backend, "OPTIONS": options | private | {"location": prefix + end}}
            for name, end in BESIDE.items()
        },
    }
