"""Pictures on the page of a product in the admin: added, described, put in order and deleted at once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.audit.models import AuditEntry
from apps.catalog.models import Product, ProductImage
from apps.catalog.services import images
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.pictures import picture
from apps.jobs.models import Job

ENGLISH = {"accept-language": "en"}

pytestmark = pytest.mark.django_db


def png(width: int) -> bytes:
    return picture((width, 30), format="PNG")


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/png")


@pytest.fixture
def lamp() -> Product:
    return make_product(name="Lamp", sku="LMP-1")


@pytest.fixture
def three(lamp: Product) -> list[ProductImage]:
    return [images.add_image(lamp.pk, content=png(width), by=None)[0] for width in (40, 50, 60)]


def send(office, product: Product, **values) -> list[str]:
    """Send what the page of the product sends of its pictures, with these values; return what is told."""
    address = reverse("admin:catalog_product_change", args=[product.pk])
    page = office.browser.get(address)
    body: dict = {"image": []}
    for shown in page.context["pictures"]:
        image = shown.image
        body["image"].append(image.pk)
        body |= {
            f"version_{image.pk}": shown.version,
            f"alt_ru_{image.pk}": image.alt_ru,
            f"alt_en_{image.pk}": image.alt_en,
        }
    sent = {**body, **values}
    response = office.browser.post(
        reverse("admin:catalog_product_pictures", args=[product.pk]), sent, follow=True, headers=ENGLISH
    )
    assert response.redirect_chain[0][0] == f"{address}#pictures"
    return [str(message) for message in response.context["messages"]]


def test_files_and_an_address_are_added_in_their_order(office, lamp):
    told = send(
        office,
        lamp,
        uploads=[upload("a.png", png(40)), upload("b.png", png(50))],
        url="https://example.com/c.png",
    )

    added = list(lamp.images.values_list("status", "source_url", "position"))
    assert added == [("pending", "", 0), ("pending", "", 1), ("pending", "https://example.com/c.png", 2)]
    assert sorted(Job.objects.values_list("kind", flat=True)) == ["fetch_image", "image", "image"]
    assert told == ["3 pictures are being prepared."]


def test_refusals_name_the_file_and_the_others_are_added(office, lamp):
    told = send(
        office,
        lamp,
        uploads=[upload("a.svg", b"<svg/>"), upload("b.png", png(40))],
        url="ftp://example.com/x",
    )

    assert lamp.images.count() == 1
    assert told == [
        "a.svg: It is not a JPEG, PNG or WebP picture.",
        "Enter a valid URL.",
        "1 picture is being prepared.",
    ]


def test_pictures_are_described_put_in_order_and_deleted(office, lamp, three):
    red, green, blue = three

    told = send(
        office, lamp, image=[blue.pk, green.pk, red.pk], delete=[green.pk], **{f"alt_en_{red.pk}": "Red"}
    )

    assert list(lamp.images.values_list("pk", "alt_en")) == [(blue.pk, ""), (red.pk, "Red")]
    assert told == []
    assert AuditEntry.objects.filter(action="deleted", target_kind="catalog.productimage").count() == 1


def test_page_that_is_sent_as_it_was_changes_nothing(office, lamp, three):
    before = AuditEntry.objects.count()

    assert send(office, lamp) == []
    assert AuditEntry.objects.count() == before


def test_text_that_somebody_else_has_changed_is_kept(office, lamp, three):
    images.change_image(three[0].pk, product_id=lamp.pk, by=None, alt_en="Scarlet")

    told = send(office, lamp, **{f"version_{three[0].pk}": "stale", f"alt_en_{three[0].pk}": "Red"})

    three[0].refresh_from_db()
    assert three[0].alt_en == "Scarlet"
    assert any("alternative text in English" in text for text in told)


def test_picture_that_the_page_did_not_show_comes_last(office, lamp, three):
    red, green, blue = three

    send(office, lamp, image=[green.pk, red.pk])

    assert list(lamp.images.values_list("pk", flat=True)) == [green.pk, red.pk, blue.pk]


def test_pictures_are_only_seen_by_those_who_may_not_change_products(lamp, three, client, make_clerk):
    client.force_login(make_clerk("view_product"))
    viewer = client
    page = viewer.get(reverse("admin:catalog_product_change", args=[lamp.pk]), headers=ENGLISH)
    refused = viewer.post(reverse("admin:catalog_product_pictures", args=[lamp.pk]), {"delete": three[0].pk})

    assert "being prepared" in page.text
    assert "Save the pictures" not in page.text
    assert refused.status_code == 403
    assert lamp.images.count() == 3
