from django.urls import path

from . import installing, views
from .alerts import feeds
from .alerts import views as alerts

app_name = "home"
urlpatterns = [
    path("recherche/", views.find, name="search"),
    path("recherche/propositions/", views.suggest, name="suggest"),
    path("personne/<uuid:key>.vcf", views.card, name="card"),
    path("alertes/", alerts.overview, name="alerts"),
    path("alertes/rss/", feeds.AlertFeed(), name="alerts_feed"),
    path("affichage/", views.look, name="look"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("worker.js", installing.worker, name="worker"),
    path("hors-ligne/", installing.offline, name="offline"),
    path("icone-<int:size>.png", installing.icon, name="icon"),
    path("styles-<slug:key>.css", views.styles, name="styles"),
]
