"""What a reader says of a paper in an issue: more like it, less like it, or mute what it is of.

A signed token in every mail stands for the reader: it needs no login, does not run out, and can do
nothing but change what is chosen next. Nothing is changed by opening its page. Read more:
docs/decisions.md.
"""

from django.core.signing import BadSignature, Signer
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import PaperFeedback, User
from papers.models import Paper

# Its own salt gives it its own key: no other token of the site opens this, nor this another.
_SALT = "accounts.digest.feedback"


def token_for(user_id: int) -> str:
    return _signer().sign(str(user_id))


def url_path_before_paper(token: str) -> str:
    """Return what a paper's number and a slash follow: made once a mail, not once a paper."""
    return reverse("accounts:judge", args=[token, 0]).removesuffix("0/")


def find_reader(token: str) -> User | None:
    """Return the reader of a token, None when it is not whole or the account is gone or closed."""
    try:
        user_id = int(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None
    return User.objects.filter(pk=user_id, is_active=True).first()


def said(user: User, paper: Paper) -> bool | None:
    """Return whether `user` wants more like it; None when nothing was said."""
    judged = PaperFeedback.objects.filter(user=user, paper=paper)
    return judged.values_list("wants_more", flat=True).first()


def say(user: User, paper: Paper, *, wants_more: bool) -> None:
    """Keep the wish in place of an earlier one about the same paper."""
    PaperFeedback.objects.update_or_create(
        user=user, paper=paper, defaults={"wants_more": wants_more, "given_at": Now()}
    )


def take_back(user: User, paper: Paper) -> None:
    PaperFeedback.objects.filter(user=user, paper=paper).delete()


def _signer() -> Signer:
    return Signer(salt=_SALT, sep=".")
