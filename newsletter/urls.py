from django.urls import path

from . import views

app_name = "newsletter"
urlpatterns = [
    path("", views.subscribe, name="subscribe"),
    path("envoye/", views.asked, name="asked"),
    path("supprime/", views.erased, name="erased"),
    path("confirmer/<str:secret>/", views.confirm, name="confirm"),
    path("preferences/<str:secret>/", views.preferences, name="preferences"),
    path("desabonner/<str:secret>/", views.unsubscribe, name="unsubscribe"),
    path("supprimer/<str:secret>/", views.erase, name="erase"),
]
