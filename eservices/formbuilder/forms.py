"""Form of one step as the applicant fills it in."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.utils import ErrorDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from .definition import FieldDefinition, FormDefinition, OptionDefinition, StepDefinition, ValidationRule
from .field_types import (
    MANY_OPTIONS,
    SEARCHED_OPTIONS,
    InputPart,
    answer_text,
    answer_typos,
    copied_answers,
    field_types,
    part_token,
)
from .logic.conditions import condition_fields
from .logic.validation import failed_rules
from .logic.visibility import COMPUTED, VisibleAnswers, visible_options
from .text_markup import render_prose

SHOWN_INPUT = "_shown"  # hidden input: the questions that were on the page
ADD_ROW, REMOVE_ROW = "add_row", "remove_row"  # buttons of a repeating group, and of a file
REMOVE_FILE = "remove_file"


class QuestionsForm(forms.Form):
    """The questions of a step, or of one row of a repeating group, with the conditions of the form.

    First all answers are read, then the conditions decide what is shown, because they may depend on any answer. Hidden
    questions are *asleep*: neither validated nor answered, but on the page so that the browser can show them.
    """

    stored: dict = {}  # the answers of all steps given so far, of a step's form
    # The button of a text that offers to sign in: "sign_in" or "prove"; "" if the identity is proven.
    identity_offer = "sign_in"

    def __init__(
        self,
        definition: FormDefinition,
        questions: tuple[FieldDefinition, ...],
        language: str,
        answers: dict | None,
        today: date,
        data=None,
        files=None,
        own: dict | None = None,
        **kwargs,
    ):
        """Initialize the form.

        Without ``answers`` of the rest of the form, nothing is shown until ``apply_visibility`` is called.
        """
        # No template uses a suffix, which would be translated for each form.
        super().__init__(data=data, files=files, use_required_attribute=False, label_suffix="", **kwargs)
        self.definition, self.language, self.today = definition, language, today
        self.checks: tuple[ValidationRule, ...] = ()
        self.all_questions = [question for question in questions if question.type in field_types]
        self.own = own if own is not None else {}
        self.rows: dict[str, RepeatingRows] = {}
        self.choices: dict[str, list] = {}  # of questions that do not offer all their options
        # Remarks beside a question: the source of its answer, the state of its files.
        self.remarks: dict[str, list[str]] = {}
        self.quiet = False  # no errors: the applicant pressed another button than “Continue”
        self.given: dict = {} if self.is_bound else dict(self.own)
        for question in self.all_questions:
            self._ask(question)
        if answers is not None:
            around = VisibleAnswers((), answers, today)
            self.apply_visibility(
                VisibleAnswers(((question, None) for question in questions), self.given, today, around)
            )

    # -- asking ----------------------------------------------------------------------------------------------
    def _ask(self, question: FieldDefinition) -> None:
        """Add the question, and read its answer."""
        kind = field_types[question.type]
        if question.fields:
            self.rows[question.key] = RepeatingRows(self, question)
        elif field := kind.form_field(question, self.definition, self.language):
            self.fields[question.key] = self._prepared(field, question)
        else:
            return
        if self.is_bound:
            self.given[question.key] = self._read(question)

    def _prepared(self, field: forms.Field, question: FieldDefinition) -> forms.Field:
        field.label = self.definition.text(f"field.{question.key}.label", self.language) or question.key
        answer = self.own.get(question.key)
        field.initial = answer if question.type == "files" else field_types[question.type].from_json(answer)
        return field

    def _read(self, question: FieldDefinition):
        """Return the posted answer, as far as it can be read."""
        if question.key in self.rows:
            return self.rows[question.key].given
        field = self.fields[question.key]
        raw = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(question.key))
        if question.type == "files":
            return self.own.get(question.key) or (["new"] if raw else None)
        try:
            return field_types[question.type].to_json(field.clean(raw))
        except ValidationError:
            return None

    def apply_visibility(self, shown: VisibleAnswers) -> None:
        """Apply the conditions: show the questions and options of ``shown``."""
        self.seen = shown
        self.visible = [question for question in self.all_questions if shown.is_visible(question.key)]
        for question in self.all_questions:
            if any(option.condition for option in question.options) and question.key in self.fields:
                self._offer(question, visible_options(question, shown, self.today))
        for rows in self.rows.values():
            rows.apply_visibility(shown)
        awake = {question.key for question in self.visible}
        self.asleep = {key: self.fields.pop(key) for key in [*self.fields] if key not in awake}
        self.rows_asleep = {key: self.rows.pop(key) for key in [*self.rows] if key not in awake}

    def _offer(self, question: FieldDefinition, options: list[OptionDefinition]) -> None:
        self.choices[question.key] = list(self.fields[question.key].choices)
        field = field_types[question.type].form_field(
            question, self.definition, self.language, options=options
        )
        self.fields[question.key] = self._prepared(field, question)

    def full_clean(self) -> None:
        super().full_clean()
        if self.quiet:
            self._errors = ErrorDict()

    # -- answers ---------------------------------------------------------------------------------------------
    @property
    def cleaned_answers(self) -> dict:
        """The answers as JSON, of every shown question; ``None`` if it was left blank.

        Files are the stored ones, unchanged; new ones are in ``cleaned_files``.
        """
        found = {}
        for question in self.visible:
            key = question.key
            if key in self.rows:
                found[key] = self.rows[key].cleaned_answers or None
            elif question.type == COMPUTED:
                found[key] = self.seen.get(key)
            elif question.type == "files":
                found[key] = self.own.get(key)
            elif key in self.cleaned_data:
                found[key] = field_types[question.type].to_json(self.cleaned_data[key])
        return found

    @property
    def questions(self) -> list["QuestionContext"]:
        """The questions that are shown, in order."""
        return [QuestionContext(self, question) for question in self.visible]

    @property
    def on_page(self) -> list["QuestionContext"]:
        """The questions that are shown, and, hidden, those that answers may still open."""
        return [QuestionContext(self, question) for question in self.all_questions]


class StepForm(QuestionsForm):
    """Form of one step: validates what is shown, ignores the rest, applies the step's validation rules.

    ``answers`` are those given so far, of all steps. Without JavaScript an answer may open a question of the same step:
    then the form is not valid but has no error about it, and ``opened`` lists the question; showing the form again asks
    it. The same applies if a row was added to a group (``changed_rows``), or a calendar was browsed (``browsed``).

    The message of a validation rule is beside the last question on the page that its condition uses, or above all of
    them. The messages are hidden in every such place, so that the browser can show them before the form is sent.
    """

    action = ""  # URL to which it is posted, if not the URL that shows it

    def __init__(
        self,
        definition: FormDefinition,
        step: StepDefinition,
        language: str,
        answers: dict | None = None,
        data=None,
        files=None,
        today: date | None = None,
    ):
        today = today or timezone.localdate()
        self.step = step
        self.stored = answers or {}
        self.opened: list[FieldDefinition] = []
        own = {one.key: self.stored.get(one.key) for one in step.fields}
        super().__init__(definition, step.fields, language, None, today, data=data, files=files, own=own)
        self.checks = step.checks
        self.apply_visibility(VisibleAnswers.of(definition, self.answers, today, at=step))
        self._find_opened()
        if self.changed_rows or self.is_browse_request:
            self._keep_quiet()

    def is_valid(self) -> bool:
        return super().is_valid() and not (self.opened or self.changed_rows or self.is_browse_request)

    @property
    def secrets(self) -> str:
        """The keys of the secret questions, those of rows too: the browser stores none of their answers."""
        fields = [field for one in self.step.fields for field in (one, *one.fields)]
        return " ".join(field.key for field in fields if field.secret)

    @property
    def title(self) -> str:
        return self.definition.text(f"step.{self.step.key}.title", self.language)

    @property
    def intro(self) -> SafeString:
        return render_prose(self.definition.text(f"step.{self.step.key}.intro", self.language))

    @property
    def answers(self) -> dict:
        """The answers of all steps with this page's, even of hidden questions."""
        return self.stored | self.given

    @property
    def shown(self) -> str:
        """The value of the hidden input that lists the questions on the page."""
        return " ".join(question.key for question in self.visible)

    @property
    def changed_rows(self) -> bool:
        """True if a button of a repeating group was pressed instead of “Continue”."""
        return self.is_bound and any(rows.changed for rows in self.rows.values())

    @property
    def is_browse_request(self) -> bool:
        """True if a button within a question was pressed instead of “Continue”."""
        return self.is_bound and any(
            field_types[one.type].is_browsed(one.key, self.data) for one in self.visible
        )

    @property
    def cleaned_files(self) -> dict[str, list]:
        """New files by question, those whose type, size and number are accepted."""
        return {
            key: self.cleaned_data[key]
            for key, field in self.fields.items()
            if isinstance(field.widget, forms.FileInput) and self.cleaned_data.get(key)
        }

    @cached_property
    def error_summary(self) -> list[dict]:
        """Every error with its input: ``{"target", "label", "message"}``, in the order of the page."""
        found = []
        for question in self.questions:
            found += [_fault(question, message) for message in question.errors]
            found += question.rows.error_summary if question.rows else []
        for error in self._own_faults():
            target = next((one["id"] for one in self.form_rule_messages if one["code"] == error.code), "step")
            found += [{"target": target, "label": "", "message": message} for message in error.messages]
        return found

    def _own_faults(self) -> list[ValidationError]:
        """Return the errors that concern no question on the page."""
        return self.errors.as_data().get(NON_FIELD_ERRORS, [])

    @cached_property
    def form_rule_messages(self) -> list[dict]:
        """The messages of validation rules above all questions, because none of theirs is on the page."""
        return rule_messages(self, self.checks, "step", self._own_faults() if self.is_bound else [])

    def clean(self):
        super().clean()
        for rows in self.rows.values():
            if not rows.is_valid():
                self._errors.setdefault(rows.question.key, self.error_class(rows.messages))
        if not self._errors and not self.opened:
            self._run_checks()
        return self.cleaned_data

    def _run_checks(self) -> None:
        for check in failed_rules(self.step, self.seen, self.today):
            looked_at = condition_fields(check.condition)
            about = [key for key in self.fields if key in looked_at]
            fault = ValidationError(rule_error_message(self, check), code=rule_error_code(check))
            self.add_error(about[-1] if about else None, fault)

    def _find_opened(self) -> None:
        """Find questions that the posted answers open and that were not on the page."""
        if not self.is_bound or SHOWN_INPUT not in self.data:
            return
        asked = str(self.data.get(SHOWN_INPUT)).split()
        self.opened = [
            one
            for one in self.visible
            # no static text, no computed answer
            if one.key not in asked and (one.key in self.fields or one.key in self.rows)
        ]
        for question in self.opened:
            if question.key in self.fields:
                self.fields[question.key].required = False
            else:
                self.rows[question.key].lenient = True

    def _keep_quiet(self) -> None:
        self.quiet = True
        for rows in self.rows.values():
            rows.lenient = True
            for row in rows.forms:
                row.quiet = True


