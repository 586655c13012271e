from datetime import date
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.preferences import DigestSection, all_sections
from accounts.timezones import known_timezones, timezone_or_utc

MONDAY_TO_FRIDAY = [0, 1, 2, 3, 4]


def default_digest_days() -> list[int]:
    return list(MONDAY_TO_FRIDAY)


def validate_timezone(name: str) -> None:
    if name not in known_timezones():
        raise ValidationError(gettext("“%s” is not a time zone we know.") % name)


def _known_language(code: str) -> str:
    return code if code in dict(settings.LANGUAGES) else ""


class UserManager(BaseUserManager["User"]):
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        # In small letters throughout: allauth looks addresses up as they are written.
        return (email or "").lower()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("An account needs an email address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email or "")


class User(AbstractBaseUser, PermissionsMixin):
    """A reader: an address, and what they want by mail and when."""

    # Exact as well: allauth looks addresses up as written, which the index on Lower cannot serve.
    email = models.EmailField(_("email address"), unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(db_default=Now(), editable=False)

    digest_enabled = models.BooleanField(_("daily digest by mail"), default=False)
    digest_hour = models.PositiveSmallIntegerField(
        _("hour"), default=7, validators=[MaxValueValidator(23)]
    )
    timezone = models.CharField(
        _("time zone"), max_length=60, default="UTC", validators=[validate_timezone]
    )
    digest_days = ArrayField(
        models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)]),
        verbose_name=_("weekdays"),
        default=default_digest_days,
        help_text=_("0 is Monday."),
    )
    digest_size = models.PositiveSmallIntegerField(
        _("papers in an issue"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )
    digest_sections = ArrayField(
        models.CharField(max_length=10, choices=DigestSection.choices),
        verbose_name=_("sections"),
        default=all_sections,
        blank=True,
        help_text=_("Those that are on, in the order shown."),
    )
    digest_only_matches = models.BooleanField(
        _("only when something matches"),
        default=False,
        help_text=_("No issue that holds nothing but trending papers."),
    )
    digest_text_only = models.BooleanField(_("plain text only"), default=False)
    digest_backlog = models.BooleanField(
        _("with what was missed"),
        default=False,
        help_text=_("Where little is new, older papers that no issue held yet."),
    )
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    next_due_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When the next issue is due.")
    )

    # "": as the browser says. Mails cannot ask it: they are in the language that it asked for when
    # the reader signed up, subscribed or last logged in.
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    browser_language = models.CharField(max_length=10, blank=True, default="", editable=False)

    # Since when the site sends no digest, by itself, and why in words; the reader can undo it.
    mail_stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    mail_stopped_why = models.TextField(blank=True, editable=False)

    # Raised, it ends every login of before (accounts/sessions.py).
    session_generation = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.CheckConstraint(
                condition=Q(digest_hour__lte=23), name="user_digest_hour_in_a_day"
            ),
            models.CheckConstraint(
                condition=Q(digest_size__range=(1, 50)), name="user_digest_size_1_to_50"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"],
                condition=Q(digest_enabled=True, is_active=True),
                name="user_digest_due",
            )
        ]

    def __str__(self) -> str:
        return self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must hold to be this reader's: see Django's AbstractBaseUser."""
        # By super, of generation 0: logins of before there were generations go on.
        by_password: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        if not self.session_generation:
            return by_password
        value = f"{self.session_generation}:{by_password}"
        return salted_hmac("accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    def clean(self) -> None:
        super().clean()
        self.email = UserManager.normalize_email(self.email)

    @property
    def zone(self) -> ZoneInfo:
        """The reader's time zone; UTC where the time-zone data has none of that name any more."""
        return ZoneInfo(timezone_or_utc(self.timezone))

    @property
    def chosen_language(self) -> str:
        """The language that the reader set; "" where they did not, or where the site lacks it."""
        return _known_language(self.language)

    @property
    def mail_language(self) -> str:
        return (
            self.chosen_language or _known_language(self.browser_language) or settings.LANGUAGE_CODE
        )

    def switch_digest(self, *, on: bool) -> None:
        """Set the wish without saving it. On without any weekday would be on in words only."""
        self.digest_enabled = on
        if on and not self.digest_days:
            self.digest_days = default_digest_days()

    @property
    def gets_digest(self) -> bool:
        """Whether any issue may be due: it is switched on, the account open, mail not stopped."""
        return self.digest_enabled and self.is_active and self.mail_stopped_at is None

    def wants_digest_on(self, day: date) -> bool:
        """Whether an issue is wanted on this local date: switched on, a chosen day, not paused."""
        paused = self.paused_until is not None and day < self.paused_until
        return self.digest_enabled and day.weekday() in self.digest_days and not paused
