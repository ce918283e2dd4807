"""All actions on cases.

Each locks the case, checks that its state allows the action, and writes one event and its deliveries.
"""

from ..exceptions import IllegalTransition, StaleCase
from .assignment import assign_case, take_case, take_next
from .base import case_search_lines, lock_case, relock_case, wake_process
from .callbacks import issue_join_code, join_case_to_account, record_callback, request_callback
from .corrections import correct_answer, judge_enclosure, judge_person
from .decisions import (
    accept_case,
    can_accept,
    can_decide,
    close_unanswered,
    complete_case,
    proposing_agent,
    refuse_case,
    review_proposal,
    withdraw_request,
)
from .identification import (
    cases_to_confirm,
    confirm_case_of_account,
    confirm_email_address,
    identify_applicant,
    mail_status_links,
    record_identity_proof,
)
from .intake import DEFAULT_TEAM, discard_rehearsal, open_case
from .messages import (
    add_note,
    answer_question,
    ask_applicant,
    ask_from_stage,
    can_continue_without_answer,
    continue_without_answer,
    has_open_question,
    log_answers_exported,
    log_read,
    process_due_question,
    record_letter_delivered,
    record_letter_posted,
    record_virus,
    remind_applicant,
    send_message,
    set_sms_preference,
)
from .protected_addresses import mark_protected, protect, settle_screening, unprotect
from .relations import merge_into, redirect_to_service, relate_cases, transfer_to_team, unrelate_cases
from .reopening import can_reopen, reopen_case
from .saved_views import delete_view, log_export, save_queue_layout, save_view
from .stage_work import complete_stage_task, give_opinion, log_opinion_page_opened, send_escalation
from .tags import add_tag, remove_tag
from .team_members import cancel_absence, may_entrust, plan_absence, remove_member, set_member_role

__all__ = [
    "DEFAULT_TEAM",
    "IllegalTransition",
    "StaleCase",
    "accept_case",
    "add_note",
    "add_tag",
    "answer_question",
    "ask_applicant",
    "ask_from_stage",
    "assign_case",
    "can_accept",
    "can_continue_without_answer",
    "can_decide",
    "can_reopen",
    "cancel_absence",
    "case_search_lines",
    "cases_to_confirm",
    "close_unanswered",
    "complete_case",
    "complete_stage_task",
    "confirm_case_of_account",
    "confirm_email_address",
    "continue_without_answer",
    "correct_answer",
    "delete_view",
    "discard_rehearsal",
    "give_opinion",
    "has_open_question",
    "identify_applicant",
    "issue_join_code",
    "join_case_to_account",
    "judge_enclosure",
    "judge_person",
    "lock_case",
    "log_answers_exported",
    "log_export",
    "log_opinion_page_opened",
    "log_read",
    "mail_status_links",
    "mark_protected",
    "may_entrust",
    "merge_into",
    "open_case",
    "plan_absence",
    "process_due_question",
    "proposing_agent",
    "protect",
    "record_callback",
    "record_identity_proof",
    "record_letter_delivered",
    "record_letter_posted",
    "record_virus",
    "redirect_to_service",
    "refuse_case",
    "relate_cases",
    "relock_case",
    "remind_applicant",
    "remove_member",
    "remove_tag",
    "reopen_case",
    "request_callback",
    "review_proposal",
    "save_queue_layout",
    "save_view",
    "send_escalation",
    "send_message",
    "set_member_role",
    "set_sms_preference",
    "settle_screening",
    "take_case",
    "take_next",
    "transfer_to_team",
    "unprotect",
    "unrelate_cases",
    "wake_process",
    "withdraw_request",
]
