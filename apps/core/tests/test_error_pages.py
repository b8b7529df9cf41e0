"""Error pages: one look, both languages, one line in the log."""

import logging

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

# path, status, heading and text by language
PAGES = {
    "/admin/orders/order/": (
        403,
        {
            "en": ("Not allowed", "You do not have permission to do this."),
            "ru": ("Нет доступа", "У вас нет прав на это действие."),
        },
    ),
    "/admin/nothing/": (
        404,
        {
            "en": ("Page not found", "Nothing was found at this address."),
            "ru": ("Страница не найдена", "По этому адресу ничего нет."),
        },
    ),
}


@pytest.fixture
def clerk(client, make_user):
    """Return staff who may do nothing."""
    user = make_user(is_staff=True)
    client.force_login(user)
    return user


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("path", PAGES)
def test_page_of_the_admin_that_is_not_there_or_not_theirs_is_one_of_the_house(
    client, clerk, settings, path, language
):
    settings.STORE_NAME = "Лавка & Co"
    status, texts = PAGES[path]
    heading, text = texts[language]

    response = client.get(path, headers={"accept-language": language})

    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language}">' in response.text
    assert f"<title>{status} | Лавка &amp; Co</title>" in response.text
    assert f"<h1>{heading}</h1>\n<p>{text}</p>" in response.text
    assert 'href="/static/online_store/pages.css"' in response.text
    assert '<a href="/admin/">' in response.text


def test_form_that_is_out_of_date_and_a_fault_have_the_same_look(client, staff, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    forged = strict.post("/admin/login/", {})
    strict.force_login(staff)
    monkeypatch.setattr("apps.backoffice.site.sections_for", fail)
    failed = strict.get("/admin/")
    foreign = client.get("/admin/", HTTP_HOST="evil.example")

    assert [page.status_code for page in (forged, failed, foreign)] == [403, 500, 400]
    for page in (forged, failed, foreign):
        assert 'href="/static/online_store/pages.css"' in page.text
        assert "<h1>" in page.text


def test_what_staff_may_not_do_is_one_line_of_the_log(client, clerk, caplog):
    with caplog.at_level(logging.INFO):
        client.get("/admin/orders/order/")

    [record] = [each for each in caplog.records if each.name == "django.request"]
    assert record.getMessage() == "Forbidden (Permission denied): /admin/orders/order/"
    assert (record.levelname, record.exc_info) == ("WARNING", None)


def test_fault_of_the_store_keeps_its_traceback(staff, caplog, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    client = Client(raise_request_exception=False)
    client.force_login(staff)
    monkeypatch.setattr("apps.backoffice.site.sections_for", fail)

    client.get("/admin/")

    [record] = [each for each in caplog.records if each.name == "django.request"]
    assert (record.levelname, record.exc_info[0]) == ("ERROR", RuntimeError)


def test_icon_is_where_browsers_look_for_it(client):
    response = client.get("/favicon.ico")

    assert (response.status_code, response["Location"]) == (302, "/static/store/icon.svg")
