"""Every page of allauth's that this site can reach is one of our templates, in our frame."""

from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

# Of ways in that are switched off: by passkey, by telephone, by codes in place of links; and the
# form of sites where a reader has one address only.
OUT_OF_REACH = {
    "signup_by_passkey.html",
    "phone_change.html",
    "confirm_phone_verification_code.html",
    "confirm_email_verification_code.html",
    "confirm_password_reset_code.html",
    "email_change.html",
}
PAGES = sorted(
    path.name
    for path in (Path(allauth.__file__).parent / "templates" / "account").glob("*.html")
    if not path.name.startswith("base_") and path.name not in OUT_OF_REACH
)
# Of signing up by passkey and of browsers that are trusted, both off; parts of allauth's own pages.
MFA_OUT_OF_REACH = {"webauthn/signup_form.html", "trust.html"}
MFA = Path(allauth.__file__).parent / "templates" / "mfa"
MFA_PAGES = sorted(
    name
    for name in (str(path.relative_to(MFA)) for path in MFA.rglob("*.html"))
    if "base" not in name and "snippets" not in name and name not in MFA_OUT_OF_REACH
)
WITHOUT_A_VIEW = ["account_inactive.html", "signup_closed.html", "verified_email_required.html"]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_our_own(name: str) -> None:
    origin = get_template(f"account/{name}").origin.name  # type: ignore[attr-defined]
    assert Path(origin).is_relative_to(settings.BASE_DIR / "templates"), f"write account/{name}"


@pytest.mark.parametrize("name", MFA_PAGES)
def test_the_page_of_the_second_step_is_our_own(name: str) -> None:
    origin = get_template(f"mfa/{name}").origin.name  # type: ignore[attr-defined]
    assert Path(origin).is_relative_to(settings.BASE_DIR / "templates"), f"write mfa/{name}"


@pytest.mark.parametrize("name", sorted(path.name for path in (MFA / "email").glob("*.txt")))
def test_each_mail_about_it_is_our_own(name: str) -> None:
    origin = get_template(f"mfa/email/{name}").origin.name  # type: ignore[attr-defined]
    assert Path(origin).is_relative_to(settings.BASE_DIR / "templates"), f"write mfa/email/{name}"


@pytest.mark.django_db
@pytest.mark.parametrize("name", WITHOUT_A_VIEW)
def test_pages_that_are_seldom_seen_have_the_frame(name: str) -> None:
    page = render_to_string(f"account/{name}", request=RequestFactory().get("/"))
    assert page.count("<h1") == 1
    assert 'class="nameplate"' in page
