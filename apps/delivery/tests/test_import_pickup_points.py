"""Import of pick-up points from CSV: by provider and code, all rows or none, and told by row."""

import io

import pytest
from django.core.management import CommandError, call_command

from apps.audit.models import AuditEntry
from apps.delivery.models import PickupPoint
from apps.delivery.pickup_point_import import UnusableFile, import_points
from apps.delivery.tests.factories import make_point

HEADING = "provider,code,kind,name,country,city,lat,lon,hours,max_weight_g,takes_cash"
MOSCOW = 'cdek,MSK1,pvz,На Мясницкой,RU,Москва,"55.7638621","37.636733","08:00-20:00",15000,да'
TVER = 'cdek,TVR1,locker,У вокзала,RU,Тверь,"56,8353","35,8929","{""mon"": ""9-18""}",,0'

pytestmark = pytest.mark.django_db


def imported(*rows, heading=HEADING, encoding="utf-8", **options):
    text = "\n".join([heading, *rows])
    return import_points(io.BytesIO(text.encode(encoding)), **options)


def counts(report):
    return report.counts.created, report.counts.updated, report.counts.unchanged, report.switched_off


def names():
    return list(PickupPoint.objects.order_by("pk").values_list("name", "is_active"))


def test_new_points_are_created_with_all_that_the_file_says():
    report = imported(MOSCOW, TVER)

    assert (counts(report), report.bad_count, report.is_stored) == ((2, 0, 0, 0), 0, True)
    moscow, tver = PickupPoint.objects.order_by("code")
    assert (moscow.provider, moscow.kind, moscow.name, moscow.country) == (
        "cdek",
        "pvz",
        "На Мясницкой",
        "RU",
    )
    assert (str(moscow.lat), str(moscow.lon)) == ("55.763862", "37.636733")
    assert (moscow.hours, moscow.max_weight_g) == ({"text": "08:00-20:00"}, 15000)
    assert (moscow.takes_cash, moscow.takes_cards, moscow.is_active) == (True, False, True)
    assert (str(tver.lat), str(tver.lon)) == ("56.835300", "35.892900")
    assert (tver.hours, tver.max_weight_g, tver.takes_cash) == ({"mon": "9-18"}, None, False)


def test_known_points_are_updated_and_what_the_file_lacks_stays():
    imported(MOSCOW, TVER)
    PickupPoint.objects.update(takes_cards=True, is_active=False)
    before = PickupPoint.objects.get(code="TVR1").refreshed_at

    report = imported(MOSCOW.replace("На Мясницкой", "Почтамт"), TVER)

    assert counts(report) == (0, 1, 1, 0)
    assert names() == [("Почтамт", False), ("У вокзала", False)]
    assert PickupPoint.objects.filter(takes_cards=True).count() == 2
    assert PickupPoint.objects.get(code="TVR1").refreshed_at > before
    changed = AuditEntry.objects.filter(action="changed", target_kind="delivery.pickuppoint")
    assert [entry.changes for entry in changed] == [{"name": ["На Мясницкой", "Почтамт"]}]
    assert AuditEntry.objects.filter(action="created").count() == 2


def test_bad_rows_are_told_and_nothing_is_stored():
    report = imported(
        MOSCOW,
        TVER.replace("locker", "kiosk"),
        MOSCOW.replace("MSK1", "MSK2").replace("RU", "RUS"),
        MOSCOW.replace("MSK1", "MSK3").replace("55.7638621", "155"),
        MOSCOW.replace("MSK1", "MSK4").replace("15000", "-1"),
        MOSCOW.replace("MSK1", "MSK5").replace("да", "может быть"),
        MOSCOW.replace("MSK1", ""),
        MOSCOW,
        "cdek,MSK6",
        'cdek,"MSK7,pvz',
        MOSCOW.replace("MSK1", "MSK8").replace("08:00-20:00", "{"),
        MOSCOW.replace("MSK1", "x" * 41),
    )

    assert not report.is_stored
    assert [row.number for row in report.bad_rows] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    reasons = [row.reason for row in report.bad_rows]
    assert [reason.partition(":")[0] for reason in reasons[:6]] == [
        "kind",
        "country",
        "lat",
        "max_weight_g",
        "takes_cash",
        "code",
    ]
    assert "2" in reasons[6]
    assert not PickupPoint.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "hours", [r'{"mon": "\u0000"}', r'{"\ud800": "9-18"}', '{"mon": 9}', '{"a": ' * 5000 + "1" + "}" * 5000]
)
def test_hours_that_cannot_be_stored_are_told(hours):
    cell = '"{}"'.format(hours.replace('"', '""'))

    report = imported(f"cdek,MSK1,pvz,n,RU,{cell}", heading="provider,code,kind,name,country,hours")

    assert [row.number for row in report.bad_rows] == [2]
    assert report.bad_rows[0].reason.startswith("hours: ")


