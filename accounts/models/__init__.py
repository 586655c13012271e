from accounts.models.bounces import Bounce, MailPace, Suppression
from accounts.models.delivery import Delivery
from accounts.models.follow import Follow, MatchCursor, QueryMatch, StandingQuery
from accounts.models.moving import ArchiveUpload, WaitingPaper
from accounts.models.preferences import DigestSection, Mute, PaperFeedback, all_sections
from accounts.models.tokens import ApiToken
from accounts.models.user import User

__all__ = [
    "ApiToken",
    "ArchiveUpload",
    "Bounce",
    "Delivery",
    "DigestSection",
    "Follow",
    "MailPace",
    "MatchCursor",
    "Mute",
    "PaperFeedback",
    "QueryMatch",
    "StandingQuery",
    "Suppression",
    "User",
    "WaitingPaper",
    "all_sections",
]
