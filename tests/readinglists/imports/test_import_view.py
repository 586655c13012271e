from typing import Any
from uuid import uuid4

import pytest
from celery.app.base import Celery
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import User
from papers.limits import Limit
from readinglists import members
from readinglists.imports import steps
from readinglists.models import ListImport, ReadingList, Role
from tests.factories import make_entry, make_member, make_paper, make_reading_list, make_user
from tests.readinglists.imports.items import import_text, make_import, shown

pytestmark = pytest.mark.django_db

IMPORTS = reverse("readinglists:imports")


def page_of(client: Client, found: ListImport, query: str = "") -> str:
    client.force_login(found.user)
    address = reverse("readinglists:show_import", args=[found.pk])
    return client.get(f"{address}{query}").content.decode()


def give(client: Client, user: User, **fields: object) -> Any:
    client.force_login(user)
    return client.post(IMPORTS, {"text": "", "into": "", **fields})


def write(client: Client, found: ListImport, **fields: object) -> Any:
    client.force_login(found.user)
    address = reverse("readinglists:write_import", args=[found.pk])
    return client.post(address, {"into": "", "new_title": "", **fields})


def test_the_lists_page_leads_there(client: Client) -> None:
    client.force_login(make_user())
    assert f'href="{IMPORTS}"' in client.get("/lists/").content.decode()


def test_a_file_is_taken_and_shown_before_anything_changes(client: Client) -> None:
    make_paper(arxiv_id="2401.00001", title="One of them")
    body = b"@misc{a, eprint={2401.00001}, annote={mine}}\n@misc{b, eprint={2401.00002}}\n@misc{c"
    file = SimpleUploadedFile("my_papers.bib", body)
    response = give(client, make_user(), file=file)
    found = ListImport.objects.get()
    assert response["Location"] == reverse("readinglists:show_import", args=[found.pk])
    text = page_of(client, found)
    assert "my_papers.bib" in text
    assert "BibTeX" in text
    for words in ("here already (1)", "to be fetched (1)", "not understood (1)", "One of them"):
        assert words in text
    assert 'value="my papers"' in text
    assert "This entry is broken" in page_of(client, found, "?show=unknown")
    assert not ReadingList.objects.exists()


def test_a_text_is_taken(client: Client) -> None:
    give(client, make_user(), text="see arXiv:2401.00001 and so on")
    assert ListImport.objects.get().rows.get().value == "2401.00001"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose a file, or paste a text"),
        ({"text": "  "}, "Choose a file, or paste a text"),
        ({"into": "999"}, "This list is gone"),
    ],
)
def test_what_is_missing_is_said(client: Client, fields: dict[str, str], words: str) -> None:
    response = give(client, make_user(), **fields)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ListImport.objects.exists()


def test_what_was_pasted_comes_back_with_the_error(client: Client) -> None:
    file = SimpleUploadedFile("a.txt", b"2401.00001")
    text = give(client, make_user(), file=file, text="2401.00002").content.decode()
    assert "a file or a text, not both" in text
    assert "2401.00002</textarea>" in text


