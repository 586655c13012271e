from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("papers.urls")),
    path("", include("accounts.urls")),
    path("", include("readinglists.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
