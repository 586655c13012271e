from django.urls import path, register_converter

from accounts.views import (
    archive,
    first_minute,
    follow_feeds,
    follows,
    issues,
    judge,
    language,
    leaving,
    manage,
    near,
    operate,
    outbox,
    prove,
    sessions,
    settings,
    stopped_mail,
    subscribe,
    tokens,
    unsubscribe,
)
from papers.converters import DayConverter

register_converter(DayConverter, "local_date")
register_converter(follow_feeds.FormatConverter, "feed_format")

app_name = "accounts"
urlpatterns = [
    path("settings/", settings.settings, name="settings"),
    path("settings/try-mail-again/", stopped_mail.try_again, name="try_mail_again"),
    # Leaving and moving
    path("settings/export/", archive.export, name="export"),
    path("settings/export/broadsheet.zip", archive.download, name="download_archive"),
    path("settings/import/", archive.import_archive, name="import_archive"),
    path("settings/import/preview/", archive.import_preview, name="import_preview"),
    path("settings/import/take-in/", archive.take_in, name="take_in_archive"),
    path("settings/delete/", leaving.delete_account, name="delete_account"),
    path("deleted/", leaving.account_deleted, name="account_deleted"),
    # Proving who one is, and where one is logged in
    path("settings/prove/", prove.prove, name="prove"),
    path("settings/prove/code/", prove.mail_code, name="mail_proof_code"),
    path("settings/sessions/", sessions.list_sessions, name="sessions"),
    path("settings/sessions/<int:pk>/end/", sessions.end_session, name="end_session"),
    path("settings/sessions/end-others/", sessions.end_other_sessions, name="end_other_sessions"),
    path("settings/tokens/", tokens.list_tokens, name="tokens"),
    path("settings/tokens/<int:pk>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("language/", language.choose_language, name="choose_language"),
    # Subscribing without an account
    path("subscribe/", subscribe.subscribe, name="subscribe"),
    path("subscribe/confirm/<str:token>/", subscribe.confirm, name="confirm_subscription"),
    # The first minute of a new reader
    path("welcome/", first_minute.welcome, name="welcome"),
    path("welcome/categories/", first_minute.categories, name="welcome_categories"),
    path("welcome/likes/", first_minute.likes, name="welcome_likes"),
    path("welcome/hour/", first_minute.hour, name="welcome_hour"),
    path("welcome/preview/", first_minute.preview, name="welcome_preview"),
    # The daily digest
    path("issues/", issues.list_issues, name="issues"),
    path("issues/send-now/", issues.send_now, name="send_now"),
    path("issues/preview/", issues.preview, name="preview"),
    path("issues/<local_date:local_date>/", issues.issue, name="issue"),
    path("judge/<str:token>/<int:paper_id>/", judge.judge, name="judge"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("manage/<str:token>/", manage.manage, name="manage"),
    path(
        "manage/<str:token>/subscription/", manage.manage_subscription, name="manage_subscription"
    ),
    path("manage/<str:token>/unfollow/", manage.manage_unfollow, name="manage_unfollow"),
    path("near/", near.near, name="near"),
    # Saved queries
    path("follows/", follows.list_follows, name="follows"),
    path("follows/follow/", follows.follow, name="follow"),
    path("follows/feeds.opml", follow_feeds.follows_opml, name="follows_opml"),
    path("follows/take-back/", follows.take_back, name="take_back_follow"),
    path("follows/<int:pk>/", follows.show, name="follow_page"),
    path("follows/<int:pk>/change/", follows.change, name="change_follow"),
    path("follows/<int:pk>/digest/", follows.set_in_digest, name="follow_in_digest"),
    path("follows/<int:pk>/key/", follows.renew_key, name="renew_follow_key"),
    path("follows/<int:pk>/remove/", follows.unfollow, name="unfollow"),
    path("f/<str:key>.<feed_format:ending>", follow_feeds.follow_feed, name="follow_feed"),
    # For operators
    path("operate/second-step/", prove.staff_second_step, name="staff_second_step"),
    path("operate/digest/", operate.operate, name="operate"),
    path("operate/digest/try-again/", operate.try_again, name="try_again"),
    # Mail of a site that sends none
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<str:name>/", outbox.message, name="outbox_message"),
    path("outbox/<str:name>/html/", outbox.message_html, name="outbox_message_html"),
]
