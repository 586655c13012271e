from django.urls import path

from readinglists import views

app_name = "readinglists"
urlpatterns = [
    path("lists/", views.lists, name="lists"),
    path("lists/new/", views.create, name="create"),
    path("lists/<int:pk>/", views.show, name="list"),
    path("lists/<int:pk>/more/", views.more_like, name="more_like"),
    path("lists/<int:pk>/edit/", views.edit, name="edit"),
    path("lists/<int:pk>/delete/", views.delete, name="delete"),
    path("lists/<int:pk>/link/", views.make_link, name="make_link"),
    path("lists/<int:pk>/link/revoke/", views.revoke_link, name="revoke_link"),
    path("lists/add-this/", views.add_this, name="add_this"),
    path("lists/add-from-anywhere/", views.from_anywhere, name="from_anywhere"),
    path("lists/add/<int:paper_pk>/", views.add, name="add"),
    path("lists/add/<int:paper_pk>/control/", views.save_control, name="save_control"),
    path("lists/entries/<int:pk>/remove/", views.remove, name="remove"),
    path("lists/entries/<int:pk>/move/", views.move, name="move"),
    path("lists/entries/<int:pk>/note/", views.note, name="note"),
    path("l/<str:key>/", views.shared, name="shared"),
    path("l/<str:key>/follow/", views.follow_list, name="follow_list"),
    path("lists/followed/<int:pk>/stop/", views.unfollow_list, name="unfollow_list"),
]
