"""Stages of the process. Other apps add theirs to the registry ``stages``."""

from ..workflow.stage_types import (
    AGENT,
    APPLICANT,
    LEAD,
    OTHERS,
    SYSTEM,
    Answer,
    AskApplicant,
    Done,
    EndCase,
    Stage,
    StageResult,
    Stop,
    Waiting,
    current_settings,
    kind_of,
    result_key,
    stage_name,
    stages,
    stages_for_editors,
    store_results,
)
from .checklist import ChecklistStage
from .data_entry import DataEntryStage
from .decision import DecisionStage, announces_acceptance, is_decided, is_decision_stage, proposed_decision
from .external_handling import ExternalHandlingStage
from .notification import NotificationStage
from .opinions import OpinionsStage
from .question import QuestionStage, end_waiting_for_answer, overdue_notice
from .team_transfer import TeamTransferStage
from .wait import WaitStage

__all__ = [
    "AGENT",
    "APPLICANT",
    "LEAD",
    "OTHERS",
    "SYSTEM",
    "Answer",
    "AskApplicant",
    "ChecklistStage",
    "DataEntryStage",
    "DecisionStage",
    "Done",
    "EndCase",
    "ExternalHandlingStage",
    "NotificationStage",
    "OpinionsStage",
    "QuestionStage",
    "Stage",
    "StageResult",
    "Stop",
    "TeamTransferStage",
    "WaitStage",
    "Waiting",
    "announces_acceptance",
    "current_settings",
    "end_waiting_for_answer",
    "is_decided",
    "is_decision_stage",
    "kind_of",
    "overdue_notice",
    "proposed_decision",
    "result_key",
    "stage_name",
    "stages",
    "stages_for_editors",
    "store_results",
]