class RepeatingRows:
    """The rows of a repeating group: separate forms, ``KEY-0-…``, added and removed with buttons."""

    def __init__(self, form: QuestionsForm, question: FieldDefinition):
        self.form, self.question = form, question
        self.least, self.most = field_types["group"].limits(question)
        self.lenient = False
        self.changed = False
        self.messages: list[str] = []
        self.forms = self._forms()

    def _forms(self) -> list[QuestionsForm]:
        stored = self.form.own.get(self.question.key)
        stored = [row for row in stored if isinstance(row, dict)] if isinstance(stored, list) else []
        if not self.form.is_bound:
            rows = stored[: self.most]
            return self._filled_up([self._form(index, own=row) for index, row in enumerate(rows)])
        key = self.form.add_prefix(self.question.key)
        count = min(_count(self.form.data.get(f"{key}-count")), self.most)
        kept = [index for index in range(count) if self.form.data.get(REMOVE_ROW) != f"{key}-{index}"]
        self.changed = len(kept) < count
        rows = [self._form(index, data=self.form.data) for index in kept]
        if self.form.data.get(ADD_ROW) == key and len(rows) < self.most:
            self.changed = True
            rows.append(self._new(count, rows))
        if not self.changed:
            rows = self._filled_up(rows)
        if self.changed:
            rows = [self._again(index, row) for index, row in enumerate(rows)]
        return rows

    def _filled_up(self, rows: list[QuestionsForm]) -> list[QuestionsForm]:
        """Return the rows with as many new ones as the group needs at least."""
        while len(rows) < self.least:
            rows.append(self._new(len(rows), rows))
        return rows

    def _new(self, index: int, rows: list[QuestionsForm]) -> QuestionsForm:
        """Return a new row, which begins with the answers that the group copies."""
        copies = copied_answers(self.question, self.form.definition)
        if rows:
            known = {inner: rows[-1].given.get(inner) for inner, _source in copies}
        else:
            given = self.form.stored | self.form.given
            known = {inner: given.get(source) for inner, source in copies}
        return self._form(index, own={key: answer for key, answer in known.items() if answer is not None})

    def _form(self, index: int, data=None, own: dict | None = None) -> QuestionsForm:
        form = self.form
        return QuestionsForm(
            form.definition,
            self.question.fields,
            form.language,
            None,
            form.today,
            data=data,
            files=MultiValueDict() if data is not None else None,
            own=own,
            prefix=f"{form.add_prefix(self.question.key)}-{index}",
        )

    def apply_visibility(self, shown: VisibleAnswers) -> None:
        for row in self.forms:
            row.apply_visibility(shown.row(self.question, row.given))

    def _again(self, index: int, row: QuestionsForm) -> QuestionsForm:
        """Return a row under its new number, with its posted data."""
        prefix = f"{self.form.add_prefix(self.question.key)}-{index}"
        if not row.is_bound or row.prefix == prefix:
            return self._form(index, own=row.own) if not row.is_bound else row
        moved = MultiValueDict()
        for name in self.form.data:
            if name.startswith(f"{row.prefix}-"):
                values = (
                    self.form.data.getlist(name)
                    if hasattr(self.form.data, "getlist")
                    else [self.form.data[name]]
                )
                moved.setlist(prefix + name[len(row.prefix) :], values)
        return self._form(index, data=moved)

    @property
    def given(self) -> list[dict] | None:
        return [row.given for row in self.forms if row.is_bound] or None

    @property
    def can_add(self) -> bool:
        return len(self.forms) < self.most

    def is_valid(self) -> bool:
        valid = [row.is_valid() for row in self.forms if row.is_bound]
        if self.lenient:
            return True
        self.messages = []
        if len(valid) < self.least:
            self.messages.append(gettext("Fill in at least %(n)s.") % {"n": self.least})
        elif not all(valid):
            self.messages.append(gettext("Some answers must be corrected here."))
        return not self.messages

    @property
    def cleaned_answers(self) -> list[dict]:
        rows = [row.cleaned_answers for row in self.forms if row.is_bound and hasattr(row, "cleaned_data")]
        return [{key: answer for key, answer in row.items() if answer is not None} for row in rows]

    @property
    def error_summary(self) -> list[dict]:
        return [
            _fault(question, message, f"{question.label} ({number})")
            for number, row in enumerate(self.forms, 1)
            if row.is_bound
            for question in row.questions
            for message in question.errors
        ]


