"""Form session: one visitor's passage through the steps of a form."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.db.models import Q
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from eservices.accounts.models import IdentityLevel, User
from eservices.formbuilder.browser_data import affects_price, browser_step_data
from eservices.formbuilder.definition import FormDefinition, StepDefinition
from eservices.formbuilder.fee_breakdown import has_fee, itemize_fees, itemize_possible_fees, sum_lines
from eservices.formbuilder.field_types import SIGN_IN as SIGN_IN_LOOK
from eservices.formbuilder.field_types import answer_text, answer_typos, field_types
from eservices.formbuilder.fields import FilesField
from eservices.formbuilder.forms import QuestionsForm, StepForm, answers_as_posted
from eservices.formbuilder.models import FormVersion
from eservices.formbuilder.price_list import with_prices
from eservices.formbuilder.request_limits import LimitRefusal
from eservices.formbuilder.summary import summarize_answers
from eservices.formbuilder.text_markup import render_prose
from home.localization.punctuation import labelled

from . import actions
from .draft_token import DraftToken
from .models import SEEN, Draft, ScanResult, Submission, SubmissionChannel
from .prefill.answer_sources import AnswerSource, read_source, still_filled_by
from .prefill.programs import program_remark
from .prefill.values import PrefillValue, is_filled_by_sign_in, prefill_values_for_step
from .progress import FormProgress
from .reservations import reservations_for_draft
from .version_migration import owner_of

# Buttons that leave a step without validating it. JavaScript presses the last for links to other steps.
BACK, LATER, GO_TO, SIGN_IN = "back", "later", "go_to", "sign_in"
TO_SPACE = "space"  # value of the last from the head of the page
VERSION = "_version"  # hidden input: the form version of the page


@dataclass
class FormSession:
    """A form in one language, with its draft once there is one."""

    version: FormVersion
    language: str
    user: User | None = None
    draft: Draft | None = None
    channel: str = SubmissionChannel.ONLINE
    agent: User | None = None
    beginning: DraftToken | None = None  # token of the draft, before it is started
    caller: str = ""  # the network address of the request
    told: str = ""  # what changed in the form since the draft was saved
    _judged: FormProgress | None = field(default=None, init=False, repr=False)

    @classmethod
    def of(cls, draft: Draft, language: str, user: User | None = None, caller: str = "") -> "FormSession":
        return cls(draft.version, language, user, draft, draft.channel, draft.agent, caller=caller)

    @property
    def for_somebody(self) -> bool:
        return self.agent is not None

    @property
    def channel_label(self) -> str:
        return SubmissionChannel(self.channel).label

    @cached_property
    def definition(self) -> FormDefinition:
        return actions.definition_for_channel(self.version, for_somebody=self.for_somebody)

    @property
    def title(self) -> str:
        return self.definition.title(self.language)

    # -- Language: a form without a translation is shown in its own language, with a remark ------------------
    @property
    def falls_back(self) -> bool:
        return self.content_language != self.language

    @property
    def content_language(self) -> str:
        """The language of the questions. A translated title alone does not count as a translation."""
        translated = set(self.definition.content["texts"].get(self.language, {})) - {"title"}
        return self.language if translated else self.definition.source_language

    @property
    def content_language_name(self) -> str:
        return dict(settings.LANGUAGES).get(self.content_language, self.content_language)

    # -- Answers ---------------------------------------------------------------------------------------------
    @property
    def answers(self) -> dict:
        return self.draft.answers if self.draft else {}

    @property
    def progress(self) -> FormProgress:
        """The progress of the answers, evaluated once for every state of the draft in a request."""
        answers, completed = self.answers, self.draft.completed if self.draft else ()
        judged = self._judged
        if judged is None or judged.answers is not answers or judged.completed is not completed:
            self._judged = FormProgress(
                definition=self.definition,
                answers=answers,
                completed=completed,
                language=self.language,
                today=timezone.localdate(),
                verdicts=judged.verdicts if judged else {},
            )
        return self._judged

    def form(self, step: StepDefinition, data: QueryDict | None = None) -> StepForm:
        """Return the form of a step: posted data, else unvalidated answers, else saved ones, else prefilled ones."""
        form = self._filled(step, data)
        form.identity_offer = self.identity_offer
        form.remarks |= self.remarks(field for field in step.fields if field.type == "files")
        form.remarks |= self.program_remarks(form.given)
        return form

    def _filled(self, step: StepDefinition, data: QueryDict | None) -> StepForm:
        if data is not None:
            return self._form(step, self.answers, data)
        if self.draft and step.key in self.draft.typed:
            return self._typed(step, self.draft.typed[step.key])
        if self.draft and step.key in self.draft.completed:
            judged = self.progress.judge(step)
            return self._form(step, self.answers) if judged.is_valid() else judged
        return self._prefilled(step)

    def _typed(self, step: StepDefinition, typed: dict[str, list[str]]) -> StepForm:
        """Return the form with unvalidated answers, and with known ones where nothing was typed or saved."""
        questions = {field.key: field for field in step.fields}
        given = {owner_of(name, questions) for name in typed}
        known = {key: one for key, one in self._known(step).items() if key not in {*given, *self.answers}}
        data = to_querydict(typed)
        data.update(answers_as_posted(step, {key: one.answer for key, one in known.items()}))
        form = without_errors(self._form(step, self.answers, data))
        form.remarks |= {key: [one.note] for key, one in known.items()}
        return form

    def _form(self, step: StepDefinition, answers: dict, data: QueryDict | None = None) -> StepForm:
        return StepForm(self.definition, step, self.language, answers, data=data, today=timezone.localdate())

    def other_answers(self, step: StepDefinition, form: StepForm) -> list[tuple[str, str]]:
        """Return the label and the saved answer of each question that ``form`` answers differently."""
        saved = self._filled(step, None).given
        return [
            (
                self.definition.text(f"field.{field.key}.label", self.language),
                answer_text(field, saved.get(field.key), self.definition, self.language),
            )
            for field in step.fields
            if field.type != "files" and saved.get(field.key) != form.given.get(field.key)
        ]

    @property
    def is_own(self) -> bool:
        """True if only the signed-in person can open the draft: their data must never prefill another draft."""
        return self.draft is None or self.draft.user_id == self.user.pk

    def _prefilled(self, step: StepDefinition) -> StepForm:
        """Return the form with prefilled answers if applicants apply for themselves, with remarks on their sources."""
        known = self._known(step)
        form = self._form(step, {key: one.answer for key, one in known.items()} | self.answers)
        form.remarks |= {key: [one.note] for key, one in known.items() if key not in self.answers}
        return form

    def _known(self, step: StepDefinition) -> dict[str, PrefillValue]:
        if not self.user or self.for_somebody or not self.is_own:
            return {}
        return prefill_values_for_step(self.user, step, self.definition, self.language, timezone.localdate())

    # -- Offers to sign in -----------------------------------------------------------------------------------
    @property
    def is_unclaimed(self) -> bool:
        """True if signing in would make the draft the applicant's own, with known answers filled in."""
        if self.for_somebody or self.version.is_rehearsal:
            return False
        return self.user is None or not self.is_own

    def may_fill_in(self, step: StepDefinition) -> bool:
        """Return whether signing in may fill in answers: of this step, or of any if it is the first."""
        asked = self.progress.steps if step == self.progress.steps[0] else [step]
        return self.is_unclaimed and any(is_filled_by_sign_in(field) for one in asked for field in one.fields)

    @property
    def identity_offer(self) -> str:
        """The next step to a proven identity: "sign_in" or "prove"; "" if none is needed."""
        if self.for_somebody or self.version.is_rehearsal:
            return ""
        if self.user is None:
            return "sign_in"
        return "" if self.user.level >= IdentityLevel.KNOWN else "prove"

    def identity_texts(self) -> list[SafeString]:
        """Return the texts of the form that offer to sign in and are shown for these answers."""
        if not self.identity_offer:
            return []
        return [
            render_prose(self.definition.text(f"field.{field.key}.text", self.language))
            for step in self.progress.steps
            for field in step.fields
            if field.settings.get("look") == SIGN_IN_LOOK and self.progress.is_visible(field.key)
        ]

    def remarks(self, fields) -> dict[str, list[str]]:
        """Return remarks on the files of questions: waiting for the virus scanner, destroyed, or with warnings."""
        keys = [field.key for field in fields]
        if self.draft is None or not keys:
            return {}
        found: dict[str, list[str]] = {}
        held = Q(scan__in=[ScanResult.WAITING, ScanResult.INFECTED])
        for stored in self.draft.files.filter(held | ~Q(cautions=[]), field__in=keys):
            said = f"{stored.remark}." if stored.remark else labelled(stored.name, stored.caution)
            found.setdefault(stored.field, []).append(said)
        return found

    def program_remarks(self, given: dict) -> dict[str, list[str]]:
        """Return by which program a question was answered, for those of ``given`` that no person changed."""
        filled_by = self.draft.filled_by if self.draft else {}
        kept = still_filled_by(
            {key: filled_by[key] for key in given if key in filled_by}, self.answers, given
        )
        remarks = {key: program_remark(read_source(stored)) for key, stored in kept.items()}
        return {key: [remark] for key, remark in remarks.items() if remark}

    def offered_answers(self, step: StepDefinition) -> dict[str, tuple[object, AnswerSource]]:
        """Return the prefilled answers of a step that was never saved, with their sources."""
        known = self._known(step) if any(one.key not in self.answers for one in step.fields) else {}
        return {key: (one.answer, one.source) for key, one in known.items()}

    def start(self) -> Draft:
        """Return the draft; start it if there is none yet."""
        if self.draft is None:
            self.draft = actions.start_draft(
                actor=self.user,
                version=self.version,
                language=self.language,
                channel=self.channel,
                agent=self.agent,
                beginning=self.beginning,
            )
        return self.draft

    def growth(self, step: StepDefinition, typed: dict[str, list[str]]) -> int:
        """Return by how many characters the draft grows if this is saved without validation; at least 0."""
        before = self.draft.typed.get(step.key, {}) if self.draft else {}
        return max(0, size_of(typed) - size_of(before))

    def mark(self, step: StepDefinition) -> str:
        """Return the mark that an automatic save sends back, so that it never overwrites a later save."""
        return (self.draft or Draft()).mark(step)

    @property
    def current_reservations(self) -> dict[str, datetime]:
        """The reservations of the draft, and until when."""
        return reservations_for_draft(self.draft) if self.draft else {}

    @cached_property
    def closed(self) -> LimitRefusal | None:
        """The reason why no submission of this person is accepted now; None if it is."""
        email = self.progress.email if self.draft else ""
        return actions.request_refusal(self.version, user=self.user, agent=self.agent, email=email)

    @property
    def is_hasty(self) -> bool:
        """True if the first page was opened so recently that nobody can have read it: probably a robot.

        If it was opened in the future, the clock went back.
        """
        passed = timezone.now() - self.draft.created_at
        least = timedelta(seconds=settings.LEAST_SECONDS_TO_FILE)
        return not self.for_somebody and timedelta() <= passed < least

    # -- Display ---------------------------------------------------------------------------------------------
    def step_navigation(self, current: StepDefinition | None) -> dict:
        """Return the steps at the top of the page; without ``current`` for the review, which is the last."""
        progress = self.progress
        steps = [
            {
                "key": step.key,
                "title": self.definition.text(f"step.{step.key}.title", self.language),
                "url": self.url(step),
                "done": progress.is_complete(step),
                "current": current is not None and step.key == current.key,
            }
            for step in progress.steps
        ]
        steps.append({"title": _("Check and send"), "url": "", "done": False, "current": current is None})
        return {"steps": steps, "number": [step["current"] for step in steps].index(True) + 1}

    def sections(self, submission: Submission | None = None) -> list[dict]:
        """Return every step with its questions and answers as text: the current ones, or those that were sent."""
        given, day = self.answers, None
        if submission is not None:
            given, day = submission.answers, timezone.localdate(submission.sent_at)
        fields = self.definition.fields
        remarks = {}
        if submission is None:
            remarks = {key: answer_typos(field, given.get(key), given) for key, field in fields.items()}
            for key, texts in self.program_remarks(given).items():
                remarks[key] = [*remarks.get(key, []), *texts]
        remarks |= self.remarks(field for field in fields.values() if field.type == "files")
        return [
            {
                "title": section.title,
                "url": self.url(self.definition.step(section.key)),
                "rows": [
                    {"label": row.label, "value": row.value, "remarks": remarks.get(row.key, [])}
                    for row in section.rows
                ],
                "answered": section.answered,
            }
            for section in summarize_answers(self.definition, given, self.language, day)
            if section.rows
        ]

    def fees(self) -> dict:
        """Return the fees due: ``fees`` (lines) and ``fees_total``."""
        lines = itemize_fees(self.definition, self.answers, self.language, timezone.localdate())
        return {"fees": lines, "fees_total": sum_lines(lines)}

    def live(self, form: StepForm) -> dict:
        """Return what follows from the answers on a step's page: ``browser_step_data`` and the price so far."""
        definition = with_prices(self.definition, form.today)  # once for all of the following
        # What follows from an address on the page: the browser cannot know it.
        known = {key: one for key, one in form.given.items() if isinstance(one, dict) and "known" in one}
        data = browser_step_data(definition, form.step, self.answers | known, form.today)
        found = {"step_data": data and data | {"words": _figures()}}
        if affects_price(definition, form.step) or any(has_fee(field) for field in form.step.fields):
            lines = itemize_possible_fees(definition, form.answers, self.language, form.today)
            found |= {"priced": True, "fees": lines, "fees_total": sum_lines(lines)}
        return found

    def file_limits(self, field) -> FilesField:
        """Return the form field of a file question, which has its limits for number, size and types."""
        return field_types[field.type].form_field(field, self.definition, self.language)

    @property
    def resume_path(self) -> str:
        return reverse("submissions:resume", args=[self.draft.secret])

    def url(self, step: StepDefinition | None) -> str:
        """Return the URL of a step of this draft; of the review if it is None."""
        if self.draft is None:
            return reverse("submissions:start", args=[self.version.form.slug])
        if step is None:
            return reverse("submissions:review", args=[self.draft.secret])
        return reverse("submissions:step", args=[self.draft.secret, step.key])


def _figures() -> dict[str, str]:
    """Return the format of amounts and numbers in the active language."""
    return {
        "currency": settings.CURRENCY,
        "free": _("free"),
        "point": get_format("DECIMAL_SEPARATOR"),
        "group": get_format("THOUSAND_SEPARATOR"),
    }


def typed_answers(data: QueryDict, step: StepDefinition) -> dict[str, list[str]]:
    """Return the posted data of a step's questions. All other names are dropped."""
    questions = {field.key: field for field in step.fields}
    known = {name for name in data if name == SEEN or owner_of(name, questions) in questions}
    return {name: values for name, values in data.lists() if name in known}


def size_of(typed: dict[str, list[str]]) -> int:
    return sum(len(name) + sum(map(len, values)) for name, values in typed.items())


def to_querydict(typed: dict[str, list[str]]) -> QueryDict:
    """Return unvalidated answers as they were posted."""
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    return data


def without_errors[Form: QuestionsForm](form: Form) -> Form:
    """Remove the errors from the form but leave its data: the applicant has not pressed “Continue” yet."""
    form._errors = ErrorDict()  # Django validates a bound form as soon as its errors are read
    for rows in form.rows.values():
        for row in rows.forms:
            without_errors(row)
    return form
