"""What the formula was before: shown on its page and told in docs/ranking.md."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    since: date
    what: str | Promise


VERSIONS = (
    Version(
        2,
        date(2026, 11, 28),
        _(
            "Counts saves, citations and the stars that were gained instead of all stars; counts a "
            "paper's age from when Hugging Face listed it, not from when arXiv announced it some "
            "days before. Papers without support come after all others. Windows are sums of what "
            "was gained in them."
        ),
    ),
    Version(1, date(2026, 11, 22), _("Votes, upvotes and all stars.")),
)
