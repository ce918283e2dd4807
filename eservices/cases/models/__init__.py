"""What the administration does with a request."""

from .answers import Amendment, Enclosure, Person
from .case import LINK_DAYS, REHEARSAL_DAYS, Case, CaseLink, CaseQuerySet, CaseStage, link_expiry
from .contact import CallBack, JoinCode
from .escalations import Escalation
from .formal import ElectronicConsent, FormalDecision
from .letters import Letter, OwnedByTeam, Remedies
from .notices import Notice, NoticeChoice, NoticeKind, NoticeWay
from .opinions import Opinion
from .queue import QueueLayout, SavedView, Tag
from .retention import AnswerErasure, Disposal, DisposalItem, LegalHold
from .series import NumberSeries
from .talk import Message, Note
from .teams import Absence, Role, Team, TeamMember
from .ties import CaseTie
from .trace import CaseEvent, TraceAnchor

__all__ = [
    "LINK_DAYS",
    "REHEARSAL_DAYS",
    "Absence",
    "Amendment",
    "AnswerErasure",
    "CallBack",
    "Case",
    "CaseEvent",
    "CaseLink",
    "CaseQuerySet",
    "CaseStage",
    "CaseTie",
    "Disposal",
    "DisposalItem",
    "ElectronicConsent",
    "Enclosure",
    "Escalation",
    "FormalDecision",
    "JoinCode",
    "LegalHold",
    "Letter",
    "Message",
    "Note",
    "Notice",
    "NoticeChoice",
    "NoticeKind",
    "NoticeWay",
    "NumberSeries",
    "Opinion",
    "OwnedByTeam",
    "Person",
    "QueueLayout",
    "Remedies",
    "Role",
    "SavedView",
    "Tag",
    "Team",
    "TeamMember",
    "TraceAnchor",
    "link_expiry",
]
