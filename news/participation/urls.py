from django.urls import path

from .comments import views as comments
from .consultations import views as consultations
from .email_verification import views as proving
from .moderation import views as moderation
from .page_feedback import views as useful
from .surveys import views as surveys

app_name = "participation"
urlpatterns = [
    path("avis/", useful.submit_feedback, name="useful"),
    path("avis/merci/", useful.thanks, name="useful_thanks"),
    path("envoye/", proving.verification_sent, name="asked"),
    path("merci/", proving.thanks, name="thanks"),
    path("oublier/", proving.clear_participant, name="leave"),
    path("confirmer/<slug:secret>/", proving.confirm, name="confirm"),
    path("efface/", moderation.erased, name="erased"),
    path("mien/<slug:kind>/<secret:secret>/", moderation.own, name="own"),
    path("consultations/<int:pk>/contribuer/", consultations.contribute, name="contribute"),
    path("contributions/<int:pk>/", consultations.show, name="contribution"),
    path("contributions/<int:pk>/voix/", consultations.vote, name="vote"),
    path("sondages/<int:pk>/repondre/", surveys.answer_survey, name="survey"),
    path("commentaires/<int:pk>/ecrire/", comments.write, name="comment"),
]
