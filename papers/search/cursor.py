"""Where a page of the order by date ends, as a short text that a link may carry."""

from dataclasses import dataclass
from typing import Self

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _

_SALT = "papers.search.after"


@dataclass(frozen=True, slots=True)
class DateCursor:
    """Goes on after the paper whose `newest` (schema.newest_key) is `key`."""

    key: int

    @property
    def token(self) -> str:
        return Signer(salt=_SALT).sign(f"{self.key:x}")

    @classmethod
    def from_token(cls, token: str) -> Self:
        """Raises ValueError, in words for the reader, for what `token` never made."""
        try:
            return cls(int(Signer(salt=_SALT).unsign(token), 16))
        except BadSignature as error:
            raise ValueError(
                _("This link to the next page is damaged. Please search anew.")
            ) from error
