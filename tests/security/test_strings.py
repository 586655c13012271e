"""Promises 27 and 28: what readers and papers say stays text, wherever it is shown."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from lxml import html

from accounts.archive.write import write
from readinglists import entries, headings, history, members, publishing, sharing, states
from readinglists.models import ReadingList, ShareLink
from tests.factories import make_paper, make_reading_list, make_user
from tests.security.strings import HOSTILE, shares

pytestmark = pytest.mark.django_db
AT_ONCE = 50
Shape = Counter[tuple[str, tuple[str, ...]]]


class Shown:
    """A list in which everything that somebody can write is `text`, and where it is shown."""

    def __init__(self, texts: Sequence[str]) -> None:
        first = texts[0]
        self.owner = make_user()
        self.list = make_reading_list(owner=self.owner, title=first[:200], description=first)
        ReadingList.objects.filter(pk=self.list.pk).update(byline=first[:100])
        for text in texts:
            paper = make_paper(title=text, abstract=text, authors=(text,))
            entries.add_many(
                self.list, [entries.NewEntry(paper.pk, text, (text[:50],))], by=self.owner
            )
            headings.add_heading(self.list, text[:200], by=self.owner)
            states.set_own_note(self.owner, paper.pk, text, seen=0)
        self.paper = paper
        self.link = sharing.make_link(self.list)
        ShareLink.objects.filter(pk=self.link.pk).update(name=first[:100], can_edit=True)
        self.link.refresh_from_db()
        members.join_by_link(self.link, make_user())
        publishing.publish(self.list)
        removed = entries.remove_many(self.list, [self.list.entries.all()[0].pk], by=self.owner)
        assert removed is not None
        history.undo(removed, self.owner)

    def pages(self) -> dict[str, str]:
        return {
            "list": self.list.get_absolute_url(),
            "lists": "/lists/",
            "edit": f"/lists/{self.list.pk}/edit/",
            "delete": f"/lists/{self.list.pk}/delete/",
            "note": f"/lists/entries/{self.list.entries.all()[0].pk}/note/",
            "tags": f"/lists/entries/{self.list.entries.all()[0].pk}/tags/",
            "entry": f"/lists/entries/{self.list.entries.all()[0].pk}/",
            "own note": f"/lists/own-notes/{self.paper.pk}/",
            "heading": f"/lists/headings/{self.list.headings.all()[0].pk}/rename/",
            "sharing": f"/lists/{self.list.pk}/share/",
            "publish": f"/lists/{self.list.pk}/public/",
            "people": f"/lists/{self.list.pk}/people/",
            "history": f"/lists/{self.list.pk}/history/",
            "public": f"/public/{self.list.pk}/",
            "directory": "/public/",
            **{do: f"/lists/links/{self.link.pk}/{do}/" for do in ("change", "rotate", "revoke")},
            "shared": f"/l/{sharing.key_of(self.link)}/",
            "save": f"/lists/add/{self.paper.pk}/",
            "paper": self.paper.get_absolute_url(),
        }


def shape_of(body: bytes) -> Shape:
    """How often each element stands in a page with which attributes: text does not change it."""
    tree = html.document_fromstring(body)
    return Counter(
        (str(each.tag), tuple(sorted(map(str, each.attrib.keys()))))
        for each in tree.iter()
        if isinstance(each.tag, str)
    )


def show(texts: Sequence[str]) -> dict[str, Shape]:
    shown, client = Shown(texts), Client()
    client.force_login(shown.owner)
    found = {}
    for name, where in shown.pages().items():
        response = client.get(where)
        assert response.status_code == 200
        found[name] = shape_of(response.content)
    assert escape(texts[0]) in client.get(shown.pages()["shared"]).content.decode()
    return found


def test_there_are_200_strings() -> None:
    assert len(set(HOSTILE)) >= 200
    shared = [text for share in shares(AT_ONCE) for text in share.values[0]]
    assert sorted(shared) == sorted(HOSTILE)


@pytest.mark.promise(27)
@pytest.mark.promise(28)
@pytest.mark.parametrize("texts", shares(AT_ONCE))
def test_no_element_and_no_attribute_comes_of_what_somebody_wrote(texts: tuple[str, ...]) -> None:
    hostile, harmless = show(texts), show([f"harmless words {n}" for n in range(len(texts))])
    for name, shape in hostile.items():
        assert shape - harmless[name] == Counter(), name


def show_names(texts: Sequence[str]) -> dict[str, Shape]:
    """Names of links and bylines, which a list has one of, for each text one."""
    owner, client = make_user(), Client()
    client.force_login(owner)
    linked = make_reading_list(owner=owner)
    pages = {"links": f"/lists/{linked.pk}/share/", "people": f"/lists/{linked.pk}/people/"}
    for number, text in enumerate(texts):
        link = sharing.make_link(linked, name=text[:100], can_edit=True)
        members.join_by_link(link, make_user())
        signed = make_reading_list(owner=owner, title=f"List {number}")
        ReadingList.objects.filter(pk=signed.pk).update(byline=text[:100])
        publishing.publish(signed)
        pages[f"signed {number}"] = f"/public/{signed.pk}/"
        pages[f"shared {number}"] = f"/l/{sharing.key_of(sharing.make_link(signed))}/"
    answers = {name: client.get(where) for name, where in pages.items()}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert all(escape(t[:100]) in answers["links"].content.decode() for t in texts)
    assert escape(texts[-1][:100]) in answers[f"signed {len(texts) - 1}"].content.decode()
    return {name: shape_of(answer.content) for name, answer in answers.items()}


@pytest.mark.promise(27)
@pytest.mark.promise(28)
@pytest.mark.parametrize("texts", shares(sharing.MOST_LINKS))
def test_bylines_and_names_of_links_stay_text(texts: tuple[str, ...]) -> None:
    hostile, harmless = show_names(texts), show_names([f"words {n}" for n in range(len(texts))])
    for name, shape in hostile.items():
        assert shape - harmless[name] == Counter(), name


@pytest.mark.promise(27)
@pytest.mark.parametrize("texts", shares(AT_ONCE))
def test_exports_hold_it_as_text(texts: tuple[str, ...]) -> None:
    """The archive is read back to the very strings; its BibTeX has as many entries as papers."""
    shown, file = Shown(texts), BytesIO()
    write(shown.owner, file, now=timezone.now())
    archive = ZipFile(file)
    (row,) = json.loads(archive.read("broadsheet.json"))["lists"]
    items = [item for item in row["items"] if "paper" in item]
    assert [(item["paper"]["title"], item["note"]) for item in items] == [(t, t) for t in texts]
    (name,) = [name for name in archive.namelist() if name.endswith(".bib")]
    assert re.fullmatch(r"lists/001-[a-z0-9_-]+\.bib", name)
    entry = re.compile(r"^@\w+\{", re.MULTILINE)
    assert len(entry.findall(archive.read(name).decode())) == len(texts)
