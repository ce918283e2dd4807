"""Views of the form editor. Each change of the outline responds with the new outline."""

from functools import wraps

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from eservices.formbuilder.definition import content_digest

from .. import access
from ..service_admin import breadcrumbs_to
from . import actions, form_tree
from .form_outline import FormReading, form_tree_of
from .forms import AddQuestionForm, AddStepForm, InsertBlockForm, MoveForm, StepForm
from .outline_context import form_url, outline_context
from .question_pickers import question_pickers
from .starters import SERVICES, list_starters

REMOVED = "removed"  # instead of a digest, if the step does not exist any more
STATUS_GONE = 410
CONFLICT = 409
INVALID = 422


# -- The outline ---------------------------------------------------------------------------------------------
def outline_view(view):
    """Decorate a view to get the draft. If an action is refused, show the outline with the reason."""

    @wraps(view)
    def fetched(request, pk, **kwargs):
        page = access.service_for(request.user, pk)
        try:
            return view(request, page, **kwargs)
        except form_tree.BlockMissing:
            sentence = _("This element was removed by another person. Here is the form as it is now.")
            return _outline(request, access.service_for(request.user, pk), sentence, status=STATUS_GONE)
        except actions.FormEditRefused as refusal:
            return _outline(request, access.service_for(request.user, pk), str(refusal), status=CONFLICT)

    return fetched


def _outline(request, page, said: str, *, focus: str = "", undo: bool = False, status: int = 200):
    """Render the outline with a message and the id of the block to focus."""
    context = outline_context(page, request.user) | {"said": said, "focus": focus, "undo": undo}
    return render(request, "catalogue/admin/outline.html", context, status=status)


def _dialog(request, page, form, **context):
    """Render a form of the outline as a dialog."""
    status = INVALID if form is not None and form.errors else 200
    context |= {"page": page, "form": form, "action": request.get_full_path()}
    return render(request, "catalogue/admin/dialog.html", context, status=status)


@require_GET
@outline_view
def show_outline(request, page):
    """Show the current outline; ``?panel``: with its panel, for a page that was just created."""
    if "panel" in request.GET:
        context = outline_context(page, request.user) | {"first": True}
        return render(request, "catalogue/admin/outline_panel.html", context)
    return _outline(request, page, "")


@require_POST
@outline_view
def move(request, page, block_id: str, by: int):
    changed = actions.move_block(actor=request.user, page=page, block_id=block_id, by=by)
    spot = form_tree.find_block(form_tree_of(changed), block_id)
    said = _("Moved to place %(place)s of %(places)s.") % {
        "place": spot.index + 1,
        "places": len(spot.siblings),
    }
    return _outline(request, changed, said, focus=block_id)


@require_http_methods(["GET", "POST"])
@outline_view
def move_to_step(request, page, block_id: str):
    reading = FormReading(page)
    spot = form_tree.find_block(reading.tree, block_id)
    form = MoveForm(reading.outline, spot.step["id"], request.POST or None)
    if form.is_valid():
        step_id = form.cleaned_data["step"]
        where = {"block_id": block_id, "step_id": step_id, "index": form.index}
        changed = actions.place_question(actor=request.user, page=page, **where)
        return _outline(request, changed, _("Moved."), focus=block_id)
    title = _("Move “%(title)s”") % {"title": form_tree.block_title(spot.block)}
    return _dialog(request, page, form, title=title, button=_("Move"))


@require_POST
@outline_view
def copy(request, page, block_id: str):
    changed, made = actions.copy_block(actor=request.user, page=page, block_id=block_id)
    return _outline(request, changed, _("Copied. The copy is directly after the original."), focus=made)


@require_http_methods(["GET", "POST"])
@outline_view
def remove(request, page, block_id: str):
    reading = FormReading(page)
    spot = form_tree.find_block(reading.tree, block_id)
    title = form_tree.block_title(spot.block)
    if request.method == "POST":
        changed = actions.remove_block(actor=request.user, page=page, block_id=block_id)
        said = _("“%(title)s” is removed.") % {"title": title}
        return _outline(request, changed, said, focus=_neighbour(spot), undo=True)
    return _dialog(
        request,
        page,
        None,
        title=_("Remove “%(title)s”?") % {"title": title},
        questions=[
            form_tree.block_title(one) for one in form_tree.walk_blocks(form_tree.child_blocks(spot.block))
        ],
        broken=reading.broken_by(spot.block),
        button=_("Remove"),
        serious=True,
    )


def _neighbour(spot: form_tree.BlockPosition) -> str:
    """Return the id of the block that gets the focus after a removal."""
    others = spot.siblings[: spot.index][-1:] + spot.siblings[spot.index + 1 :][:1]
    return others[-1]["id"] if others else spot.step["id"]


