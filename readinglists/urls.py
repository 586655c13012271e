from django.urls import path, register_converter

from readinglists import converters, views

register_converter(converters.ListFormatConverter, "list_format")

app_name = "readinglists"
urlpatterns = [
    path("lists/", views.lists, name="lists"),
    path("lists/new/", views.create, name="create"),
    path("lists/<int:pk>/", views.show, name="list"),
    path("lists/<int:pk>/more/", views.more_like, name="more_like"),
    path("lists/<int:pk>/edit/", views.edit, name="edit"),
    path("lists/<int:pk>/delete/", views.delete, name="delete"),
    path("lists/<int:pk>/papers.<list_format:ending>", views.list_file, name="list_file"),
    path("lists/<int:pk>/share/", views.show_sharing, name="sharing"),
    path("lists/<int:pk>/link/", views.make_link, name="make_link"),
    path("lists/<int:pk>/byline/", views.set_byline, name="set_byline"),
    path("lists/<int:pk>/public/", views.publish, name="publish"),
    path("lists/<int:pk>/public/withdraw/", views.withdraw, name="withdraw"),
    path("lists/links/<int:pk>/change/", views.change_link, name="change_link"),
    path("lists/links/<int:pk>/rotate/", views.rotate_link, name="rotate_link"),
    path("lists/links/<int:pk>/revoke/", views.revoke_link, name="revoke_link"),
    path("lists/links/<int:pk>/delete/", views.delete_link, name="delete_link"),
    path("lists/add/<int:paper_pk>/", views.add, name="add"),
    path("lists/add/<int:paper_pk>/control/", views.save_control, name="save_control"),
    path("lists/entries/<int:pk>/remove/", views.remove, name="remove"),
    path("lists/entries/<int:pk>/move/", views.move, name="move"),
    path("lists/entries/<int:pk>/note/", views.note, name="note"),
    path("l/<str:key>/", views.shared, name="shared"),
    path("l/<str:key>/papers.<list_format:ending>", views.shared_file, name="shared_file"),
    path("l/<str:key>/follow/", views.follow_list, name="follow_list"),
    path("l/<str:key>/copy/", views.copy_shared, name="copy_shared"),
    path("public/", views.public_lists, name="public_lists"),
    path("public/<int:pk>/", views.show_public_list, name="public_list"),
    path("public/<int:pk>/papers.<list_format:ending>", views.public_file, name="public_file"),
    path("public/<int:pk>/follow/", views.follow_public_list, name="follow_public_list"),
    path("public/<int:pk>/copy/", views.copy_public_list, name="copy_public_list"),
    path("lists/followed/<int:pk>/stop/", views.unfollow_list, name="unfollow_list"),
]