class QuestionContext:
    """A question on the page, for its template."""

    def __init__(self, form: QuestionsForm, field: FieldDefinition):
        self.form, self.field = form, field
        self.kind = field_types[field.type]
        self.name = form.add_prefix(field.key)
        self.id = f"id_{self.name}"
        self.asleep = not form.seen.is_visible(field.key)
        self.bound = self._bound()
        self.rows = form.rows.get(field.key) or form.rows_asleep.get(field.key)

    def __str__(self) -> str:
        return render_to_string("formbuilder/field.html", {"question": self})

    def _bound(self) -> forms.BoundField | None:
        field = self.form.asleep.get(self.field.key)
        if field is not None:
            return forms.BoundField(self.form, field, self.field.key)
        return self.form[self.field.key] if self.field.key in self.form.fields else None

    def _text(self, name: str) -> str:
        return self.form.definition.text(f"field.{self.field.key}.{name}", self.form.language)

    @cached_property
    def template(self) -> str:
        return self.kind.template

    @cached_property
    def label(self) -> str:
        return self._text("label")

    @cached_property
    def help(self) -> SafeString:
        """The hint under the label."""
        return self._text("help")

    @property
    def remarks(self) -> list[str]:
        """The remarks about the current answer."""
        return self.form.remarks.get(self.field.key, [])

    @cached_property
    def typos(self) -> list[str]:
        """The questions about what was perhaps mistyped in the current answer."""
        given = self.form.given
        return answer_typos(self.field, given.get(self.field.key), given)

    @property
    def row_label(self) -> str:
        """The name of one row of a repeating group: “Child”."""
        return self._text("row") or self.label

    @property
    def note_title(self) -> str:
        return self._text("note_title") or gettext("Help")

    @cached_property
    def note(self) -> SafeString:
        """The note beside the question, which opens if there is an error."""
        return render_prose(self._text("note"))

    @property
    def text(self) -> SafeString:
        return render_prose(self._text("text"))

    @property
    def computed(self) -> str:
        """The computed answer from the answers so far, as text."""
        form = self.form
        return answer_text(self.field, form.seen.get(self.field.key), form.definition, form.language)

    @property
    def optional(self) -> bool:
        return not self.field.required and self.field.type not in ("consent", "group")

    @property
    def autocomplete(self) -> str:
        return self.field.autocomplete or self.kind.autocomplete

    @property
    def value(self):
        """The posted value, else the stored one.

        A question that is asleep is not posted and retains its stored value.
        """
        if self.bound is None:
            return ""
        posted = not self.asleep or any(f"{name}-".startswith(f"{self.name}-") for name in self.form.data)
        found = self.bound.value() if posted else self.bound.initial
        return "" if found is None else found

    @cached_property
    def errors(self) -> list[str]:
        """The errors of the question. A group has none if its rows have errors."""
        if not self.form.is_bound:
            return []
        if self.rows:
            return [] if self.rows.error_summary else list(self.form.errors.get(self.field.key, []))
        return list(self.bound.errors) if self.bound else []

    @property
    def faults(self) -> list[ValidationError]:
        return self.form.errors.as_data().get(self.field.key, []) if self.form.is_bound else []

    @cached_property
    def rule_messages(self) -> list[dict]:
        """The messages of validation rules at this question."""
        if self.bound is None:
            return []
        checks = [check for check in self.form.checks if self.field.key in condition_fields(check.condition)]
        return rule_messages(self.form, checks, self.id, self.faults)

    @property
    def messages(self) -> list[str]:
        """The errors without those of validation rules, which are shown separately."""
        said = [one["message"] for one in self.rule_messages if one["failed"]]
        return [message for message in self.errors if message not in said]

    @property
    def wrong_part(self) -> str:
        """The part of the answer that the error concerns; "" for the whole answer."""
        found = (problem.params.get("part") for problem in self.faults if problem.params)
        names = [part.name for part in self.inputs]
        return next((name for name in found if name in names), "")

    @property
    def error_choices(self) -> list[dict]:
        """The choices that an error of the answer offers: ``{"id", "value", "label"}``."""
        found = next(
            (fault.params["choices"] for fault in self.faults if "choices" in (fault.params or {})), []
        )
        return [
            {"id": f"{self.id}-choice-{index}", "value": value, "label": label}
            for index, (value, label) in enumerate(found)
        ]

    @property
    def error_target(self) -> str:
        """The id of the input to which the error summary links."""
        if self.inputs:
            return f"{self.id}-{self.wrong_part or self.inputs[0].name}"
        if self.is_picked:
            return next((option["id"] for option in self.options if not option["shut"]), f"{self.id}-0")
        return self.id

    @property
    def is_picked(self) -> bool:
        return bool(self.options) and not self.is_long

    @property
    def is_long(self) -> bool:
        return self.kind.one_of_list and len(self.options) > MANY_OPTIONS

    @property
    def is_searched(self) -> bool:
        """True if the list is long enough to need a search."""
        return len(self.options) > SEARCHED_OPTIONS

    @cached_property
    def described_by(self) -> str:
        return " ".join(
            name
            for name, there in (
                (f"{self.id}-hint", self.help),
                (f"{self.id}-remark", self.remarks),
                (f"{self.id}-typo", self.typos),
                (f"{self.id}-error", self.messages),
                *((one["id"], one["failed"]) for one in self.rule_messages),
            )
            if there
        )

    @cached_property
    def inputs(self) -> tuple[InputPart, ...]:
        return self.kind.inputs(self.field)

    @property
    def has_days(self) -> bool:
        """True if days are among the parts of the answer: the only parts that belong to a larger one."""
        return any(part.group for part in self.inputs)

    @property
    def parts(self) -> list[dict]:
        """The inputs of an answer with several parts."""
        values = self.value if isinstance(self.value, dict) else self.kind.initial_parts(self.field)
        wrong = self.wrong_part
        return [
            {
                "part": part,
                "name": f"{self.name}-{part.name}",
                "id": f"{self.id}-{part.name}",
                "token": part_token(self.autocomplete, part.name),
                "value": values.get(part.name, ""),
                "invalid": bool(self.errors) and (part.name == wrong or not (wrong or part.optional)),
                "required": self.field.required and not part.optional,
            }
            for part in self.inputs
        ]

    @cached_property
    def options(self) -> list[dict]:
        """The options: ``{"id", "value", "label", "hint", "checked", "shut"}``; shut: not offered."""
        if self.field.type == "yes_no":
            offered = listed = [("true", gettext("Yes")), ("false", gettext("No"))]
        elif (self.kind.has_options or self.kind.one_of_list) and self.bound:
            offered = list(self.bound.field.choices)
            listed = self.form.choices.get(self.field.key, offered)
        else:
            return []
        open_values = {value for value, label in offered}
        given = self.value if isinstance(self.value, list | tuple) else [self.value]
        chosen = {
            str(one).lower() if self.field.type == "yes_no" else str(one) for one in given if one is not None
        }
        return [
            {
                "id": f"{self.id}-{index}",
                "value": value,
                "label": label,
                "hint": self.form.definition.text(
                    f"option.{self.field.key}.{value}.help", self.form.language
                ),
                "checked": str(value) in chosen,
                "shut": value not in open_values,
            }
            for index, (value, label) in enumerate(listed)
        ]

    @property
    def multiple(self) -> bool:
        return self.field.type == "choices"

    @property
    def checked(self) -> bool:
        return self.value is True or self.value in ("on", "true")

    @property
    def stored(self) -> list[dict]:
        """Files that are already stored."""
        answer = self.form.own.get(self.field.key)
        return [file for file in answer if isinstance(file, dict)] if isinstance(answer, list) else []

    @property
    def accept(self) -> str:
        return ",".join(f".{one}" for one in self.bound.field.extensions)

    @property
    def limit_text(self) -> str:
        field = self.bound.field
        kinds = ", ".join(one.upper() for one in field.extensions if one not in ("jpeg", "heif"))
        return gettext("%(kinds)s, at most %(limit)s MB each.") % {
            "kinds": kinds,
            "limit": field.max_bytes // 1024 // 1024,
        }

    @property
    def max_length(self) -> int | None:
        return getattr(self.bound.field, "max_length", None) if self.bound else None


