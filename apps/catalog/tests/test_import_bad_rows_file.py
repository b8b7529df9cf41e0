"""The bad rows of an import as a file: each with its reasons, to be fixed and imported again."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.catalog import jobs
from apps.catalog.models import Product
from apps.catalog.tests.import_pages import HEADING, checked, decide, page
from apps.catalog.tests.workbooks import workbook
from apps.import_export.models import Upload, UploadPart

MARK = "\ufeff"

pytestmark = pytest.mark.django_db


def downloaded(browser, upload) -> bytes:
    response = browser.get(page(upload, "import_bad_rows"))
    assert response.status_code == 200
    assert response["Content-Disposition"] == f'attachment; filename="bad-rows-{upload.pk}.csv"'
    return b"".join(response.streaming_content)


def test_bad_rows_can_be_downloaded_mended_and_imported(browser, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    table = "Наименование;Артикул;Цвет;Цена;Категория\r\n"
    rows = [f"Чай {n};A-{n};red;{'дорого' if n % 2 else '2,50'};Чай\r\n" for n in range(6)]
    upload = checked(browser, raw=(table + "".join(rows)).encode("cp1251"))

    file = downloaded(browser, upload).decode()

    reason = "price: “дорого” is not a number"
    assert file == MARK + "what is wrong;" + table + "".join(f"{reason};{row}" for row in rows[1::2])
    assert "Download the bad rows" in browser.get(page(upload)).text
    decide(browser, upload)
    assert downloaded(browser, upload).decode() == file
    mended = checked(browser, raw=file.replace("red;дорого", "red;3,50").encode())
    assert (mended.report["bad"], mended.report["unknown_columns"]) == (0, ["Цвет"])
    decide(browser, mended)
    assert sorted(Product.objects.values_list("sku", flat=True)) == [f"A-{n}" for n in range(6)]
    assert browser.get(page(mended, "import_bad_rows")).status_code == 404


def test_file_that_is_still_bad_has_one_column_of_reasons(browser):
    file = checked(browser, HEADING, "A,Tea,dear,Tea,1")
    once = downloaded(browser, file)

    assert downloaded(browser, checked(browser, raw=once)) == once
    assert once.decode() == (
        f"{MARK}what is wrong,{HEADING}\r\nprice: “dear” is not a number,A,Tea,dear,Tea,\t1\r\n"
    )


def test_reason_is_in_the_language_of_whoever_brought_the_file_and_read_in_any(browser):
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    file = downloaded(browser, checked(browser, HEADING, "A,Tea,dear,Tea,1"))
    assert file.decode().startswith(f"{MARK}что не так,{HEADING}\r\nцена: «dear»")

    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert checked(browser, raw=file).report["unknown_columns"] == []


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ('A,"Tea,dear,Tea,1', 'A,"""Tea",dear,Tea,\t1'),
        ('A,"2" tea,dear,Tea,1', 'A,"""2"" tea",dear,Tea,\t1'),
        ("A,Tea,1", "A,Tea,\t1"),
        ("A,Tea,1,50,Tea,1", "A,Tea,\t1,\t50,Tea,\t1"),
        ("A,=HYPERLINK(1),dear,Tea,", "A,'=HYPERLINK(1),dear,Tea,"),
        ("A,'=HYPERLINK(1),dear,Tea,", "A,'=HYPERLINK(1),dear,Tea,"),
        ('A,"Green, tea",dear,"Tea\n""1""",', 'A,"Green, tea",dear,"Tea\n""1""",'),
        ("007,1-2,12.05,,", "\t007,\t1-2,\t12.05,,"),
        ("\t007,\t1-2,\t12.05,,", "\t007,\t1-2,\t12.05,,"),
    ],
    ids=[
        *("open mark", "text behind a mark", "too few", "too many", "formula", "guarded", "marks"),
        *("numbers and dates", "kept as text already"),
    ],
)
def test_cells_are_kept_as_they_came_and_safe_in_a_spreadsheet(browser, row, kept):
    file = downloaded(browser, checked(browser, HEADING, row)).decode()

    assert file.splitlines(keepends=True)[0] == f"{MARK}what is wrong,{HEADING}\r\n"
    assert file.endswith(f",{kept}\r\n")


def test_bad_rows_of_a_workbook_are_a_table_of_the_spreadsheet(browser):
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    raw = workbook((1, "007", 2.5, "Чай", 1.5), ("B", "Чай", 1, "Чай", 1))

    file = downloaded(browser, checked(browser, raw=raw)).decode()

    assert file.splitlines()[1] == "остаток: «1.5» — не количество штук;1;\t007;2,5;Чай;1,5"


def test_other_reading_of_the_file_forgets_its_bad_rows(browser):
    upload = checked(browser, "sku;name;price;category", "A;Tea;1.250;Tea")
    assert upload.report["bad_parts"] == 1

    chosen = {"encoding": "utf-8", "delimiter": "semicolon", "decimal": ","}
    browser.post(page(upload, "import_reading"), chosen)

    assert not UploadPart.objects.filter(is_checked=True).exists()
    assert browser.get(page(upload, "import_bad_rows")).status_code == 404


def test_discarded_file_leaves_no_bad_rows(browser):
    decide(browser, checked(browser, HEADING, "A,Tea,dear,Tea,1"), "discard")

    assert not Upload.objects.exists()
    assert not UploadPart.objects.exists()


# --- The command


def test_command_writes_the_bad_rows(load, tmp_path):
    file = tmp_path / "bad.csv"
    with pytest.raises(CommandError):
        load(
            HEADING,
            "A,Tea,dear,Tea,1",
            "B,Tea,1,Tea,1",
            "C,Tea,2,Tea,many",
            options=["--bad-rows", str(file)],
        )

    assert file.read_text("utf-8") == (
        f"{MARK}what is wrong,{HEADING}\n"
        "price: “dear” is not a number,A,Tea,dear,Tea,\t1\n"
        "stock: “many” is not a number of pieces,C,Tea,\t2,Tea,many\n"
    )
    load(raw=file.read_bytes().replace(b",dear,", b",3,").replace(b"many", b"4"))
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["A", "C"]


def test_command_writes_no_file_when_no_row_is_bad(load, tmp_path):
    load(HEADING, "A,Tea,1,Tea,1", options=["--bad-rows", str(tmp_path / "bad.csv")])

    assert not (tmp_path / "bad.csv").exists()


def test_command_does_not_write_over_what_it_reads(load, tmp_path):
    path = tmp_path / "products.csv"
    path.write_text(f"{HEADING}\nA,Tea,dear,Tea,1")

    with pytest.raises(CommandError, match="cannot be written to the file that is imported"):
        call_command("import_products", str(path), "--bad-rows", str(path), stderr=StringIO())

    assert path.read_text() == f"{HEADING}\nA,Tea,dear,Tea,1"
