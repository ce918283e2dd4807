"""Export of all personal data of a user."""

from datetime import datetime

from eservices.accounts.models import User
from eservices.cases import access as cases
from eservices.cases.export.audiences import APPLICANT
from eservices.cases.export.parts import parts_of_apps
from eservices.cases.export.record import CaseRecord
from eservices.cases.export.rows import correction_row, decision_row
from eservices.cases.models import Case
from eservices.deliveries.access import readable_text
from eservices.deliveries.models import Delivery
from eservices.register import access as register
from home.extensions.personal_data import personal_data_holdings
from home.models import ConsentText

from . import access


def export_personal_data(user: User) -> dict:
    """Return plain data: the person, the cases with all that belongs to them, the drafts, and data of other apps."""
    own = cases.own_cases(user).select_related("version__form", "submission", "team").order_by("opened_at")
    return {
        "person": person_data(user),
        "requests": [_case(case) for case in own],
        "drafts": _drafts(user),
        **{key: holding.export(user.email) for key, holding in personal_data_holdings.items()},
    }


def person_data(user: User) -> dict:
    """Return the person without cases and data of other apps."""
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
    record = CaseRecord(case, APPLICANT)
    return {
        "reference": case.reference,
        "service": case.service,
        "team": str(case.team),
        "state": case.get_state_display(),
        "outcome": record.outcome_label,
        "reason": record.reason,
        "opened": case.opened_at.isoformat(),
        "closed": _moment(case.closed_at),
        "answers": record.declared,
        "sources": record.sources,
        "corrections": [correction_row(one) for one in record.corrections],
        "persons": _persons(record),
        "calls": [
            {"phone": one.phone, "wish": one.wish, "about": one.about, "asked": one.asked_at.isoformat()}
            for one in record.calls
        ],
        "files": [{"name": one.name, "sha256": one.digest} for one in record.files],
        "consents": [
            {
                "given": one.given_at.isoformat(),
                "revoked": _moment(one.revoked_at),
                "text": ConsentText.text_of(one.wording),
            }
            for one in record.consents
        ],
        "messages": [
            {
                "at": one.at.isoformat(),
                "by": "applicant" if one.from_applicant else "commune",
                "text": one.text,
            }
            for one in record.messages
        ],
        "decisions": [decision_row(one) for one in record.decisions],
        "letters": [_letter(one) for one in record.letters],
        **parts_of_apps(case, APPLICANT),
    }


def _persons(record: CaseRecord) -> list[dict]:
    """Return the persons named in the case, with what was decided about them."""
    return [
        {"name": one.name}
        | ({} if record.awaits_opening else {"outcome": one.get_outcome_display(), "reason": one.reason})
        for one in record.persons
    ]


def _letter(one: Delivery) -> dict:
    return {
        "at": one.created_at.isoformat(),
        "to": one.recipient,
        "title": one.title,
        "text": readable_text(one),
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
