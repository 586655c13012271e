"""What a token may be used for: few words, each one thing that its owner can do on the site."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    READ = "read", _("Read what is yours: marks, lists, followed searches, settings")
    VOTE = "vote", _("Vote for papers and mark them as seen")
    LISTS = "lists", _("Change lists, and ask for papers that are not here yet")
    FOLLOWS = "follows", _("Follow searches, change and end that")
