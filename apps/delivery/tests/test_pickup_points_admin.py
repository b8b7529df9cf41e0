"""Pick-up points in the admin: edited with an entry in the trail, and imported from a file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.audit.models import AuditEntry
from apps.delivery.admin import pickup_points
from apps.delivery.models import PickupPoint
from apps.delivery.tests.factories import make_point
from tests.support.html_forms import opened_form

LIST = "/admin/delivery/pickuppoint/"
IMPORT = f"{LIST}import/"
HEADING = "provider,code,kind,name,country"
GOOD, BAD = "cdek,MSK1,pvz,На Мясницкой,RU", "cdek,MSK2,kiosk,Киоск,RU"

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, staff):
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def brought(office, *rows, **options):
    text = "\n".join([HEADING, *rows])
    return office.post(IMPORT, {"file": SimpleUploadedFile("points.csv", text.encode()), **options})


def text_of(response):
    return " ".join(response.content.decode().split())


def test_file_is_imported_and_counted(office, staff):
    make_point(provider="cdek", code="OLD", name="old")

    response = brought(office, GOOD, is_full="on")

    assert response.status_code == 200
    assert "Created: 1, updated: 0, unchanged: 0, switched off: 1." in text_of(response)
    points = list(PickupPoint.objects.order_by("pk").values_list("code", "is_active"))
    assert points == [("OLD", False), ("MSK1", True)]
    assert {entry.actor for entry in AuditEntry.objects.filter(target_kind="delivery.pickuppoint")} == {staff}


def test_bad_rows_are_listed_and_nothing_is_imported(office):
    page = text_of(brought(office, GOOD, BAD))

    assert "Nothing was imported: fix the bad rows, or skip them." in page
    assert '<th scope="row">3</th><td>kind: ' in page
    assert not PickupPoint.objects.exists()

    assert "Created: 1," in text_of(brought(office, GOOD, BAD, skip_bad_rows="on"))
    assert [point.code for point in PickupPoint.objects.all()] == ["MSK1"]


def test_no_table_and_no_file_are_refused_on_the_form(office, monkeypatch):
    no_table = office.post(IMPORT, {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2")})
    assert "Columns are missing in the first row: provider, code, kind, name, country." in text_of(no_table)
    assert "This field is required." in text_of(office.post(IMPORT))
    monkeypatch.setattr(pickup_points, "MAX_BYTES", 10)
    assert list(brought(office, GOOD).context["form"].errors) == ["file"]
    assert not PickupPoint.objects.exists()


def test_link_to_the_import_is_shown_to_those_who_may_import(office):
    assert IMPORT in office.get(LIST).content.decode()


def test_point_is_changed_with_an_entry(office):
    point = make_point(name="old", hours={"mon": "9-18"})
    page = f"{LIST}{point.pk}/change/"
    form = opened_form(office, page)

    response = office.post(page, {**form, "name": "new", "lat": "55.75", "lon": "37.61"})

    assert response.status_code == 302
    point.refresh_from_db()
    assert (point.name, str(point.lat), str(point.lon), point.hours) == (
        "new",
        "55.750000",
        "37.610000",
        {"mon": "9-18"},
    )
    assert AuditEntry.objects.get(target_kind="delivery.pickuppoint").changes == {
        "name": ["old", "new"],
        "lat": ["0.000000", "55.750000"],
        "lon": ["0.000000", "37.610000"],
    }


@pytest.mark.parametrize("hours", ['["mon"]', '{"mon": 9}', '"text"', "{"])
def test_hours_that_the_api_could_not_show_are_refused(office, hours):
    point = make_point(hours={"mon": "9-18"})
    page = f"{LIST}{point.pk}/change/"

    response = office.post(page, {**opened_form(office, page), "hours": hours})

    assert list(response.context["adminform"].form.errors) == ["hours"]
    point.refresh_from_db()
    assert point.hours == {"mon": "9-18"}
