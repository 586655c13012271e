from accounts.models.delivery import Delivery
from accounts.models.follow import Follow, MatchCursor, QueryMatch, StandingQuery
from accounts.models.user import User

__all__ = ["Delivery", "Follow", "MatchCursor", "QueryMatch", "StandingQuery", "User"]
