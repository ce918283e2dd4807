from django.urls import path

from .comments import views as comments
from .consultations import views as consultations
from .moderation import views as moderation
from .proving import views as proving
from .surveys import views as surveys
from .useful import views as useful

app_name = "participation"
urlpatterns = [
    path("avis/", useful.judge, name="useful"),
    path("avis/merci/", useful.thanks, name="useful_thanks"),
    path("envoye/", proving.asked, name="asked"),
    path("merci/", proving.thanks, name="thanks"),
    path("oublier/", proving.leave, name="leave"),
    path("confirmer/<slug:secret>/", proving.confirm, name="confirm"),
    path("efface/", moderation.erased, name="erased"),
    path("mien/<slug:kind>/<slug:secret>/", moderation.own, name="own"),
    path("consultations/<int:pk>/contribuer/", consultations.contribute, name="contribute"),
    path("contributions/<int:pk>/", consultations.show, name="contribution"),
    path("contributions/<int:pk>/voix/", consultations.vote, name="vote"),
    path("sondages/<int:pk>/repondre/", surveys.answer, name="survey"),
    path("commentaires/<int:pk>/ecrire/", comments.write, name="comment"),
]
