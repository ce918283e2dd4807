"""Stages: what may happen to a case after sending, one after the other. Other apps offer more in a ``stages.py``."""

from .base import (
    AGENT,
    APPLICANT,
    LEAD,
    OTHERS,
    SYSTEM,
    Answer,
    Ask,
    Done,
    End,
    Kept,
    Stage,
    Stop,
    Waiting,
    for_editors,
    keep,
    kind_of,
    name_of,
    result_key,
    settings_of,
    stages,
)
from .check import CheckStage
from .decision import DecisionStage, decided, decides, proposal, tells_acceptance
from .fill import FillStage
from .notify import NotifyStage
from .opinions import OpinionsStage
from .outside import OutsideStage
from .question import QuestionStage, give_up_waiting, not_in_time
from .team import TeamStage
from .wait import WaitStage

__all__ = [
    "AGENT",
    "APPLICANT",
    "LEAD",
    "OTHERS",
    "SYSTEM",
    "Answer",
    "Ask",
    "CheckStage",
    "DecisionStage",
    "Done",
    "End",
    "FillStage",
    "Kept",
    "NotifyStage",
    "OpinionsStage",
    "OutsideStage",
    "QuestionStage",
    "Stage",
    "Stop",
    "TeamStage",
    "WaitStage",
    "Waiting",
    "decided",
    "decides",
    "for_editors",
    "give_up_waiting",
    "keep",
    "kind_of",
    "name_of",
    "not_in_time",
    "proposal",
    "result_key",
    "settings_of",
    "stages",
    "tells_acceptance",
]
