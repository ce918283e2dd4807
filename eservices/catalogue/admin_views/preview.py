"""Preview of a form's draft as residents will see it. Inputs and conditions work; nothing is stored.

Answers of earlier steps are in the page itself, signed, so that conditions and fees work.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import uuid4

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_POST

from eservices.formbuilder.condition_text import condition_text
from eservices.formbuilder.definition import FieldDefinition, FormDefinition, StepDefinition
from eservices.formbuilder.forms import QuestionsForm, StepForm
from eservices.formbuilder.linter import DefinitionFault
from eservices.formbuilder.models import Form, FormVersion
from eservices.submissions.form_session import BACK, GO_TO, LATER, FormSession, without_errors
from eservices.submissions.progress import FormProgress
from eservices.submissions.views import strip_unsafe_characters

from ..access import service_for
from ..definition.drafts import draft_definition, readable_definition
from ..definition.linter import lint_service, summarize_untranslated
from ..editor import form_tree
from ..editor.form_outline import form_tree_of
from ..editor.forms import StepForm as StepEditor
from ..models import ServicePage
from ..service_admin import ServiceAdminView

NOTHING_NEW = 204  # No Content: the frame does not change
GIVEN = "_given"  # hidden field with the answers so far
WIDTHS = {"phone": gettext_lazy("Phone"), "desktop": gettext_lazy("Desktop")}


# -- The view ------------------------------------------------------------------------------------------------
class PreviewView(ServiceAdminView):
    """View with each step of the draft in a frame, by language, in the width of a phone or a desktop."""

    tab = "preview"
    template_name = "catalogue/preview/screen.html"

    def get_context_data(self, **kwargs):
        definition = readable_definition(self.draft)
        language, width = self._language(), self.request.GET.get("width")
        width = width if width in WIDTHS else "phone"
        steps = definition.steps if definition else ()
        shown = next(
            (step for step in steps if step.key == self.request.GET.get("step")), next(iter(steps), None)
        )
        return super().get_context_data(
            language=language,
            languages=[(code, name) for code, name in settings.LANGUAGES if code in self.draft["texts"]],
            width=width,
            widths=WIDTHS.items(),
            steps=[
                (step.key, definition.text(f"step.{step.key}.title", language) or step.key) for step in steps
            ],
            shown=shown,
            condition=condition_text(shown.condition, definition, get_language()) if shown else "",
            all_faults=summarize_untranslated(lint_service(self.draft)),
            frame=f"{step_url(self.page, shown)}?lang={language}" if shown else "",
            **kwargs,
        )

    def _language(self) -> str:
        asked = self.request.GET.get("lang", self.page.locale.language_code)
        return asked if asked in self.draft["texts"] else self.draft["language"]


# -- Contents of the frame -----------------------------------------------------------------------------------
def saved_draft(request, source: ServicePage, **kwargs) -> ServicePage:
    """Return the latest draft."""
    return source.get_latest_revision_as_object()


def draft_with_typed_step(request, source: ServicePage, step_id: str) -> ServicePage | None:
    """Return the latest draft with one step as entered in the step editor; None while that is invalid."""
    draft = source.get_latest_revision_as_object()
    tree = form_tree_of(draft)
    standing = next((block for block in tree if block["id"] == step_id), None)
    typed = StepEditor(standing, request.POST) if standing else None
    if typed is None or not typed.is_valid():
        return None
    draft.form = form_tree.replace_step(tree, typed.block())
    return draft


def preview_frame(view, draft_of=saved_draft):
    """Decorate ``view(request, filing)`` to run in the requested language, with the CSP of public pages.

    If ``draft_of(request, source)`` returns None, the frame does not change.
    """

    def show(request, pk, **kwargs):
        service = service_for(request.user, pk)
        source = ServicePage.objects.source_of(service.translation_key)
        draft = draft_of(request, source, **kwargs)
        if draft is None:
            return HttpResponse(status=NOTHING_NEW)
        content = draft_definition(source, draft)
        language = request.GET.get("lang", "")
        language = language if language in content["texts"] else content["language"]
        with override(language):
            if readable_definition(content) is None:
                return render(request, "catalogue/preview/unreadable.html", {"faults": lint_service(content)})
            filing = PreviewSession.of_draft(draft, content, language, _given(request))
            return view(request, filing, **kwargs)

    @xframe_options_sameorigin
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request, pk, **kwargs):
        return csp_override(settings.SECURE_CSP)(show)(request, pk, **kwargs)

    return page


@preview_frame
def preview_step(request, filing, step: str):
    """Show a step as residents see it. A valid POST continues with the next step."""
    found = filing.definition.step(step)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _show(request, filing, found, filing.form(found))
    data = strip_unsafe_characters(request.POST)
    filing.receive(found, request.FILES)
    form = filing.form(found, data)
    if BACK in data:
        return _at(request, filing, filing.progress.before(found) or found)
    if GO_TO in data:
        return _at(request, filing, filing.definition.step(data[GO_TO]) or found)
    if LATER in data or not form.is_valid():
        return _show(request, filing, found, without_errors(form) if LATER in data else form)
    filing.given |= form.cleaned_answers
    following = filing.progress.after(found)
    return _at(request, filing, following) if following else _end(request, filing)


@preview_frame
def preview_end(request, filing):
    """Show the page after the last step: all answers and the price."""
    return _end(request, filing)


def typed_step(request, filing, step_id: str):
    """Show the step that is being edited, as it would be if it were saved now."""
    place = [block["id"] for block in form_tree_of(filing.page)].index(step_id)
    return _at(request, filing, filing.definition.steps[place])


preview_typed = require_POST(preview_frame(typed_step, draft_with_typed_step))


def _at(request, filing: "PreviewSession", step: StepDefinition):
    return _show(request, filing, step, filing.form(step))


def _show(request, filing: "PreviewSession", step: StepDefinition, form: StepForm):
    form.action = filing.url(step)
    context = {
        "form": form,
        "step": step,
        "trail": filing.step_navigation(step),
        "opened": [] if form.errors else [one for one in form.questions if one.field in form.opened],
        "has_back": filing.progress.before(step),
        "faults": summarize_untranslated(filing.faults_of(step)),
    }
    return _page(request, "catalogue/preview/step.html", filing, context | filing.live(form))


def _end(request, filing: "PreviewSession"):
    context = {"trail": filing.step_navigation(None), "sections": filing.sections()} | filing.fees()
    return _page(request, "catalogue/preview/end.html", filing, context)


def _page(request, template: str, filing: "PreviewSession", context: dict):
    shared = {
        "filing": filing,
        "draft": None,
        "service_title": filing.title,
        "given": signing.dumps(filing.given),
    }
    return render(request, template, shared | context)


def _given(request) -> dict:
    """Return the answers of earlier steps from the page; empty if the signature is wrong."""
    try:
        return signing.loads(request.POST.get(GIVEN, ""))
    except signing.BadSignature:
        return {}


@dataclass
class PreviewSession(FormSession):
    """A form session that stores nothing. All steps can be opened, even those that the answers skip."""

    page: ServicePage | None = None
    faults: list = field(default_factory=list)
    given: dict = field(default_factory=dict)

    @classmethod
    def of_draft(cls, page: ServicePage, content: dict, language: str, given: dict) -> "PreviewSession":
        sound = replace_unshowable(content, language)
        version = FormVersion(form=Form(slug=content["slug"]), number=0, content=sound)
        return cls(version, language, page=page, faults=lint_service(content), given=given)

    @property
    def answers(self) -> dict:
        return self.given

    @property
    def progress(self) -> FormProgress:
        return AllStepsProgress(
            definition=self.definition,
            answers=self.given,
            completed=[
                step.key
                for step in self.definition.steps
                if any(one.key in self.given for one in step.fields)
            ],
            language=self.language,
            today=timezone.localdate(),
        )

    def url(self, step: StepDefinition | None) -> str:
        url = step_url(self.page, step) if step else reverse("services:preview_end", args=[self.page.pk])
        return f"{url}?lang={self.language}"

    def receive(self, step: StepDefinition, files) -> None:
        """Add the names and sizes of uploaded files to the answers; their content is not used."""
        for one in step.fields:
            sent = files.getlist(one.key) if one.type == "files" else []
            if sent:
                self.given[one.key] = [{"id": str(uuid4()), "name": f.name, "size": f.size} for f in sent]

    def faults_of(self, step: StepDefinition) -> list[DefinitionFault]:
        """Return the problems of a step in the language shown; missing translations of others are not included."""
        paths = self._paths(step)
        return [one for one in self.faults if one.path in paths and one.language in ("", self.language)]

    def _paths(self, step: StepDefinition) -> set[str]:
        """Return the paths at which problems of a step are reported."""
        found = {f"step.{step.key}", f"step.{step.key}.title"}
        for one in _all(step.fields):
            found |= {f"field.{one.key}", f"field.{one.key}.label"}
            found |= {f"option.{one.key}.{option.value}" for option in one.options}
        return found | {f"check.{check.key}" for check in step.checks}


class AllStepsProgress(FormProgress):
    """Progress with all steps of a form, even those that the answers skip."""

    @cached_property
    def steps(self) -> list[StepDefinition]:
        return list(self.definition.steps)


def step_url(page: ServicePage, step: StepDefinition) -> str:
    return reverse("services:preview_step", args=[page.pk, step.key])


def _all(fields: tuple[FieldDefinition, ...]):
    for one in fields:
        yield one
        yield from _all(one.fields)


# -- Unfinished questions ------------------------------------------------------------------------------------
def replace_unshowable(content: dict, language: str) -> dict:
    """Return the form with each question that cannot be shown yet replaced by a text that states this."""
    definition, texts = FormDefinition(content), {}
    steps = [
        step
        | {
            "fields": [
                raw if _shows(definition, one, language) else _in_words(definition, one, language, texts)
                for raw, one in zip(step.get("fields", []), read.fields, strict=True)
            ]
        }
        for step, read in zip(content["steps"], definition.steps, strict=True)
    ]
    said = {code: own | texts for code, own in content["texts"].items()}
    return content | {"steps": steps, "texts": said}


def _shows(definition: FormDefinition, one: FieldDefinition, language: str) -> bool:
    """Return whether a question can be rendered. It is tried, because unfinished settings may contain anything."""
    try:
        form = QuestionsForm(definition, (replace(one, condition=None),), language, {}, timezone.localdate())
        "".join(str(question) for question in form.questions)
    except Exception:
        return False
    return True


def _in_words(definition: FormDefinition, one: FieldDefinition, language: str, texts: dict) -> dict:
    label = definition.text(f"field.{one.key}.label", language) or one.key
    texts[f"field.{one.key}.text"] = _("“%(question)s” cannot be shown yet because it is not finished.") % {
        "question": label
    }
    return {"key": one.key, "type": "static_text", "condition": one.condition}
