"""What residents say, by the part of participation it belongs to."""

from .comments.models import Comment
from .consultations.models import ConsultationIndexPage, ConsultationPage, Contribution, Vote
from .proving.models import Pending
from .surveys.models import Answer, SurveyPage, Taken
from .useful.models import Verdict

__all__ = [
    "Answer",
    "Comment",
    "ConsultationIndexPage",
    "ConsultationPage",
    "Contribution",
    "Pending",
    "SurveyPage",
    "Taken",
    "Verdict",
    "Vote",
]
