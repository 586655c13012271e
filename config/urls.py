from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config.health import views as health
from config.metrics.views import metrics
from config.operate import views as operate
from config.styleguide.view import styleguide

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("", include("papers.urls")),
    path("", include("accounts.urls")),
    path("", include("readinglists.urls")),
    path("accounts/", include("accounts.before_allauth")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("config.api_urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("readyz/serve", health.ready_to_serve, name="ready_to_serve"),
    path("operate/", operate.operate, name="operate"),
    path("operate/test-mail/", operate.send_test_mail, name="test_mail"),
    path("metrics", metrics, name="metrics"),
    path("styleguide/", styleguide, name="styleguide"),
]
if settings.ANYMAIL_WEBHOOKS:
    urlpatterns.append(path("anymail/", include("anymail.urls")))
