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
    path("lists/add/<int:paper_pk>/", views.add, name="add"),
    path("lists/add/<int:paper_pk>/control/", views.save_control, name="save_control"),
    path("lists/entries/<int:pk>/remove/", views.remove, name="remove"),
    path("lists/entries/<int:pk>/move/", views.move, name="move"),
    path("lists/entries/<int:pk>/note/", views.note, name="note"),
    path("lists/<int:pk>/people/", views.people, name="people"),
    path("lists/<int:pk>/people/invite/", views.invite, name="invite"),
    path("lists/<int:pk>/leave/", views.leave, name="leave"),
    path("lists/members/<int:pk>/role/", views.change_role, name="change_role"),
    path("lists/members/<int:pk>/remove/", views.remove_member, name="remove_member"),
    path("lists/members/<int:pk>/owner/", views.transfer, name="transfer"),
    path("lists/invitations/<int:pk>/resend/", views.resend_invitation, name="resend_invitation"),
    path(
        "lists/invitations/<int:pk>/withdraw/",
        views.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("lists/invitations/<int:pk>/answer/", views.answer_invitation, name="answer_invitation"),
    path("lists/invitation/<str:token>/", views.invitation, name="invitation"),
    path("lists/invitation/<str:token>/answer/", views.answer_by_token, name="answer_by_token"),
    path("lists/<int:pk>/history/", views.history, name="history"),
    path("l/<str:key>/join/", views.join_by_link, name="join_by_link"),
    path("l/<str:key>/", views.shared, name="shared"),
    path("l/<str:key>/follow/", views.follow_list, name="follow_list"),
    path("lists/followed/<int:pk>/stop/", views.unfollow_list, name="unfollow_list"),
]
