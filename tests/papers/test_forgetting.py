from datetime import UTC, datetime, timedelta

import pytest

from papers import documents, forgetting
from papers.models import FetchedDocument, Harvest, HostGate, PaperRequest, VoteAllowance
from tests.factories import make_source, make_user

NOW = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)
LATELY = NOW - timedelta(hours=2)
pytestmark = pytest.mark.django_db


def test_requests_that_ended_long_ago_go_and_those_that_wait_stay() -> None:
    reader = make_user()
    for state in PaperRequest.State.values:
        for moment in (LONG_AGO, LATELY):
            PaperRequest.objects.create(
                scheme="arxiv", value="1", requested_by=reader, state=state, requested_at=moment
            )
    assert forgetting.forget_requests(NOW) == 2
    left = PaperRequest.objects.filter(requested_at=LONG_AGO).values_list("state", flat=True)
    assert list(left) == ["waiting"]


def test_an_answer_that_could_not_be_stored_is_kept_for_a_month() -> None:
    def make(attempts: int, fetched_at: datetime) -> FetchedDocument:
        return FetchedDocument.objects.create(
            source=make_source(key=f"{attempts} {fetched_at}"),
            body=b"x",
            for_day=NOW.date(),
            fetched_at=fetched_at,
            attempts=attempts,
        )

    parked = make(documents.ATTEMPTS, LONG_AGO)
    make(0, LONG_AGO)
    make(documents.ATTEMPTS, LATELY)
    assert forgetting.forget_parked_documents(NOW) == 1
    assert not FetchedDocument.objects.filter(pk=parked.pk).exists()


def test_reads_that_ended_a_year_ago_go_and_paused_ones_stay() -> None:
    for state in (Harvest.State.DONE, Harvest.State.PAUSED):
        Harvest.objects.create(
            interface="oai",
            first_on=LONG_AGO.date(),
            window_first_on=LONG_AGO.date(),
            state=state,
            finished_at=LONG_AGO,
        )
    assert forgetting.forget_harvests(NOW) == 1
    assert Harvest.objects.get().state == Harvest.State.PAUSED


def test_hosts_not_asked_for_long_and_old_allowances_go() -> None:
    HostGate.objects.create(host="gone.example.org", next_allowed_at=LONG_AGO)
    HostGate.objects.create(host="arxiv.org", next_allowed_at=LATELY)
    for moment in (LONG_AGO, LATELY):
        VoteAllowance.objects.create(user_id=make_user().pk, since=moment, changes=1)
    assert (forgetting.forget_gates(NOW), forgetting.forget_allowances(NOW)) == (1, 1)
    assert HostGate.objects.get().host == "arxiv.org"


def test_many_rows_go_in_several_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BATCH_ROWS", 2)
    for number in range(5):
        HostGate.objects.create(host=f"{number}.example.org", next_allowed_at=LONG_AGO)
    assert forgetting.forget_gates(NOW) == 5
