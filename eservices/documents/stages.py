"""Stages that verify the identity, issue a document, and grant a vehicle its place in a zone."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import takewhile

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from eservices.accounts.models import IdentityLevel, User
from eservices.cases.actors import SYSTEM
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import (
    AGENT,
    APPLICANT,
    LEAD,
    Done,
    Stage,
    StageResult,
    Waiting,
    current_settings,
    overdue_notice,
    result_key,
    stages,
    store_results,
)
from eservices.cases.stages import SYSTEM as THE_SYSTEM
from eservices.cases.states import CaseState
from eservices.cases.workflow.identity import identity_level_of
from eservices.cases.workflow.progress import is_answer_overdue
from eservices.formbuilder.blocks import PlainChoiceBlock, QuestionKeyBlock
from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.logic import conditions
from eservices.register import actions as register

from . import emails, release_rules
from .actions import issuing, permits, reissuing
from .document_text import last_valid_day, template_for
from .exceptions import OutdatedAnswer, TemplateError
from .forms import IdentityForm
from .models import Document, DocumentTemplate, Permit, Zone
from .models.templates import known_by_service

BELOW = [
    (release_rules.AGENT, gettext_lazy("an agent decides")),
    (release_rules.POST, gettext_lazy("document posted to the registered address")),
]
PROVEN, CHECKED, OPEN, GO_ON = "proven", "checked", "open", "go_on"
LEVELS = [
    ("email", gettext_lazy("applicant with a verified e-mail address")),
    ("known", gettext_lazy("applicant with a verified identity")),
    ("assured", gettext_lazy("applicant verified by an identity provider")),
]
UNKNOWN = [
    (release_rules.AGENT, gettext_lazy("an agent checks the identity")),
    (GO_ON, gettext_lazy("the request continues, and later stages can use the result")),
]
IDENTITIES = [  # results of the identity stage
    (PROVEN, gettext_lazy("proven")),
    (CHECKED, gettext_lazy("checked by an agent")),
    (OPEN, gettext_lazy("not checked")),
]
ISSUING = {"document", "permit"}  # types of stages that issue a document
WAITING_LIST = timedelta(hours=12)  # interval at which a full zone is checked again
LOOK_AGAIN = timedelta(minutes=10)  # until a lead has corrected the template


def template_choices() -> list[tuple[str, str]]:
    """Return key and title of all document templates."""
    found = DocumentTemplate.objects.order_by("locale_id").values_list("key", "title")
    return list({key: (key, title) for key, title in reversed(list(found))}.values())


@stages.register("identity")
class IdentityStage(Stage):
    """A stage that known applicants pass automatically; for others an agent states how identity was verified.

    If it is placed before the register check, nobody learns register data about other people.
    """

    key = "identity"
    label = gettext_lazy("Identity of the applicant")
    icon = "user"
    by_person = True
    applicant_template = "documents/stages/identity_applicant.html"
    button = gettext_lazy("Go on")

    def settings_block(self):
        return blocks.StructBlock(
            [
                (
                    "level",
                    PlainChoiceBlock(
                        choices=LEVELS, default="known", label=gettext_lazy("Continues automatically for")
                    ),
                ),
                (
                    "below",
                    PlainChoiceBlock(
                        choices=UNKNOWN, default=release_rules.AGENT, label=gettext_lazy("Otherwise")
                    ),
                ),
            ],
            icon=self.icon,
            label=self.label,
        )

    def keeps(self, key, title, settings):
        return [StageResult(result_key(key), title, "choice", tuple(IDENTITIES))]

    def enter(self, case, row, settings):
        if identity_level_of(case) >= IdentityLevel[settings.get("level", "known").upper()]:
            result = PROVEN
        elif row.data.get("details"):
            result = CHECKED
        elif settings.get("below") == GO_ON:
            result = OPEN
        else:
            return Waiting(AGENT)
        store_results(case, **{result_key(row.key): result})
        return Done()

    def form(self, case, row, settings, data=None):
        return None if row.data.get("details") else IdentityForm(data, auto_id="identity_%s")

    def apply_agent_input(self, case, row, settings, actor, data):
        row.data |= {"details": {"documents": data}, "by": actor.pk}
        return data

    def waiting_reason(self, case, row, settings):
        return (
            ""
            if row.data.get("details")
            else _("The identity of the applicant is not verified: explain how you checked it.")
        )


@stages.register("document")
class DocumentStage(Stage):
    """A stage that issues a numbered PDF that anyone can verify."""

    key = "document"
    label = gettext_lazy("Document")
    icon = "doc-full"
    agent_template = "documents/stages/document_agent.html"
    applicant_template = "documents/stages/document_applicant.html"
    needs = "accept"
    button = gettext_lazy("Release the document")

    def settings_block(self):
        return blocks.StructBlock(self.settings_blocks(), icon=self.icon, label=self.label)

    def settings_blocks(self) -> list[tuple[str, blocks.Block]]:
        return [
            ("template", PlainChoiceBlock(choices=template_choices, label=gettext_lazy("Document"))),
            (
                "language",
                QuestionKeyBlock(
                    compares="option",
                    required=False,
                    label=gettext_lazy("Question about its language"),
                    empty=gettext_lazy("language of the request"),
                    help_text=gettext_lazy(
                        "The answers are language codes such as “de”. Offer the languages in which the document "
                        "is written."
                    ),
                ),
            ),
            (
                "paper",
                QuestionKeyBlock(
                    compares="yes_no",
                    required=False,
                    label=gettext_lazy("Question whether it is wanted on paper too"),
                    empty=gettext_lazy("the question is not asked"),
                    help_text=gettext_lazy("Answered yes, it is also put among the letters to post."),
                ),
            ),
            (
                "below",
                PlainChoiceBlock(
                    choices=BELOW,
                    default=release_rules.AGENT,
                    label=gettext_lazy(
                        "If it contains data from the register and the identity is not verified"
                    ),
                ),
            ),
        ]

    def announces_acceptance(self, settings):
        return True

    def stands(self, row):
        documents = list(row.documents.all())
        return not documents or any(one.state != Document.State.REVOKED for one in documents)

    def needs_registered(self, case, settings):
        try:
            return _template(case, settings).tells_register
        except TemplateError:
            return False

    def conflicts(self, key, definition):
        spec = next(one for one in definition.stages if one.key == key)
        templates = DocumentTemplate.objects.filter(
            key=spec.settings.get("template") or "", tells_register=True
        )
        for template in templates.select_related("locale"):
            yield from _unsupported(template, key, definition)

    def enter(self, case, row, settings):
        document = Document.objects.standing().filter(stage=row).first()
        if document is None and reissuing.none_is_due(case, row):
            emails.nothing_follows(case, row)
            return Done({"none_due": True})
        if document is None and case.state == CaseState.WAITING:
            return Waiting(APPLICANT)  # an answer may change the text of the document
        if document is None and is_answer_overdue(case):
            return Waiting(AGENT)
        if document is None:
            try:
                document = self._draw(case, row, settings)
            except TemplateError as fault:
                if isinstance(fault, OutdatedAnswer) and register.run_again(case=case):
                    return Waiting(THE_SYSTEM, until=timezone.now())
                return Waiting(LEAD, until=timezone.now() + LOOK_AGAIN, reason=str(fault))
        if document is None:
            return Waiting(
                AGENT, reason=_("No agent recorded how the identity of the applicant was checked.")
            )
        if document.state == Document.State.DRAWN:
            return Waiting(THE_SYSTEM)
        return Done({"document": str(document.pk), "number": document.number})

    def form(self, case, row, settings, data=None):
        waits = (
            _waits_for_agent(row)
            and not is_answer_overdue(case)
            and not Document.objects.standing().filter(stage=row).exists()
        )
        return IdentityForm(data, auto_id="document_%s") if waits else None

    def apply_agent_input(self, case, row, settings, actor, data):
        row.data |= {"details": {"documents": data}, "by": actor.pk}
        return data

    def waiting_reason(self, case, row, settings):
        if not _waits_for_agent(row):
            return ""
        if is_answer_overdue(case):
            return overdue_notice(case)
        return _(
            "Explain how you checked the identity of the applicant: the document is then issued, or "
            "sent by post."
        )

    def _draw(self, case: Case, row: CaseStage, settings: dict) -> Document | None:
        """Draw the document; None if an agent must state the identity first."""
        template = _template(case, settings)
        statement = stage_with_statement(case)
        said = statement.data["details"]["documents"]["identity_check"] if statement else ""
        below = settings.get("below", release_rules.AGENT)
        check = release_rules.how_identity_is_checked(template, identity_level_of(case), said, below)
        if not check:
            return None
        return issuing.draw_document(
            actor=SYSTEM,
            case=case,
            stage=row,
            template=template,
            identity_check=check,
            issued_by=User.objects.filter(pk=statement.data.get("by")).first() if statement else None,
            valid_until=last_valid_day(self._months(template, settings), self._first_day(case, settings)),
        )

    def draw_again(self, case: Case, row: CaseStage, revoked: Document, actor: User) -> Document:
        """Draw the replacement of a revoked document, with the same identity check.

        Raise TemplateError if it cannot be written now.
        """
        settings = current_settings(row)
        template = _template(case, settings)
        return issuing.draw_document(
            actor=actor,
            case=case,
            stage=row,
            template=template,
            identity_check=revoked.identity_check,
            issued_by=actor,
            valid_until=last_valid_day(self._months(template, settings), self._first_day(case, settings)),
        )

    def _first_day(self, case: Case, settings: dict) -> date:
        return timezone.localdate()

    def _months(self, template: DocumentTemplate, settings: dict) -> int | None:
        return template.months


def _unsupported(template: DocumentTemplate, key: str, definition: FormDefinition) -> Iterator[str]:
    """Yield the reasons why the stage ``key`` cannot issue a document about the population register."""
    before = takewhile(lambda one: one.key != key, definition.stages)
    if not any(one.type == "register" and not one.settings.get("newcomer") for one in before):
        yield _(
            "“%(document)s” contains data from the register. Add “Check against the register” before it."
        ) % {"document": template.title}
    for field, messages in template.problems(known_by_service(definition)).items():
        for message in messages:
            yield f"{template.title} ({template.locale.language_code}), {field}: {message}"


def _template(case: Case, settings: dict) -> DocumentTemplate:
    """Return the template in the language chosen for the document if the form asks for it, else of the case."""
    chosen = str(case.answers.get(settings.get("language") or "") or "")
    return template_for(settings.get("template", ""), chosen, case.language)


def needs_identity_statement(case: Case, row: CaseStage) -> bool:
    """Return whether this stage's document is issued only after an agent stated the identity."""
    settings = row.spec.settings
    try:
        template = _template(case, settings)
    except TemplateError:
        return False
    return not release_rules.how_identity_is_checked(
        template, identity_level_of(case), "", settings.get("below", release_rules.AGENT)
    )


