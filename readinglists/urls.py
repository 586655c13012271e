from django.urls import URLPattern

app_name = "readinglists"
urlpatterns: list[URLPattern] = []
