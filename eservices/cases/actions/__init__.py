"""Every write on a case. Each locks the row, asks the states, writes one event and its outbox rows."""

from .amending import amend, judge_enclosure, judge_person
from .assigning import assign, protect, take, take_next
from .base import IllegalTransition, Stale, locked, locked_again, search_text, wake
from .contacting import ask_call, called, give_join_code, join
from .deciding import accept, complete, lapse, may_decide, proposed_by, refuse, review, withdraw
from .identifying import confirm_address, identify, note_proof
from .opening import DEFAULT_TEAM, discard, open_case
from .relating import hand_over, merge, redirect, tie, untie
from .reopening import may_reopen, reopen
from .stages import escalate, give_opinion, leave_trace_of_opinion, work
from .tagging import drop_view, lay_out, leave_trace_of_export, save_view, tag, untag
from .talking import (
    answer,
    ask,
    ask_by_itself,
    choose_sms,
    leave_trace_of_answers,
    leave_trace_of_reading,
    look_at_question,
    message,
    note,
    note_letter_delivered,
    note_letter_posted,
    note_virus,
    remind,
)
from .teaming import cancel_absence, plan_absence, remove_member, set_role

__all__ = [
    "DEFAULT_TEAM",
    "IllegalTransition",
    "Stale",
    "accept",
    "amend",
    "answer",
    "ask",
    "ask_by_itself",
    "ask_call",
    "assign",
    "called",
    "cancel_absence",
    "choose_sms",
    "complete",
    "confirm_address",
    "discard",
    "drop_view",
    "escalate",
    "give_join_code",
    "give_opinion",
    "hand_over",
    "identify",
    "join",
    "judge_enclosure",
    "judge_person",
    "lapse",
    "lay_out",
    "leave_trace_of_answers",
    "leave_trace_of_export",
    "leave_trace_of_opinion",
    "leave_trace_of_reading",
    "locked",
    "locked_again",
    "look_at_question",
    "may_decide",
    "may_reopen",
    "merge",
    "message",
    "note",
    "note_letter_delivered",
    "note_letter_posted",
    "note_proof",
    "note_virus",
    "open_case",
    "plan_absence",
    "proposed_by",
    "protect",
    "redirect",
    "refuse",
    "remind",
    "remove_member",
    "reopen",
    "review",
    "save_view",
    "search_text",
    "set_role",
    "tag",
    "take",
    "take_next",
    "tie",
    "untag",
    "untie",
    "wake",
    "withdraw",
    "work",
]