def test_too_large_a_file_is_refused_in_words(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readinglists.import_forms.MOST_BYTES", 5)
    response = give(client, make_user(), file=SimpleUploadedFile("a.txt", b"2401.00001"))
    assert "at most 20 MB" in response.content.decode()


def test_too_many_open_imports_are_refused_in_words(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "MOST_OPEN", 1)
    user = make_import("2401.00001").user
    text = give(client, user, text="2401.00002").content.decode()
    assert "not finished" in text
    assert "to be looked at" in text
    assert "not finished. Finish one" in client.get(IMPORTS).content.decode()


def test_a_text_without_a_paper_offers_no_import(client: Client) -> None:
    text = page_of(client, make_import("@misc{a"))
    assert "no paper was found in it" in text
    assert "write" not in text
    assert "Import something else" in text


def test_a_file_that_cannot_be_read_says_why(client: Client) -> None:
    assert "This is a PDF" in page_of(client, make_import("%PDF-1.7"))


def test_it_is_put_into_a_new_list(client: Client) -> None:
    make_paper(arxiv_id="2401.00001")
    found = make_import("# Moors\n2401.00001 2401.00002")
    response = write(client, found, new_title="Of moors")
    made = ReadingList.objects.get()
    assert (made.title, shown(made)) == ("Of moors", ["# Moors", "2401.00001"])
    client.force_login(found.user)
    text = client.get(response["Location"]).content.decode()
    assert "It was imported into “Of moors”" in text
    assert "1 paper is still being fetched" in text


def test_it_is_put_into_a_list_that_one_has(client: Client) -> None:
    make_paper(arxiv_id="2401.00001")
    target = make_entry().reading_list
    found = make_import("2401.00001", by=target.owner)
    write(client, found, into=target.pk)
    assert len(shown(target)) == 2


def test_someone_elses_list_is_no_choice(client: Client) -> None:
    foreign = make_reading_list()
    found = make_import("2401.00001")
    response = write(client, found, into=foreign.pk)
    assert response.status_code == 422
    assert "This list is gone" in response.content.decode()
    found.refresh_from_db()
    assert found.state == "ready"


def test_the_target_of_a_link_from_a_list_is_chosen(client: Client) -> None:
    target = make_reading_list(title="Kestrels")
    client.force_login(target.owner)
    text = client.get(f"{IMPORTS}?list={target.pk}").content.decode()
    assert f'<option value="{target.pk}" selected>Kestrels' in text
    assert f"{IMPORTS}?list={target.pk}" in client.get(f"/lists/{target.pk}/").content.decode()


def test_what_is_in_the_list_already_is_said(client: Client) -> None:
    entry = make_entry()
    target = entry.reading_list
    found = make_import(str(entry.paper.arxiv_id), into=target)
    text = page_of(client, found)
    assert "no paper of this file is new to the list" in text
    assert "to be looked at" not in text


def test_a_large_file_shows_how_far_it_is_and_goes_on_by_itself(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent: list[object] = []
    monkeypatch.setattr(Celery, "send_task", lambda *args, **options: sent.append(options["args"]))
    monkeypatch.setattr(steps, "READ_AT_ONCE_BYTES", 5)
    with django_capture_on_commit_callbacks(execute=True):
        found = make_import("2401.00001")
    assert sent == [(found.pk,)]
    text = page_of(client, found)
    assert "The file is being read" in text
    assert '<noscript><meta http-equiv="refresh"' in text
    ListImport.objects.update(total=5_000, looked_at=2_000)
    address = reverse("readinglists:show_import", args=[found.pk])
    part = client.get(address, headers={"HX-Request": "true"})
    assert "2,000 of 5,000 papers were looked up" in part.content.decode()
    assert "<h1" not in part.content.decode()
    ListImport.objects.update(total=None)
    steps.work_on(found.pk)
    part = client.get(address, headers={"HX-Request": "true"})
    assert part["HX-Refresh"] == "true"


def test_pages_of_rows(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    found = make_import("\n".join(f"2401.{number:05}" for number in range(1, 121)))
    text = page_of(client, found, "?show=new&page=2")
    assert "2401.00051" in text
    assert "2401.00050<" not in text
    assert "Page 2 of 3" in text
    small = make_import("2401.00001\n2401.00002", by=found.user)
    for each in (small, found):
        # session, reader, import, counts, matched in list, sections, rows counted, rows, lists (2)
        with django_assert_num_queries(9):
            client.get(reverse("readinglists:show_import", args=[each.pk]), {"show": "new"})


def test_odd_addresses_show_the_first_tab(client: Client) -> None:
    found = make_import("2401.00001")
    assert "2401.00001" in page_of(client, found, "?show=nonsense&page=-7")


def test_an_import_is_thrown_away(client: Client) -> None:
    make_paper(arxiv_id="2401.00001")
    found = import_text("2401.00001")
    client.force_login(found.user)
    client.post(reverse("readinglists:delete_import", args=[found.pk]))
    assert not ListImport.objects.exists()
    assert shown(found.reading_list) == ["2401.00001"]


@pytest.mark.parametrize("name", ["write_import", "delete_import", "forget_not_found"])
def test_looking_changes_nothing(client: Client, name: str) -> None:
    found = import_text("2401.00001")
    client.force_login(found.user)
    number = found.reading_list_id if name == "forget_not_found" else found.pk
    assert client.get(reverse(f"readinglists:{name}", args=[number])).status_code == 405


def test_a_list_says_what_was_not_found_until_it_is_forgotten(client: Client) -> None:
    found = import_text("2401.00001 2401.00002")
    target = found.reading_list
    assert target
    target.waiting.filter(value="2401.00001").update(state="failed", reason="It is not there.")
    client.force_login(found.user)
    text = client.get(f"/lists/{target.pk}/").content.decode()
    assert "1 paper was not found" in text
    assert "It is not there." in text
    client.post(reverse("readinglists:forget_not_found", args=[target.pk]))
    assert [row.value for row in target.waiting.all()] == ["2401.00002"]


def test_hostile_titles_are_shown_as_text(client: Client) -> None:
    found = make_import('[{"title": "<script>alert(1)</script>", "DOI": "10.1234/x"}]')
    text = page_of(client, found)
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.promise(32)
def test_of_a_list_that_one_takes_no_part_in_any_more_nothing_is_shown(client: Client) -> None:
    member = make_member(role=Role.EDITOR)
    found = import_text("2401.00001", by=member.user, into=member.reading_list)
    members.remove(member, by=member.reading_list.owner)
    ReadingList.objects.filter(pk=member.reading_list_id).update(title="Renamed secret")
    for state in (ListImport.State.DONE, ListImport.State.READY):
        ListImport.objects.update(state=state)
        assert "Renamed secret" not in page_of(client, found)


def test_files_are_not_imported_without_end(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "A_READER", Limit(f"imports-{uuid4()}", 1, 60))
    reader = make_user()
    for _ in range(2):
        answer = give(client, reader, text="2401.00001", new_title="x")
    assert answer.status_code == 422
    assert "within an hour" in answer.content.decode()
    assert ListImport.objects.count() == 1
