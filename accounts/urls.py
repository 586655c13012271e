from django.urls import path, register_converter

from accounts.views import issues, outbox, settings, subscribe, unsubscribe
from papers.converters import DayConverter

register_converter(DayConverter, "local_date")

app_name = "accounts"
urlpatterns = [
    path("settings/", settings.settings, name="settings"),
    # Subscribing without an account
    path("subscribe/", subscribe.subscribe, name="subscribe"),
    path("subscribe/confirm/<str:token>/", subscribe.confirm, name="confirm_subscription"),
    # The daily digest
    path("issues/", issues.list_issues, name="issues"),
    path("issues/send-now/", issues.send_now, name="send_now"),
    path("issues/<local_date:local_date>/", issues.issue, name="issue"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    # Mail of a site that sends none
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<str:name>/", outbox.message, name="outbox_message"),
    path("outbox/<str:name>/html/", outbox.message_html, name="outbox_message_html"),
]
