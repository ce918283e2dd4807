"""Export of all personal data of a user."""

from datetime import datetime

from eservices.accounts.models import User
from eservices.cases import access as cases
from eservices.cases.appealable_decisions.export_rows import decision_rows
from eservices.cases.case_deliveries import letters_to_applicant
from eservices.cases.models import Case
from eservices.deliveries.access import readable_text
from eservices.payments.access import receipts_of
from eservices.register import access as register
from home.extensions.personal_data import personal_data_holdings

from . import access, decision_context


def export_personal_data(user: User) -> dict:
    """Return plain data: the person, the cases with all that belongs to them, the drafts, and data of other apps."""
    own = cases.own_cases(user).select_related("version__form", "submission", "team").order_by("opened_at")
    return {
        "person": _person(user),
        "requests": [
            _case(case) for case in own.annotate(sealed=decision_context.has_unopened_decision_expression())
        ],
        "drafts": _drafts(user),
        **{key: holding.export(user.email) for key, holding in personal_data_holdings.items()},
    }


def _person(user: User) -> dict:
    return {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "phone": user.phone,
        "language": user.language,
        "identity_level": user.get_identity_level_display(),
        "joined": user.date_joined.isoformat(),
        "proofs": [
            {"name": str(proof), "by": proof.get_means_display(), "at": proof.at.isoformat()}
            for proof in user.proofs.all()
        ],
        "signs_in_with": [
            {"what": str(one), "since": one.created_at.isoformat(), "used": _moment(one.last_used_at)}
            for one in user.authenticator_set.all()
        ],
        "sign_ins": [
            {
                "at": one.at.isoformat(),
                "what": one.get_kind_display(),
                "how": one.get_method_display(),
                "from": one.network,
                "browser": one.user_agent,
            }
            for one in user.sign_ins.all()
        ],
        "register": register.register_data_of(user),
    }


def _drafts(user: User) -> list[dict]:
    return [
        {
            "service": draft.version.form.slug,
            "answers": draft.answers,
            "saved": draft.saved_at.isoformat(),
        }
        for draft in access.own_drafts(user)
    ]


def _case(case: Case) -> dict:
    """Return the data of one case of ``own_cases``.

    The content of a decision is left out until the decision is opened.
    """
    return _situation(case) | {
        "answers": case.submission.answers,
        "corrections": _corrections(case),
        "persons": _persons(case),
        "calls": _calls(case),
        "files": [{"name": one.name, "sha256": one.digest} for one in cases.files_of(case)],
        "messages": _messages(case),
        "charges": _charges(case),
        "receipts": _receipts(case),
        "bookings": _bookings(case),
        "decisions": [] if case.sealed else decision_rows(case),
        "letters": [] if case.sealed else _letters(case),
        "documents": [{"title": one.title, "number": one.number} for one in access.documents_of(case)],
    }


def _situation(case: Case) -> dict:
    return {
        "reference": case.reference,
        "service": case.service,
        "team": str(case.team),
        "state": case.get_state_display(),
        "outcome": "" if case.sealed else case.get_outcome_display(),
        "reason": "" if case.sealed else case.reason,
        "opened": case.opened_at.isoformat(),
        "closed": _moment(case.closed_at),
    }


def _corrections(case: Case) -> list[dict]:
    return [
        {
            "question": one.field,
            "before": one.before,
            "after": one.after,
            "reason": one.reason,
            "at": one.at.isoformat(),
        }
        for one in case.amendments.all()
    ]


def _persons(case: Case) -> list[dict]:
    """Return the persons named in the case, with what was decided about them."""
    return [
        {"name": one.name}
        | ({} if case.sealed else {"outcome": one.get_outcome_display(), "reason": one.reason})
        for one in case.persons.all()
    ]


def _calls(case: Case) -> list[dict]:
    return [
        {"phone": one.phone, "wish": one.wish, "about": one.about, "asked": one.asked_at.isoformat()}
        for one in case.calls.all()
    ]


def _messages(case: Case) -> list[dict]:
    return [
        {
            "at": one.at.isoformat(),
            "by": "applicant" if one.from_applicant else "commune",
            "text": one.text,
        }
        for one in case.messages.order_by("at")
    ]


def _charges(case: Case) -> list[dict]:
    return [
        {
            "amount": _whole(one.amount),
            "paid": _whole(one.paid),
            "refunded": _whole(one.refunded),
            "currency": one.currency,
            "state": one.get_state_display(),
        }
        for one in case.charges.all()
    ]


def _receipts(case: Case) -> list[dict]:
    return [
        {"number": one.receipt, "amount": _whole(one.received), "at": one.settled_at.isoformat()}
        for one in receipts_of(case)
    ]


def _bookings(case: Case) -> list[dict]:
    return [
        {
            "what": str(one.resource),
            "starts": one.starts_at.isoformat(),
            "ends": one.ends_at.isoformat(),
            "state": one.get_state_display(),
        }
        for one in access.bookings_of(case)
    ]


def _letters(case: Case) -> list[dict]:
    return [
        {
            "at": one.created_at.isoformat(),
            "to": one.recipient,
            "title": one.title,
            "text": readable_text(one),
        }
        for one in letters_to_applicant(case)
    ]


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _whole(minor: int) -> str:
    """Format an amount in minor units as whole units."""
    return f"{minor / 100:.2f}"