@require_http_methods(["GET", "POST"])
@outline_view
def add_step(request, page):
    form = AddStepForm(FormReading(page).outline, _number(request.GET.get("place")), request.POST or None)
    if form.is_valid():
        asked = form.cleaned_data
        changed, made = actions.add_step(
            actor=request.user, page=page, title=asked["title"], index=asked["place"], block=asked["block"]
        )
        return _outline(request, changed, _("The step is added."), focus=made)
    return _dialog(request, page, form, title=_("Add a step"), button=_("Add the step"))


@require_http_methods(["GET", "POST"])
@outline_view
def add_question(request, page, step_id: str):
    step = _step(page, step_id)
    form = AddQuestionForm(step, _number(request.GET.get("place")), request.POST or None)
    if form.is_valid():
        asked = form.cleaned_data
        changed, made = actions.add_question(
            actor=request.user,
            page=page,
            step_id=step_id,
            index=asked["place"],
            kind=asked["kind"],
            label=asked["label"],
            required=asked["required"],
        )
        return _outline(request, changed, _("The question is added."), focus=made)
    title = _("Add a question to “%(step)s”") % {"step": step.title}
    return _dialog(request, page, form, title=title, button=_("Add the question"))


@require_http_methods(["GET", "POST"])
@outline_view
def insert_block(request, page, step_id: str):
    step = _step(page, step_id)
    form = InsertBlockForm(step, _number(request.GET.get("place")), request.POST or None)
    if form.is_valid():
        asked = form.cleaned_data
        changed, made = actions.insert_block(
            actor=request.user, page=page, step_id=step_id, index=asked["place"], block=asked["block"]
        )
        return _outline(request, changed, _("The questions are added."), focus=made)
    title = _("Add ready-made questions to “%(step)s”") % {"step": step.title}
    return _dialog(request, page, form, title=title, button=_("Add the questions"))


@require_POST
@outline_view
def undo(request, page, revision_id: int):
    return _outline(
        request,
        actions.undo_to_revision(actor=request.user, page=page, revision_id=revision_id),
        _("Undone."),
    )


def _step(page, step_id: str):
    found = next((step for step in FormReading(page).outline.steps if step.id == step_id), None)
    if found is None:
        raise form_tree.BlockMissing(step_id)
    return found


def _number(text) -> int | None:
    return (
        int(text) if text and str(text).isascii() and str(text).isdecimal() and len(str(text)) < 6 else None
    )


# -- Starters ------------------------------------------------------------------------------------------------
@require_POST
@outline_view
def start_form(request, page):
    """Fill an empty form with a starter."""
    changed = actions.apply_starter(actor=request.user, page=page, starter=_starter(request))
    messages.success(request, _("The form is ready. Read it and adapt it to your commune."))
    return redirect(form_url(changed))


@require_http_methods(["GET", "POST"])
def begin_service(request, index_pk: int):
    """Create a service with a starter, or show the choice of starters."""
    index = access.counter_for(request.user, index_pk)
    if request.method == "POST":
        page = actions.create_service_from_starter(actor=request.user, index=index, starter=_starter(request))
        said = _("“%(title)s” is ready as a draft. Read it and adapt it to your commune.")
        messages.success(request, said % {"title": page.title})
        return redirect("wagtailadmin_pages:edit", page.pk)
    return starter_choice(request, index)


def starter_choice(request, index):
    """Show the choice of starters for a new service."""
    title = _("New online service")
    parent = {
        "url": reverse("wagtailadmin_explore", args=[index.pk]),
        "label": index.get_admin_display_title(),
    }
    context = {
        "index": index,
        "starters": list_starters(SERVICES).values(),
        "header_title": title,
        "header_icon": "form",
        "breadcrumbs_items": [parent, {"url": "", "label": title}],
    }
    return TemplateResponse(request, "catalogue/admin/begin.html", context)


def _starter(request) -> str:
    name = request.POST.get("starter", "")
    if name not in list_starters(SERVICES):
        raise Http404
    return name


