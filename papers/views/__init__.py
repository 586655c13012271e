from papers.views.add_source import add_source, save_source
from papers.views.author import author, author_feed
from papers.views.backfill import (
    backfills,
    pause_backfill,
    resume_backfill,
    start_backfill,
    stop_backfill,
)
from papers.views.calendar import calendar_page
from papers.views.cite import cite, cite_by_number
from papers.views.days import days
from papers.views.feeds_out import search_atom, search_file, search_json
from papers.views.front import front
from papers.views.installed import manifest, offline, service_worker
from papers.views.link_pictures import (
    favicon,
    paper_picture,
    paper_picture_by_number,
    site_picture,
)
from papers.views.list_feeds import category_feed, trending_feed
from papers.views.new import new, new_in_mine
from papers.views.opensearch import opensearch, suggest_json
from papers.views.opml import add_feeds_of_opml, opml_in, opml_out
from papers.views.paper import paper, paper_by_name, paper_by_number, vote
from papers.views.ranking import ranking_page
from papers.views.requests import add_paper, paper_request
from papers.views.search import search
from papers.views.search_help import search_help
from papers.views.seen import hide_seen, mark_page_seen, mark_seen
from papers.views.sources import (
    change_source,
    pause_source,
    remove_source,
    resume_source,
    source,
    sources,
    test_source,
    try_source_now,
)
from papers.views.status import status
from papers.views.suggest import suggest
from papers.views.trending import no_such_list, past_trending, trending

__all__ = [
    "add_feeds_of_opml",
    "add_paper",
    "add_source",
    "author",
    "author_feed",
    "backfills",
    "calendar_page",
    "category_feed",
    "change_source",
    "cite",
    "cite_by_number",
    "days",
    "favicon",
    "front",
    "hide_seen",
    "manifest",
    "mark_page_seen",
    "mark_seen",
    "new",
    "new_in_mine",
    "no_such_list",
    "offline",
    "opensearch",
    "opml_in",
    "opml_out",
    "paper",
    "paper_by_name",
    "paper_by_number",
    "paper_picture",
    "paper_picture_by_number",
    "paper_request",
    "past_trending",
    "pause_backfill",
    "pause_source",
    "ranking_page",
    "remove_source",
    "resume_backfill",
    "resume_source",
    "save_source",
    "search",
    "search_atom",
    "search_file",
    "search_help",
    "search_json",
    "service_worker",
    "site_picture",
    "source",
    "sources",
    "start_backfill",
    "status",
    "stop_backfill",
    "suggest",
    "suggest_json",
    "test_source",
    "trending",
    "trending_feed",
    "try_source_now",
    "vote",
]