def _waits_for_agent(row: CaseStage) -> bool:
    """Return whether the stage waits for an identity statement of an agent."""
    return row.waiting_for == AGENT and not row.data.get("details")


def stage_with_statement(case: Case) -> CaseStage | None:
    """Return the stage with an agent's identity statement: a decision, an identity stage or the document's own.

    None if there is no statement.
    """
    rows = (row for row in case.stages.all() if row.data.get("details", {}).get("documents"))
    return next(rows, None)


@stages.register("quota")
class PermitPlaceStage(Stage):
    """A stage that grants a vehicle a place in a zone, or puts it on the waiting list."""

    key = "quota"
    label = gettext_lazy("Place in a zone")
    icon = "site"
    undated = True
    rests = True
    agent_template = "documents/stages/quota_agent.html"
    applicant_template = "documents/stages/quota_applicant.html"

    def settings_block(self):
        return blocks.StructBlock(
            [
                ("template", PlainChoiceBlock(choices=template_choices, label=gettext_lazy("Permit"))),
                ("plate", QuestionKeyBlock(label=gettext_lazy("Question about the plate"))),
                ("zone", QuestionKeyBlock(label=gettext_lazy("Question about the zone"))),
            ],
            icon=self.icon,
            label=self.label,
        )

    def enter(self, case, row, settings):
        now, answers = timezone.now(), case.answers
        value = str(answers.get(settings.get("zone", "")) or "")
        zone = Zone.objects.filter(kind=settings.get("template", ""), value=value).first()
        if zone is None:
            reason = _("There is no permit zone “%(zone)s”: add it under Permit zones.") % {"zone": value}
            return Waiting(LEAD, until=now + LOOK_AGAIN, reason=reason)
        plate = str(answers.get(settings.get("plate", "")) or "")
        permit = permits.reserve_place(actor=SYSTEM, case=case, zone=zone, plate=plate)
        if permit.granted_at:
            return Done({"zone": zone.name})
        reason = _("“%(zone)s” is full: the request is on the waiting list.") % {"zone": zone.name}
        return Waiting(THE_SYSTEM, until=now + WAITING_LIST, reason=reason)