# -- Steps ---------------------------------------------------------------------------------------------------
class StepView(WagtailAdminTemplateMixin, View):
    """Page to edit one step. It saves into the latest draft, whatever changed in other steps."""

    template_name = "catalogue/admin/step.html"
    header_icon = "list-ol"
    PLACED = ("title", "intro", "fields", "condition", "checks")  # fields that the template places itself

    def dispatch(self, request, pk, step_id):
        self.page = access.service_for(request.user, pk)
        self.step_id = step_id
        self.obstacle = access.edit_obstacle(request.user, self.page)
        self.conflict = self.overwrite = ""
        return super().dispatch(request)

    @cached_property
    def reading(self) -> FormReading:
        return FormReading(self.page)

    @cached_property
    def block(self) -> form_tree.Block | None:
        """The current step; None if it was removed."""
        return next((step for step in self.reading.tree if step["id"] == self.step_id), None)

    def get(self, request):
        if self.block is None:
            messages.warning(request, _("This step was removed by another person."))
            return redirect(form_url(self.page))
        self.seen = content_digest(self.block)
        self.form = StepForm(self.block)
        return self.answer()

    def post(self, request):
        empty = {"type": "step", "value": {}, "id": self.step_id}
        self.seen = request.POST.get("seen", "")
        self.form = StepForm(self.block or empty, request.POST)
        if self.obstacle:
            return self.refuse(self.obstacle, CONFLICT)
        if not self.form.is_valid():
            return self.refuse(_("Not saved. Correct the marked fields."), INVALID)
        try:
            self.save(request.POST.get("overwrite", ""))
        except form_tree.BlockMissing:
            self.conflict = self.overwrite = REMOVED
        except actions.StepChangedElsewhere as change:
            self.conflict, self.overwrite = "changed", change.digest
        except actions.FormEditRefused as refusal:
            return self.refuse(str(refusal), CONFLICT)
        return self.answer(CONFLICT) if self.conflict else self.saved(request)

    def save(self, overwrite: str) -> None:
        """Save the submitted step.

        A step that another editor saved or removed is replaced only if this editor confirmed it.
        """
        change = {"actor": self.request.user, "page": self.page, "step": self.form.block()}
        if overwrite == REMOVED:
            actions.restore_step(**change)
        else:
            actions.replace_step(**change, seen=overwrite or self.seen)

    def refuse(self, reason: str, status: int) -> HttpResponse:
        messages.error(self.request, reason)
        return self.answer(status)

    def saved(self, request):
        messages.success(
            request, _("The step “%(title)s” is saved.") % {"title": self.form.cleaned_data["title"]}
        )
        here = reverse("editor:step", args=[self.page.pk, self.step_id])
        wanted = request.POST.get("then", "")
        if wanted == "back":
            return redirect(form_url(self.page, self.step_id))
        known = {step["id"] for step in self.reading.tree}
        return redirect(reverse("editor:step", args=[self.page.pk, wanted]) if wanted in known else here)

    def answer(self, status: int = 200) -> HttpResponse:
        response = self.render_to_response(self.get_context_data())
        response.status_code = status
        return response

    # -- context ---------------------------------------------------------------------------------------------
    def get_page_title(self):
        return self.form["title"].value() or _("Step")

    def get_page_subtitle(self):
        return self.page.get_admin_display_title()

    def get_breadcrumbs_items(self):
        return [
            *breadcrumbs_to(self.page),
            {"url": form_url(self.page, self.step_id), "label": _("Form")},
            {"url": "", "label": self.get_page_title()},
        ]

    def side_panels(self) -> list:
        if self.block is None:
            return []
        return [PreviewPanel(self.page, self.request, self.block)]

    def get_context_data(self, **kwargs):
        steps = self.reading.outline.steps
        number = next((at for at, step in enumerate(steps) if step.id == self.step_id), None)
        around = (
            {}
            if number is None
            else {
                "step": steps[number],
                "previous": steps[number - 1] if number else None,
                "next": steps[number + 1] if number + 1 < len(steps) else None,
            }
        )
        return (
            super().get_context_data(**kwargs)
            | around
            | {
                "page": self.page,
                "steps": steps,
                "form": self.form,
                "seen": self.seen,
                "conflict": self.conflict,
                "overwrite": self.overwrite,
                "obstacle": self.obstacle,
                "rest": [field for field in self.form if field.name not in self.PLACED],
                "faults": [one for one in self.reading.faults if one.step_id == self.step_id],
                "base": reverse("editor:outline", args=[self.page.pk]).removesuffix("outline/"),
                "pickers": question_pickers(self.reading, self.step_id),
                "side_panels": self.side_panels(),
                "form_url": form_url(self.page),
                "action_url": self.request.path,
                "has_unsaved_changes": self.form.is_bound,
                "media": self.form.media,
            }
        )


class PreviewPanel(BaseSidePanel):
    """Side panel with a preview of the step as residents see it."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = gettext_lazy("Toggle preview")
        icon_name = "mobile-alt"
        has_counter = False

    name = "step-preview"
    title = gettext_lazy("Preview")
    template_name = "catalogue/admin/preview_panel.html"
    order = 100

    def __init__(self, page, request, step: form_tree.Block):
        super().__init__(page, request)
        self.url = reverse("services:preview_step", args=[page.pk, step["value"]["key"]])
        self.typed_url = reverse("services:preview_typed", args=[page.pk, step["id"]])

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Code and name of the languages of the service, its own first."""
        there = self.object.get_translations(inclusive=True).values_list("locale__language_code", flat=True)
        names = [(code, name) for code, name in settings.LANGUAGES if code in set(there)]
        return sorted(names, key=lambda one: one[0] != self.object.locale.language_code)
