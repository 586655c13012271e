"""Two administrators who take each other's rights at the same moment."""

import threading
from functools import partial

import pytest
from django.test import Client

from accounts import leaving
from accounts.models import User
from tests.accounts.by_operator.admin_forms import fields_of, page_of
from tests.accounts.entering import enter
from tests.accounts.test_leaving_races import PATIENCE_SECONDS, Beside, wait_until_somebody_waits
from tests.factories import make_user


def logged_in(operator: User) -> Client:
    client = Client()
    enter(client, operator)
    return client


@pytest.mark.django_db(transaction=True)
def test_one_of_two_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (make_user(is_staff=True, is_superuser=True) for _ in range(2))
    reached, go_on = threading.Event(), threading.Event()
    real = leaving.is_last_superuser

    def paused(user: User) -> bool:
        answer = real(user)
        if user == other:
            reached.set()
            go_on.wait(PATIENCE_SECONDS)
        return answer

    monkeypatch.setattr(leaving, "is_last_superuser", paused)
    posts = [
        partial(logged_in(by).post, page_of(whose), fields_of(whose))
        for by, whose in ((one, other), (other, one))
    ]
    first = Beside(posts[0]).start()
    assert reached.wait(PATIENCE_SECONDS)
    second = Beside(posts[1]).start()
    wait_until_somebody_waits()
    go_on.set()
    assert [first.join(), second.join()] == [[], []]
    assert list(User.objects.filter(is_superuser=True)) == [one]
