import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/nowhere/", "/sources/", "/search/nothing"])
def test_a_page_that_is_not_there_says_so_in_words(client: Client, address: str) -> None:
    answer = client.get(address)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Resolver404" not in page
    assert "There is no" in page
