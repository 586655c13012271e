from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import follows
from accounts.bounces import suppression
from accounts.digest.schedule import reschedule
from accounts.models import Follow, User


@receiver(post_save, sender=User)
def trust_address_of_operator(instance: User, created: bool, **_signal: Any) -> None:
    """Whoever may run `createsuperuser` need not prove an address, above all before mail works."""
    if created and instance.is_superuser:
        EmailAddress.objects.create(
            user=instance, email=instance.email, verified=True, primary=True
        )


@receiver(post_delete, sender=Follow)
def release_standing_query(instance: Follow, **_signal: Any) -> None:
    """However a follow ends, with its reader's account too, its question has a follower less."""
    if instance.standing_id is not None:
        follows.release(instance.standing_id)


@receiver(email_confirmed)
def start_digest(email_address: EmailAddress, **_signal: Any) -> None:
    """Make the first issue due for a reader who ticked the box at sign-up."""
    user = email_address.user
    if user.digest_enabled and user.next_due_at is None:
        reschedule(user, timezone.now())


@receiver(email_changed)
def try_another_address(user: User, **_signal: Any) -> None:
    """What was refused was the address before. One that is on the list is stopped when it's due."""
    suppression.end_stop(user, timezone.now())


@receiver(user_logged_in)
def note_language_of_browser(user: User, **_signal: Any) -> None:
    """For mails to readers who leave the choice of their language to their browser."""
    language = get_language() or ""
    if user.browser_language != language:
        user.browser_language = language
        user.save(update_fields=["browser_language"])


@receiver(user_logged_in)
def tell_of_stopped_mail(request: HttpRequest, user: User, **_signal: Any) -> None:
    """Once a login: whoever gets no digest any more would else learn it from its absence."""
    if user.mail_stopped_at is not None:
        words = _("%s You can try again under Settings.") % _(user.mail_stopped_why)
        messages.warning(request, words, fail_silently=True)


@receiver(email_confirmed)
def forget_password_of_unproven(
    request: HttpRequest, email_address: EmailAddress, **_signal: Any
) -> None:
    """Whoever confirms a first address by a login code did not use the link of the sign-up, so the
    password of that sign-up may be a stranger's, who waits for just this.
    """
    user = email_address.user
    if not _is_login_by_code(request) or not user.has_usable_password() or user.is_staff:
        return
    others = EmailAddress.objects.filter(user=user, verified=True).exclude(pk=email_address.pk)
    if not others.exists():
        _forget_password(request, user)


def _is_login_by_code(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.url_name == "account_confirm_login_code"


def _forget_password(request: HttpRequest, user: User) -> None:
    user.set_unusable_password()
    user.save(update_fields=["password"])
    text = _(
        "This address was never confirmed by the link of its sign-up, so the password given there "
        "no longer works. You can set one under Settings."
    )
    messages.info(request, text)