@stages.register("permit")
class PermitStage(DocumentStage):
    """A stage that issues the permit of a vehicle that has a place."""

    key = "permit"
    label = gettext_lazy("Permit")
    icon = "key"
    applicant_template = "documents/stages/permit_applicant.html"

    def settings_blocks(self):
        return [
            *super().settings_blocks(),
            (
                "start",
                QuestionKeyBlock(
                    required=False, compares="date", label=gettext_lazy("Question from when, today if none")
                ),
            ),
            (
                "months",
                blocks.IntegerBlock(
                    required=False,
                    min_value=1,
                    max_value=600,
                    label=gettext_lazy("Valid for so many months"),
                    help_text=gettext_lazy("If empty, as in the document."),
                ),
            ),
        ]

    def enter(self, case, row, settings):
        return _without_place(case) or super().enter(case, row, settings)

    def take_up(self, row):
        Permit.objects.filter(document__stage=row).update(document=None)

    def draw_again(self, case, row, revoked, actor):
        """Draw the replacement of a revoked permit, valid until the same last day, if its place is still free."""
        permit = permits.regain_place(actor=actor, document=revoked)
        template = _template(case, current_settings(row))
        document = issuing.draw_document(
            actor=actor,
            case=case,
            stage=row,
            template=template,
            identity_check=revoked.identity_check,
            issued_by=actor,
            valid_until=revoked.valid_until,
        )
        first = max(permit.valid_from, timezone.localdate())
        permits.set_validity(actor=actor, permit=permit, document=document, first=first)
        return document

    def _draw(self, case, row, settings):
        permit = Permit.objects.filter(case=case, granted_at__isnull=False).first()
        if permit is None:
            raise TemplateError(
                _("The vehicle has no place. Add the stage “Place in a zone” before this one.")
            )
        document = super()._draw(case, row, settings)
        if document is not None:
            first = self._first_day(case, settings)
            permits.set_validity(actor=SYSTEM, permit=permit, document=document, first=first)
        return document

    def _first_day(self, case, settings):
        today = timezone.localdate()
        asked = conditions.parse_iso_day(case.answers.get(settings.get("start") or ""))
        return max(asked or today, today)

    def _months(self, template, settings):
        return settings.get("months") or template.months


def _without_place(case: Case) -> Waiting | None:
    """Return why the permit cannot be drawn yet; None if it has a place.

    Repeats the place stage, because an agent may have corrected the zone since.
    """
    quota = case.stages.filter(type=PermitPlaceStage.key, progress=CaseStage.Progress.DONE).last()
    if quota is None or not Permit.objects.filter(case=case, document=None).exists():
        return None
    answer = PermitPlaceStage().enter(case, quota, quota.spec.settings)
    if isinstance(answer, Waiting):
        return answer
    quota.data |= answer.data
    quota.save(update_fields=["data"])
    return None
