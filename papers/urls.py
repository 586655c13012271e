from django.urls import path, register_converter

from papers import converters, views

register_converter(converters.ArxivIdConverter, "arxiv_id")
register_converter(converters.AuthorConverter, "author")
register_converter(converters.CategoryConverter, "category")
register_converter(converters.DayConverter, "day")
register_converter(converters.FeedConverter, "feed")
register_converter(converters.FileFormatConverter, "file_format")
register_converter(converters.MonthConverter, "month")
register_converter(converters.TrendingListConverter, "trending_list")
register_converter(converters.WindowConverter, "window")

app_name = "papers"
urlpatterns = [
    path("", views.front, name="home"),
    path("days/", views.days, name="days"),
    path("days/<month:month>/", views.days, name="days_of_month"),
    path("trending/", views.trending, name="trending_now"),
    path("trending/<trending_list:ranking>/", views.trending, name="trending"),
    path(
        "trending/<trending_list:ranking>/feed.<feed:ending>",
        views.trending_feed,
        name="trending_feed",
    ),
    path("trending/<day:day>/", views.past_trending, name="past_trending"),
    path("trending/<day:day>/<window:window>/", views.past_trending, name="past_trending_in"),
    path("trending/<day:day>/<str:text>/", views.no_such_list, name="no_such_window"),
    path("trending/<str:text>/", views.no_such_list, name="no_such_list"),
    # "mine" in place of a category: the reader's own.
    path(
        "trending/<trending_list:ranking>/<category:category>/",
        views.trending,
        name="trending_in",
    ),
    path(
        "trending/<trending_list:ranking>/<category:category>/feed.<feed:ending>",
        views.trending_feed,
        name="trending_feed_in",
    ),
    path("new/", views.new, name="new"),
    path("new/<day:announced_on>/", views.new, name="new_by_day"),
    path("new/mine/", views.new_in_mine, name="new_in_mine"),
    path("new/<category:category>/", views.new, name="new_in_category"),
    path("new/<category:category>/feed.<feed:ending>", views.category_feed, name="category_feed"),
    path("new/<category:category>/<day:announced_on>/", views.new, name="new_on_day"),
    path("paper/", views.paper_by_name, name="paper_by_name"),
    # Before the ids: an old one has seven digits after a slash, as a number may have.
    path("paper/number/<int:pk>/", views.paper_by_number, name="paper_by_number"),
    path(
        "paper/number/<int:pk>/cite.<file_format:ending>",
        views.cite_by_number,
        name="cite_by_number",
    ),
    path(
        "paper/number/<int:pk>/picture.png",
        views.paper_picture_by_number,
        name="paper_picture_by_number",
    ),
    path("paper/number/<int:pk>/vote/", views.vote, name="vote"),
    path("paper/number/<int:pk>/seen/", views.mark_seen, name="mark_seen"),
    path("seen/", views.mark_page_seen, name="mark_page_seen"),
    path("seen/not/", views.mark_page_seen, {"is_seen": False}, name="mark_page_unseen"),
    path("seen/hide/", views.hide_seen, name="hide_seen"),
    path("paper/<arxiv_id:arxiv_id>/", views.paper, name="paper"),
    path("paper/<arxiv_id:arxiv_id>/cite.<file_format:ending>", views.cite, name="cite"),
    path("paper/<arxiv_id:arxiv_id>/picture.png", views.paper_picture, name="paper_picture"),
    path("author/<author:author>/", views.author, name="author"),
    path("author/<author:author>/feed.<feed:ending>", views.author_feed, name="author_feed"),
    path("search/", views.search, name="search"),
    path("search/help/", views.search_help, name="search_help"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("search/suggest.json", views.suggest_json, name="suggest_json"),
    path("opensearch.xml", views.opensearch, name="opensearch"),
    path("search/feed.atom", views.search_atom, name="search_atom"),
    path("search/feed.json", views.search_json, name="search_json"),
    path("search/papers.<file_format:ending>", views.search_file, name="search_file"),
    path("ranking/", views.ranking_page, name="ranking"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("picture.png", views.site_picture, name="site_picture"),
    path("offline/", views.offline, name="offline"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("status/", views.status, name="status"),
    path("papers/add/", views.add_paper, name="add_paper"),
    path("papers/add/<int:pk>/", views.paper_request, name="paper_request"),
    # Administrators only; to all others these are not there.
    path("sources/", views.sources, name="sources"),
    path("sources/calendar/", views.calendar_page, name="calendar"),
    path("sources/add/", views.add_source, name="add_source"),
    path("sources/add/save/", views.save_source, name="save_source"),
    path("sources/feeds.opml", views.opml_out, name="opml_out"),
    path("sources/import/", views.opml_in, name="opml_in"),
    path("sources/import/add/", views.add_feeds_of_opml, name="add_feeds_of_opml"),
    path("sources/backfill/", views.backfills, name="backfills"),
    path("sources/backfill/start/", views.start_backfill, name="start_backfill"),
    path("sources/backfill/<int:pk>/pause/", views.pause_backfill, name="pause_backfill"),
    path("sources/backfill/<int:pk>/resume/", views.resume_backfill, name="resume_backfill"),
    path("sources/backfill/<int:pk>/stop/", views.stop_backfill, name="stop_backfill"),
    path("sources/<int:pk>/", views.source, name="source"),
    path("sources/<int:pk>/change/", views.change_source, name="change_source"),
    path("sources/<int:pk>/pause/", views.pause_source, name="pause_source"),
    path("sources/<int:pk>/resume/", views.resume_source, name="resume_source"),
    path("sources/<int:pk>/test/", views.test_source, name="test_source"),
    path("sources/<int:pk>/try/", views.try_source_now, name="try_source_now"),
    path("sources/<int:pk>/remove/", views.remove_source, name="remove_source"),
]