def test_bad_rows_can_be_skipped():
    report = imported(MOSCOW, TVER.replace("locker", "kiosk"), "", ",,,,,,,,,,", skip_bad_rows=True)

    assert (counts(report), report.bad_count, report.is_stored) == ((1, 0, 0, 0), 1, True)
    assert names() == [("На Мясницкой", True)]


def test_full_file_switches_off_what_it_lacks_and_on_what_it_has():
    make_point(provider="cdek", code="OLD", name="old")
    make_point(provider="post", code="101000", name="post")
    imported(MOSCOW)
    PickupPoint.objects.filter(code="MSK1").update(is_active=False)

    report = imported(MOSCOW, TVER, is_full=True)

    assert counts(report) == (1, 1, 0, 1)
    assert names() == [("old", False), ("post", True), ("На Мясницкой", True), ("У вокзала", True)]
    entry = AuditEntry.objects.get(target_id=PickupPoint.objects.get(code="OLD").pk)
    assert entry.changes == {"is_active": [True, False]}


def test_full_file_that_says_itself_what_is_in_use_is_believed():
    row = "cdek,MSK1,pvz,На Мясницкой,RU,нет"

    imported(row, heading="provider,code,kind,name,country,is_active", is_full=True)

    assert names() == [("На Мясницкой", False)]


def test_full_file_with_bad_rows_switches_nothing_off():
    make_point(provider="cdek", code="OLD", name="old")

    report = imported(MOSCOW, TVER.replace("locker", "kiosk"), is_full=True, skip_bad_rows=True)

    assert counts(report) == (1, 0, 0, 0)
    assert names() == [("old", True), ("На Мясницкой", True)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_file_is_read_as_programs_write_it(encoding, delimiter):
    cells = ["cdek", "MSK1", "pvz", "На Мясницкой", "RU", "Москва"]
    heading = ["Provider", "CODE", "kind", "name", "country", "city", "phone"]
    row = delimiter.join([*cells, "+7"])

    report = imported(row, heading=delimiter.join(heading), encoding=encoding)

    assert counts(report) == (1, 0, 0, 0)
    assert PickupPoint.objects.get().name == "На Мясницкой"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"code,name\n1,2",
        b"provider,code,code,kind,name,country\n",
        b"PK\x03\x04",
        b"\xff\xfe\x00",
    ],
)
def test_file_that_is_no_table_of_points_is_refused(content):
    with pytest.raises(UnusableFile):
        import_points(io.BytesIO(content))

    assert not PickupPoint.objects.exists()


def test_thousands_of_rows_take_few_statements(django_assert_max_num_queries):
    rows = [MOSCOW.replace("MSK1", f"M{number}") for number in range(2500)]

    with django_assert_max_num_queries(40):
        report = imported(*rows)

    assert counts(report) == (2500, 0, 0, 0)
    assert PickupPoint.objects.count() == 2500


@pytest.mark.django_db(transaction=True)
def test_import_shows_in_the_next_read(api):
    assert api.get("/api/v1/pickup-points/").json()["count"] == 0

    imported(MOSCOW)

    assert [each["code"] for each in api.get("/api/v1/pickup-points/").json()["results"]] == ["MSK1"]


def test_command_imports_and_tells_the_counts(tmp_path, capsys):
    file = tmp_path / "points.csv"
    file.write_text("\n".join([HEADING, MOSCOW, TVER]), encoding="utf-8")

    call_command("import_pickup_points", file, "--full")

    assert capsys.readouterr().out == "2 points created, 0 updated, 0 unchanged, 0 switched off.\n"


def test_command_names_bad_rows(tmp_path, capsys):
    file = tmp_path / "points.csv"
    file.write_text("\n".join([HEADING, MOSCOW, "cdek,MSK6"]), encoding="utf-8")

    with pytest.raises(CommandError, match=r"^Nothing was imported: 1 bad row\."):
        call_command("import_pickup_points", file)

    assert capsys.readouterr().err.startswith("row 3: ")
    assert not PickupPoint.objects.exists()
    call_command("import_pickup_points", file, "--skip-bad-rows")
    assert names() == [("На Мясницкой", True)]


def test_command_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match=r"nothing\.csv"):
        call_command("import_pickup_points", tmp_path / "nothing.csv")
