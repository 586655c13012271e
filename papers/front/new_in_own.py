"""What the newest day brought in a reader's own categories, the best liked first."""

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from papers.front.offers import MOST_OFFERED, Offer
from papers.links import link
from papers.listings import newest_day
from papers.models import Announcement, Paper, SeenPaper
from papers.models.paper import PaperQuerySet
from papers.own_categories import own_categories


def find_new(user: AbstractBaseUser, without: "QuerySet[SeenPaper, int] | None") -> Offer:
    """Return the section "New in your categories". At most two queries beside the categories."""
    codes = own_categories(user)
    day = newest_day() if codes else None
    ids = new_on(day, codes, without=without).values_list("pk", flat=True) if day else ()
    hint = _("Follow a category, or save some papers, and what is new in theirs stands here.")
    return Offer(
        name="new",
        heading=_("New in your categories"),
        whole=link("papers:new_in_mine" if codes else "papers:new"),
        paper_ids=list(ids[:MOST_OFFERED]),
        hint="" if codes else hint,
    )


def new_on(
    day: date, codes: list[str], *, without: "QuerySet[SeenPaper, int] | None" = None
) -> PaperQuerySet:
    """Return papers announced on `day` in any of `codes` as new or cross-listed, each once.

    The best liked first. `without` are ids of papers to leave out.
    """
    kinds = (Announcement.Kind.NEW, Announcement.Kind.CROSS)
    announced = Announcement.objects.filter(
        announced_on=day, category_id__in=codes, kind__in=kinds
    ).values("paper_id")
    papers = Paper.objects.not_withdrawn().filter(pk__in=announced)
    return (papers if without is None else papers.exclude(pk__in=without)).order_by(
        "-stats__score", "-pk"
    )
