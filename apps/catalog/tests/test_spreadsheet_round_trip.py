"""Round trips through a spreadsheet: an export that was opened and saved there imports without a change."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product
from apps.catalog.tests.import_pages import checked, counts
from apps.import_export.tests.export_pages import exported, sheet_of

SOFFICE = shutil.which("soffice")
# Semicolons, quotes, UTF-8, from line 1, Russian; not all cells as text, numbers and dates found as in Excel.
RUSSIAN_CSV = "CSV:59,34,76,1,,1049,false,true"
HOSTILE = [
    *(
        "007",
        "1e5",
        "1.5E+3",
        "4607012345678",
        "12345678901234567890",
        "1-2",
        "1/2",
        "01.02.2026",
        "2026-11-30",
    ),
    *("12:30", "5%", "$5", "1 000", "1,5", "MAR1", "1 мая", "true", "ИСТИНА"),
    *("=1+1", "+7 900 000-00-00", "-5", "@SUM(A1)", "'=1", "'007", "＝1", '=HYPERLINK("http://x.example")'),
    *('He said "no"', "a;b,c", "Чай «Утро»", "🫖", "<b>&amp;", "#N/A"),
]
LONG = 'one\r\n\ttwo;\n  \'three\r"four" \N{NO-BREAK SPACE}five'

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not (SOFFICE or os.environ.get("CI")), reason="needs soffice: libreoffice-calc-nogui of Debian"
    ),
]


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return client


def saved_by_libreoffice(folder: Path, **files: bytes) -> dict[str, bytes]:
    """Return the files as LibreOffice saves them as workbooks, all by one start of it."""
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    subprocess.run(
        [
            *(str(SOFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"),
            *(f"--infilter={RUSSIAN_CSV}", "--convert-to", "xlsx", "--outdir", str(folder / "saved")),
            *(str(folder / name.replace("_", ".")) for name in files),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return {name: (folder / f"saved/{name.partition('_')[0]}.xlsx").read_bytes() for name in files}


def test_products_saved_by_a_spreadsheet_import_again_and_change_nothing(browser, tmp_path):
    category = make_category(name="-50 %")
    for number, text in enumerate(HOSTILE):
        make_product(
            sku=text,
            name=text,
            description=f"{text}{LONG}",
            price=f"{number}.50",
            stock=1250,
            category=category,
        )

    saved = saved_by_libreoffice(
        tmp_path,
        table_csv=exported(browser, "catalog_product", "products", file_format="spreadsheet"),
        book_xlsx=exported(browser, "catalog_product", "products", file_format="xlsx"),
    )

    for content in saved.values():
        report = checked(browser, raw=content, name="saved.xlsx").report
        assert (report["bad_rows"], report["changes"], report["new"]) == ([], [], [])
        assert counts(report) == {"created": 0, "updated": 0, "unchanged": len(HOSTILE)}
        assert [row[2].data_type for row in sheet_of(content).iter_rows(min_row=2)] == ["n"] * len(HOSTILE)
    assert Product.objects.count() == len(HOSTILE)
