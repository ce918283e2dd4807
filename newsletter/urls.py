from django.urls import path

from . import archive, views

app_name = "newsletter"
urlpatterns = [
    path("", views.subscribe, name="subscribe"),
    path("archives/", archive.index, name="archive"),
    path("archives/<int:number>/", archive.archived, name="archived"),
    path("vu/<int:number>.gif", archive.opened, name="opened"),
    path("envoye/", views.asked, name="asked"),
    path("lettre/", views.reminded, name="reminded"),
    path("essai/", views.tried, name="tried"),
    path("supprime/", views.erased, name="erased"),
    path("confirmer/<slug:secret>/", views.confirm, name="confirm"),
    path("preferences/<slug:secret>/", views.preferences, name="preferences"),
    path("desabonner/<slug:secret>/", views.unsubscribe, name="unsubscribe"),
    path("supprimer/<slug:secret>/", views.erase, name="erase"),
]
