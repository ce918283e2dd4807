from django.urls import path

from . import pwa, views
from .alerts import feeds
from .alerts import views as alerts

app_name = "home"
urlpatterns = [
    path("recherche/", views.search, name="search"),
    path("recherche/propositions/", views.search_suggestions, name="suggest"),
    path("personne/<uuid:key>.vcf", views.person_vcard, name="card"),
    path("alertes/", alerts.overview, name="alerts"),
    path("alertes/rss/", feeds.AlertFeed(), name="alerts_feed"),
    path("affichage/", views.set_appearance, name="look"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("worker.js", pwa.service_worker, name="worker"),
    path("hors-ligne/", pwa.offline_page, name="offline"),
    path("favicon.ico", pwa.serve_favicon, name="favicon"),
    path("icone-<int:size>.png", pwa.app_icon, name="icon"),
    path("styles-<slug:key>.css", views.site_stylesheet, name="styles"),
]
