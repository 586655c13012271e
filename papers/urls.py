from django.urls import path, register_converter

from papers import converters, views

register_converter(converters.ArxivIdConverter, "arxiv_id")
register_converter(converters.DayConverter, "day")
register_converter(converters.WindowConverter, "window")

app_name = "papers"
urlpatterns = [
    path("", views.trending, name="home"),
    path("trending/<window:window>/", views.trending, name="trending"),
    path("new/", views.new, name="new"),
    path("new/<day:announced_on>/", views.new, name="new_by_day"),
    path("new/<str:category>/", views.new, name="new_in_category"),
    path("new/<str:category>/<day:announced_on>/", views.new, name="new_on_day"),
    # Before the ids: an old one has seven digits after a slash, as a number may have.
    path("paper/number/<int:pk>/", views.paper_by_number, name="paper_by_number"),
    path("paper/number/<int:pk>/vote/", views.vote, name="vote"),
    path("paper/<arxiv_id:arxiv_id>/", views.paper, name="paper"),
    path("search/", views.search, name="search"),
    path("ranking/", views.ranking_page, name="ranking"),
    path("status/", views.status, name="status"),
    path("sources/calendar/", views.calendar_page, name="calendar"),
]
