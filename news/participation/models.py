"""The models of comments, consultations, surveys, page feedback and pending actions, imported for Django to find."""

from .comments.models import Comment
from .consultations.models import ConsultationIndexPage, ConsultationPage, Contribution, Vote
from .email_verification.models import PendingAction
from .page_feedback.models import PageFeedback
from .surveys.models import SurveyAnswer, SurveyPage, SurveyParticipation

__all__ = [
    "Comment",
    "ConsultationIndexPage",
    "ConsultationPage",
    "Contribution",
    "PageFeedback",
    "PendingAction",
    "SurveyAnswer",
    "SurveyPage",
    "SurveyParticipation",
    "Vote",
]
