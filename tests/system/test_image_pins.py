"""The images that the store is built from and runs beside: each is one release, named in full."""

import re
from pathlib import Path

import pytest
import yaml

from tests.support.processes import BASE_DIR

COMPOSE = BASE_DIR / "docker-compose.yml"
DOCKERFILES = [BASE_DIR / "Dockerfile", BASE_DIR / "deploy" / "proxy" / "Dockerfile"]
# The whole number of a release, and the release of Debian below it. PostgreSQL's have two parts.
RELEASE = re.compile(r"(postgres:\d+\.\d+|[a-z]+:\d+\.\d+\.\d+)(-slim)?-trixie")


def images_of(dockerfile: Path) -> list[str]:
    """Return the images of the file that are not stages of its own."""
    stages = re.findall(r"^FROM +(\S+)(?: +AS +(\S+))?", dockerfile.read_text(), re.MULTILINE | re.IGNORECASE)
    own = {name for _image, name in stages}
    copied = re.findall(r"--from=(\S+)", dockerfile.read_text())
    return [image for image in [*(image for image, _name in stages), *copied] if image not in own]


def services() -> dict[str, dict]:
    return yaml.safe_load(COMPOSE.read_text())["services"]


def test_every_image_is_a_release_named_in_full():
    images = [image for file in DOCKERFILES for image in images_of(file)]
    images += [service["image"] for service in services().values() if "image" in service]

    assert {image.partition(":")[0] for image in images} == {
        "python",
        "nginx",
        "postgres",
        "redis",
        "memcached",
    }
    assert [image for image in images if not RELEASE.fullmatch(image)] == []


def test_every_dockerfile_is_looked_at():
    builds = [service["build"] for service in services().values() if "build" in service]
    contexts = {build["context"] if isinstance(build, dict) else build for build in builds}

    assert {BASE_DIR / context / "Dockerfile" for context in contexts} == set(DOCKERFILES)


@pytest.mark.parametrize(
    "image", ["nginx", "nginx:latest", "nginx:1.30-trixie", "redis:8-trixie", "python:3.13-slim-trixie"]
)
def test_tag_that_moves_is_no_release(image: str):
    assert not RELEASE.fullmatch(image)