def rule_error_code(check: ValidationRule) -> str:
    """Return the code by which the error of a validation rule is recognized."""
    return f"check.{check.key}"


def rule_error_message(form: QuestionsForm, check: ValidationRule) -> str:
    return form.definition.text(f"check.{check.key}", form.language) or gettext(
        "These answers do not go together."
    )


def rule_messages(
    form: QuestionsForm, checks: Iterable[ValidationRule], at: str, faults: list[ValidationError]
) -> list[dict]:
    """Return the messages of validation rules at a place of the page, marked ``failed`` if in ``faults``."""
    failed = {fault.code for fault in faults}
    return [
        {
            "key": check.key,
            "code": rule_error_code(check),
            "id": f"{at}-check-{check.key}",
            "message": rule_error_message(form, check),
            "failed": rule_error_code(check) in failed,
        }
        for check in checks
    ]


def _fault(question: QuestionContext, message: str, label: str = "") -> dict:
    """Return a line of the error summary: the id of the input, its label, and what to do."""
    return {"target": question.error_target, "label": label or question.label, "message": message}


def _count(text) -> int:
    return int(text) if str(text or "").isascii() and str(text or "").isdigit() and len(str(text)) < 4 else 0


def answers_as_posted(step: StepDefinition, answers: dict) -> MultiValueDict:
    """Return the answers of a step as they would be posted."""
    data = MultiValueDict()
    for field in step.fields:
        _add(data, field, field.key, answers.get(field.key))
    return data


def _add(data: MultiValueDict, field: FieldDefinition, name: str, answer) -> None:
    kind = field_types.get(field.type)
    if answer is None or kind is None or not kind.asks:
        return
    if field.fields:
        rows = [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else []
        data[f"{name}-count"] = str(len(rows))
        for index, row in enumerate(rows):
            for one in field.fields:
                _add(data, one, f"{name}-{index}-{one.key}", row.get(one.key))
        return
    for key, value in kind.to_data(name, answer).items():
        data.setlist(key, value if isinstance(value, list) else [value])
