"""One request being filled in, as a page of the filing shows it."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.formbuilder.definition import Definition, Step
from eservices.formbuilder.field_types import display, field_types
from eservices.formbuilder.fields import FilesField
from eservices.formbuilder.forms import QuestionsForm, StepForm
from eservices.formbuilder.logic.fees import fees_due, total
from eservices.formbuilder.logic.visibility import visible_fields
from eservices.formbuilder.models import FormVersion

from . import actions
from .models import Channel, Draft
from .progress import Progress


@dataclass
class Filing:
    """A form in one language, with the draft once there is one."""

    version: FormVersion
    language: str
    user: User | None = None
    draft: Draft | None = None
    channel: str = Channel.ONLINE
    agent: User | None = None

    @classmethod
    def of(cls, draft: Draft, language: str, user: User | None = None) -> "Filing":
        return cls(draft.version, language, user, draft, draft.channel, draft.agent)

    @property
    def for_somebody(self) -> bool:
        return self.agent is not None

    @property
    def channel_label(self) -> str:
        return Channel(self.channel).label

    @cached_property
    def definition(self) -> Definition:
        return actions.asked(self.version, for_somebody=self.for_somebody)

    @property
    def title(self) -> str:
        return self.definition.title(self.language)

    # -- Language: where the form has no translation, its own is shown and said ------------------------------
    @property
    def falls_back(self) -> bool:
        return self.content_language != self.language

    @property
    def content_language(self) -> str:
        translated = self.definition.content["texts"].get(self.language)
        return self.language if translated else self.definition.source_language

    @property
    def content_language_name(self) -> str:
        return dict(settings.LANGUAGES).get(self.content_language, self.content_language)

    # -- Answers ---------------------------------------------------------------------------------------------
    @property
    def answers(self) -> dict:
        return self.draft.answers if self.draft else {}

    @property
    def progress(self) -> Progress:
        """Where the answers stand now: they change while a request is handled, so it is not kept."""
        return Progress(
            definition=self.definition,
            answers=self.answers,
            completed=self.draft.completed if self.draft else (),
            language=self.language,
            today=timezone.localdate(),
        )

    def form(self, step: Step, data: QueryDict | None = None) -> StepForm:
        """The questions of a step: as posted, else as put aside, else as saved, else as known already."""
        if data is not None:
            return self._form(step, self.answers, data)
        if self.draft and step.key in self.draft.typed:
            return unjudged(self._form(step, self.answers, as_posted(self.draft.typed[step.key])))
        if self.draft and step.key in self.draft.completed:
            judged = self.progress.judge(step)
            return self._form(step, self.answers) if judged.is_valid() else judged
        return self._form(step, self._known(step) | self.answers)

    def _form(self, step: Step, answers: dict, data: QueryDict | None = None) -> StepForm:
        return StepForm(self.definition, step, self.language, answers, data=data, today=timezone.localdate())

    def _known(self, step: Step) -> dict:
        """What the account knows of whoever files for themselves, by autocomplete token."""
        if self.user is None or self.for_somebody:
            return {}
        known = {
            "given-name": self.user.first_name,
            "family-name": self.user.last_name,
            "email": self.user.email,
            "tel": self.user.phone,
        }
        return {field.key: known[token] for field in step.fields if known.get(token := token_of(field))}

    def start(self) -> Draft:
        """The draft, begun now if there is none yet."""
        if self.draft is None:
            self.draft = actions.start_draft(
                actor=self.user,
                version=self.version,
                language=self.language,
                channel=self.channel,
                agent=self.agent,
            )
        return self.draft

    # -- What is shown ---------------------------------------------------------------------------------------
    def trail(self, current: Step | None) -> dict:
        """The steps on top of the page; without ``current`` it is the review, which comes last."""
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

    def sections(self, answers: dict | None = None) -> list[dict]:
        """Every step with its questions and answers in words, as review page and receipt show them."""
        progress, answers = self.progress, self.answers if answers is None else answers
        found = []
        for step in progress.steps:
            asked = visible_fields(step, progress.relevant, progress.today)
            found.append(
                {
                    "title": self.definition.text(f"step.{step.key}.title", self.language),
                    "url": self.url(step),
                    "rows": [self._row(field, answers) for field in asked if _asks(field)],
                }
            )
        return [section for section in found if section["rows"]]

    def _row(self, field, answers: dict) -> dict:
        return {
            "label": self.definition.text(f"field.{field.key}.label", self.language),
            "value": display(field, answers.get(field.key), self.definition, self.language),
        }

    def fees(self) -> dict:
        """What is due: ``fees`` (lines) and ``fees_total``."""
        lines = fees_due(self.definition, self.answers, timezone.localdate())
        shown = [
            {
                "label": self.definition.text(f"fee.{line.key}", self.language),
                "quantity": line.quantity,
                "total": line.total,
            }
            for line in lines
        ]
        return {"fees": shown, "fees_total": total(lines)}

    def file_limits(self, field) -> FilesField:
        """How many files a question takes, how large, of which kinds."""
        return field_types[field.type].form_field(field, self.definition, self.language)

    @property
    def resume_path(self) -> str:
        return reverse("submissions:resume", args=[self.draft.secret])

    def url(self, step: Step | None) -> str:
        """The address of a step of this draft; of the review without one."""
        if self.draft is None:
            return reverse("submissions:start", args=[self.version.form.slug])
        if step is None:
            return reverse("submissions:review", args=[self.draft.secret])
        return reverse("submissions:step", args=[self.draft.secret, step.key])


def token_of(field) -> str:
    kind = field_types.get(field.type)
    return field.autocomplete or (kind.autocomplete if kind else "")


def _asks(field) -> bool:
    kind = field_types.get(field.type)
    return kind is None or kind.asks


def as_posted(typed: dict[str, list[str]]) -> QueryDict:
    """What was put aside, as it was posted."""
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    return data


def unjudged[Form: QuestionsForm](form: Form) -> Form:
    """The form with what was typed and no word about what is wrong with it: nobody asked to go on yet."""
    form._errors = ErrorDict()  # Django judges a bound form as soon as an error is looked for
    for rows in form.rows.values():
        for row in rows.forms:
            unjudged(row)
    return form
