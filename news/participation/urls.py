from django.urls import path

from .useful import views as useful

app_name = "participation"
urlpatterns = [
    path("avis/", useful.judge, name="useful"),
    path("avis/merci/", useful.thanks, name="useful_thanks"),
]
