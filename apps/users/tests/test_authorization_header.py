"""The header `Authorization` (RFC 9110, 11; RFC 6750, 2.1)."""

import pytest

from apps.core.tests.answers import problem, problem_of
from apps.users.tokens import pair_for

PUBLIC, OWN = "/api/v1/products/", "/api/v1/orders/"
REFUSED = problem(401, "token_invalid", "The token is not valid.")

pytestmark = pytest.mark.django_db


def call(api, path, header):
    return api.get(path, HTTP_AUTHORIZATION=header, HTTP_ACCEPT_LANGUAGE="en")


@pytest.mark.parametrize(
    "form", ["Bearer {}", "bearer {}", "BEARER {}", "bEaReR {}", "bearer   {}", "Bearer\t{}", "  Bearer {}  "]
)
def test_scheme_has_no_case_and_any_space_after_it(api, customer, staff, form):
    customers, staffs = (form.format(pair_for(user)["access"]) for user in (customer, staff))

    assert call(api, OWN, customers).status_code == 200
    assert call(api, f"{PUBLIC}?is_active=false", staffs).status_code == 200


@pytest.mark.parametrize("path", [PUBLIC, "/api/v1/categories/", OWN])
@pytest.mark.parametrize("header", ["bearer garbage", "bearer", "Bearer ", "BEARER a b", "bearer a,bearer b"])
def test_token_that_is_none_is_refused_whatever_the_case_and_on_public_pages_too(api, path, header):
    api.get(path)  # what is kept for everyone is not for who sends a token

    assert problem_of(call(api, path, header)) == REFUSED


@pytest.mark.parametrize("header", ["", "  ", "Basic YTpi", "Token abc", "Bearerabc", "Api-Key bearer x"])
def test_other_schemes_sign_nobody_in(api, header):
    assert call(api, PUBLIC, header).status_code == 200
    assert problem_of(call(api, OWN, header))["code"] == "not_authenticated"
