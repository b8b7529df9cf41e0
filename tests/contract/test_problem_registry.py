"""Every problem in the registry can be met, is what the registry says, and has a page."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from apps.core.api.problems.registry import all_problems, subclasses_of, type_of
from apps.core.exceptions import DomainError, fault_codes
from apps.core.tests.answers import problem_of
from apps.users.models import User
from tests.support.provoked_problems import PROVOKED, World


@pytest.mark.parametrize("code", PROVOKED)
def test_problem_is_what_the_registry_says(make_user: Callable[..., User], code: str):
    response = PROVOKED[code](World(make_user))

    entry = all_problems()[code]
    body = problem_of(response)
    assert (response.status_code, body["code"], body["type"]) == (entry.status, code, type_of(code))
    assert set(entry.headers) <= set(response.headers)
    assert set(entry.example()) <= set(body)


def test_every_registered_problem_is_provoked():
    missing = all_problems().keys() - PROVOKED.keys()

    assert not missing, f"Add to PROVOKED how a client meets {missing}."


def test_every_refusal_of_the_code_is_registered():
    known = {(code, entry.status) for code, entry in all_problems().items()}
    refusals = [each for each in subclasses_of(DomainError) if each.code in vars(each).values()]
    missing = [each.__name__ for each in refusals if (each.code, each.status_code) not in known]

    assert refusals
    assert not missing, f"These need an `advice`, what a client should do about them: {missing}."


@pytest.mark.parametrize("code", sorted(all_problems()))
@pytest.mark.parametrize("language", ["ru", "en"])
def test_type_of_a_problem_leads_to_its_page(api: APIClient, code: str, language: str):
    headers = {"Accept": "text/html", "Accept-Language": language}

    page = api.get(type_of(code), headers=headers)

    assert (page.status_code, page["Content-Language"]) == (200, language)
    text = page.content.decode()
    assert code in text
    assert f'lang="{language}"' in text
    assert "<script" not in text


def test_programs_read_the_page_as_json(api: APIClient):
    answer = api.get(
        type_of("insufficient_stock"), headers={"Accept-Language": "en"}, HTTP_ACCEPT="application/json"
    )

    body = answer.json()
    assert answer["Content-Type"] == "application/json"
    assert (body["code"], body["status"], body["title"]) == ("insufficient_stock", 400, "Bad Request")
    assert body["meaning"] == "Not enough stock."
    assert body["advice"].startswith("Reduce the quantities")
    assert body["example"]["details"] == [{"product_id": 12, "available": 2, "requested": 5}]


def test_list_of_problems_leads_to_each_and_names_the_codes_of_faults(api: APIClient):
    text = api.get("/api/problems/", HTTP_ACCEPT="text/html").content.decode()

    assert all(f'href="{type_of(code)}"' in text for code in all_problems())
    assert all(f"<code>{code}</code>" in text for code in fault_codes())


def test_code_that_nobody_knows_has_no_page(api: APIClient):
    response = api.get("/api/problems/no_such_code/")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")
