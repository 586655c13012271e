from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.matching import lease
from accounts.matching.lease import LeaseLost
from accounts.models import MatchCursor

pytestmark = pytest.mark.django_db


def test_one_has_the_turn() -> None:
    first = lease.take()
    assert first is not None
    assert lease.take() is None
    first.release()
    assert lease.take() is not None


def test_a_turn_runs_out() -> None:
    first = lease.take()
    MatchCursor.objects.update(leased_until=Now() - timedelta(seconds=1))
    second = lease.take()
    assert first is not None
    assert second is not None
    with pytest.raises(LeaseLost), first.hold():
        pass
    first.release()
    second.move(cursor=5)
    assert MatchCursor.objects.get().cursor == 5


def test_a_turn_is_given_back_after_a_failure() -> None:
    with pytest.raises(RuntimeError), lease.turn():
        raise RuntimeError
    assert lease.take() is not None
