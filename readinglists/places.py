"""Where others read a list: under a link's key, or as a public list. The addresses of both."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.urls import reverse

from papers import takings
from papers.links import link as address_of
from readinglists.list_files import Outlet
from readinglists.models import ReadingList, ShareLink
from readinglists.sharing import key_of

# A cache on the way may go on showing for so long what was made private.
FRESH_SECONDS = 60


@dataclass(frozen=True)
class Place:
    """`key` opens `link`; both are empty where the list is public."""

    reading_list: ReadingList
    link: ShareLink | None = None
    key: str = ""

    @cached_property
    def page(self) -> str:
        # Not by the remembered addresses of papers/links.py, which would keep keys in memory.
        if self.link is not None:
            return reverse("readinglists:shared", args=[self.key])
        return reverse("readinglists:public_list", args=[self.reading_list.pk])

    @property
    def follow(self) -> str:
        return f"{self.page}follow/"

    @property
    def copy(self) -> str:
        return f"{self.page}copy/"

    @property
    def atom(self) -> str:
        return f"{self.page}papers.atom"

    @property
    def json(self) -> str:
        return f"{self.page}papers.json"

    @property
    def files(self) -> takings.Takings:
        """The name and the address of each format for taking the papers away."""
        return takings.files(lambda ending: f"{self.page}papers.{ending}")

    @property
    def outlet(self) -> Outlet:
        if self.link is not None:
            name = f"link/{self.link.pk}"
            return Outlet(name, self.page, "private, no-cache", is_secret=True)
        name = f"list/{self.reading_list.pk}"
        return Outlet(name, self.page, f"public, max-age={FRESH_SECONDS}")


def own_outlet(reading_list: ReadingList) -> Outlet:
    """How whoever owns or shares the list has it, logged in."""
    page = address_of("readinglists:list", reading_list.pk)
    return Outlet(f"list/{reading_list.pk}", page, "private, no-cache")


def link_address(link: ShareLink) -> str | None:
    """Return the full address of the link; None when the site's key was replaced since."""
    key = key_of(link)
    return full_address(Place(link.reading_list, link, key).page) if key else None


def full_address(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
