"""Models of case work."""

from .appealable_decisions import AppealableDecision, ElectronicConsent
from .audit import AuditAnchor, CaseEvent
from .callbacks import CallbackRequest, JoinCode
from .case import LINK_DAYS, REHEARSAL_DAYS, Case, CaseQuerySet, CaseStage, StatusLink, status_link_expiry
from .corrections import ConcernedPerson, Correction, EnclosureReview
from .escalations import Escalation
from .letter_templates import LegalRemedies, LetterTemplate, OwnedByTeam
from .messages import Message, Note
from .notifications import AgentNotification, NotificationMethod, NotificationPreference, NotificationType
from .number_series import NumberSeries
from .opinions import Opinion
from .queue_settings import CaseTag, QueueLayout, SavedView
from .relations import CaseRelation
from .retention import AnswerErasure, Disposal, DisposalItem, LegalHold
from .teams import Absence, Role, Team, TeamMember

__all__ = [
    "LINK_DAYS",
    "REHEARSAL_DAYS",
    "Absence",
    "AgentNotification",
    "AnswerErasure",
    "AppealableDecision",
    "AuditAnchor",
    "CallbackRequest",
    "Case",
    "CaseEvent",
    "CaseQuerySet",
    "CaseRelation",
    "CaseStage",
    "CaseTag",
    "ConcernedPerson",
    "Correction",
    "Disposal",
    "DisposalItem",
    "ElectronicConsent",
    "EnclosureReview",
    "Escalation",
    "JoinCode",
    "LegalHold",
    "LegalRemedies",
    "LetterTemplate",
    "Message",
    "Note",
    "NotificationMethod",
    "NotificationPreference",
    "NotificationType",
    "NumberSeries",
    "Opinion",
    "OwnedByTeam",
    "QueueLayout",
    "Role",
    "SavedView",
    "StatusLink",
    "Team",
    "TeamMember",
    "status_link_expiry",
]
