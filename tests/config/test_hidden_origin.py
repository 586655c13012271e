import pytest
from django.conf import settings
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory

pytestmark = pytest.mark.promise(29)


def post(*, with_token: bool = True, **headers: str) -> int:
    client = Client(enforce_csrf_checks=True)
    request = RequestFactory().get("/")
    token = get_token(request)
    client.cookies[settings.CSRF_COOKIE_NAME] = request.META["CSRF_COOKIE"]
    data = {"csrfmiddlewaretoken": token} if with_token else {}
    return client.post("/lists/new/", data, headers=headers).status_code


def test_a_form_of_a_page_without_referrer_is_accepted() -> None:
    assert post(origin="null", sec_fetch_site="same-origin") == 302


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_null_origin_from_elsewhere_is_refused(site: str) -> None:
    assert post(origin="null", sec_fetch_site=site) == 403


def test_a_null_origin_without_further_proof_is_refused() -> None:
    assert post(origin="null") == 403


def test_the_same_origin_without_a_token_is_refused() -> None:
    assert post(with_token=False, origin="null", sec_fetch_site="same-origin") == 403


def test_another_origin_is_refused_whatever_else_it_says() -> None:
    assert post(origin="https://evil.example", sec_fetch_site="same-origin") == 403


def test_the_own_origin_is_accepted_as_before() -> None:
    assert post(origin="http://testserver") == 302
