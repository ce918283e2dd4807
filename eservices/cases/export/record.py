"""A case as one audience gets it."""

from functools import cached_property

from django.http import Http404

from eservices.deliveries.models import Delivery
from eservices.formbuilder.field_types import answer_text, answer_text_unless_secret, mask_secrets
from eservices.formbuilder.summary import Words
from eservices.submissions.models import StoredFile
from eservices.submissions.prefill.answer_sources import StoredSource

from .. import access
from ..case_deliveries import letters_about_case, letters_to_applicant
from ..extension_points import Audience
from ..models import (
    AppealableDecision,
    CallbackRequest,
    Case,
    CaseEvent,
    CaseStage,
    ConcernedPerson,
    Correction,
    ElectronicConsent,
    EnclosureReview,
    LegalHold,
    Message,
    Note,
    Opinion,
)
from .case_answer_sources import answer_sources


class CaseRecord:
    """The parts of a case for one audience. Parts that are not for it are empty.

    Does not check access: the caller has fetched ``case`` for its user. The rows are for reading only, because secret
    answers in them are masked. Raise 404 if the audience gets no cases with a protected address.
    """

    def __init__(self, case: Case, audience: Audience):
        if case.protected and not audience.protected:
            raise Http404
        self.case, self.audience = case, audience

    # -- Answers ---------------------------------------------------------------------------------------------
    @property
    def answers(self) -> dict:
        """The current answers."""
        return self._shown(self.case.answers)

    @property
    def declared(self) -> dict:
        """The answers as sent."""
        return self._shown(self.case.submission.answers)

    @cached_property
    def sources(self) -> dict[str, StoredSource]:
        """The source of each current answer; the names of agents only for internal readers."""
        found = answer_sources(self.case, self.corrections, named=self.audience.internal)
        return {key: one.stored() for key, one in found.items()}

    @property
    def words(self) -> Words:
        """The function that turns an answer into text."""
        return answer_text if self.audience.secret_answers else answer_text_unless_secret

    @cached_property
    def corrections(self) -> list[Correction]:
        found = list(self.case.amendments.select_related("author"))
        for one in found:
            one.before, one.after = (
                self._shown_answer(one.field, one.before),
                self._shown_answer(one.field, one.after),
            )
        return found

    def _shown(self, answers: dict) -> dict:
        return {key: self._shown_answer(key, answer) for key, answer in answers.items()}

    def _shown_answer(self, key: str, answer):
        """Return an answer, masked where it is secret and not for this audience."""
        field = self.case.version.definition.fields.get(key)
        return answer if field is None or self.audience.secret_answers else mask_secrets(field, answer)

    # -- Between the commune and the applicant ---------------------------------------------------------------
    @cached_property
    def files(self) -> list[StoredFile]:
        return list(access.files_of(self.case))

    @cached_property
    def messages(self) -> list[Message]:
        return list(self.case.messages.select_related("author"))

    @cached_property
    def calls(self) -> list[CallbackRequest]:
        return list(self.case.calls.all())

    @cached_property
    def consents(self) -> list[ElectronicConsent]:
        return list(self.case.consents.all())

    @cached_property
    def letters(self) -> list[Delivery]:
        """Deliveries to the applicant, and for internal readers to consulted offices too."""
        if self.awaits_opening:
            return []
        find = letters_about_case if self.audience.internal else letters_to_applicant
        return list(find(self.case))

    # -- Decisions -------------------------------------------------------------------------------------------
    @cached_property
    def awaits_opening(self) -> bool:
        """True if the applicant has yet to open a decision, and this audience learns nothing of it before."""
        return not self.audience.unopened_decisions and any(one.is_unopened for one in self._decisions)

    @property
    def outcome(self) -> str:
        return "" if self.awaits_opening else self.case.outcome

    @property
    def outcome_label(self) -> str:
        return "" if self.awaits_opening else self.case.get_outcome_display()

    @property
    def reason(self) -> str:
        return "" if self.awaits_opening else self.case.reason

    @property
    def decisions(self) -> list[AppealableDecision]:
        return [] if self.awaits_opening else self._decisions

    @cached_property
    def _decisions(self) -> list[AppealableDecision]:
        return list(self.case.formal_decisions.select_related("by"))

    @cached_property
    def persons(self) -> list[ConcernedPerson]:
        """The persons named in the case; without their outcome while a decision has yet to be opened."""
        found = list(self.case.persons.select_related("author"))
        for one in found if self.awaits_opening else ():
            one.outcome = one.reason = ""
        return found

    # -- Internal --------------------------------------------------------------------------------------------
    @cached_property
    def enclosures(self) -> list[EnclosureReview]:
        return self._internal(self.case.enclosures.select_related("author"))

    @cached_property
    def notes(self) -> list[Note]:
        return self._internal(self.case.notes.select_related("author"))

    @cached_property
    def stages(self) -> list[CaseStage]:
        return self._internal(self.case.stages.all())

    @cached_property
    def opinions(self) -> list[Opinion]:
        """The opinions that were asked for, given or not."""
        return self._internal(Opinion.objects.filter(stage__case=self.case))

    @property
    def given_opinions(self) -> list[Opinion]:
        return [one for one in self.opinions if one.given_at]

    @cached_property
    def holds(self) -> list[LegalHold]:
        return self._internal(self.case.holds.all())

    @cached_property
    def events(self) -> list[CaseEvent]:
        """All events, oldest first.

        The payload of one with a masked answer is left out with its salt, by which the answer could be guessed. The
        chain of hashes can still be verified, as after an erasure.
        """
        found = self._internal(self.case.events.select_related("actor").order_by("number"))
        for one in found:
            answers = {
                name: one.data[name]
                for name in ("before", "after")
                if "field" in one.data and name in one.data
            }
            if any(self._shown_answer(one.data["field"], answer) != answer for answer in answers.values()):
                one.data, one.salt = {}, ""
        return found

    def _internal(self, rows) -> list:
        return list(rows) if self.audience.internal else []
