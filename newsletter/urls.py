from django.urls import path

from . import archive_views, views

app_name = "newsletter"
urlpatterns = [
    path("", views.subscribe, name="subscribe"),
    path("archives/", archive_views.archive_index, name="archive"),
    path("archives/<int:number>/", archive_views.archived, name="archived"),
    path("vu/<int:number>.gif", archive_views.count_opening, name="opened"),
    path("envoye/", views.asked, name="asked"),
    path("lettre/", views.preferences_link_sent, name="reminded"),
    path("essai/", views.test_link_page, name="tried"),
    path("supprime/", views.erased, name="erased"),
    path("confirmer/<secret:secret>/", views.confirm, name="confirm"),
    path("preferences/<secret:secret>/", views.preferences, name="preferences"),
    path("desabonner/<secret:secret>/", views.unsubscribe, name="unsubscribe"),
    path("supprimer/<secret:secret>/", views.erase, name="erase"),
]
