from papers.views.calendar import calendar_page
from papers.views.new import new
from papers.views.paper import paper, paper_by_number, vote
from papers.views.search import search
from papers.views.status import ranking_page, status
from papers.views.trending import trending

__all__ = [
    "calendar_page",
    "new",
    "paper",
    "paper_by_number",
    "ranking_page",
    "search",
    "status",
    "trending",
    "vote",
]
