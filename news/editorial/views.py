"""Admin views of editors: confirmations before publishing, findings, reviews and shared drafts."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin.templatetags.wagtailadmin_tags import user_display_name
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.pages.workflow import WorkflowActionView
from wagtail.models import Page

from home.admin.action_views import refusal_as_message
from home.localization.dates import date_format

from . import access, page_reader, page_translations
from .actions import draft_links, publishing, reviews
from .content_checks import rules
from .forms import DraftLinkForm, ReviewPlanForm
from .models import ReviewPlan, editor_field_url


class EditorialView(WagtailAdminTemplateMixin, TemplateView):
    """Base class of the editors' admin views."""

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]


class ConfirmPublicationView(EditorialView):
    """The findings in a draft that is about to be published.

    It can be published despite warnings, but not with errors.
    """

    template_name = "news/editorial/before_publication.html"
    page_title = gettext_lazy("Before publication")
    header_icon = "clipboard-list"

    def dispatch(self, request, *args, **kwargs):
        self.draft = self.find(**kwargs)
        self.findings = rules.run_rules(page_reader.read_page(self.draft))
        self.errors = rules.filter_by_gravity(self.findings, rules.ERROR)
        self.warnings = rules.filter_by_gravity(self.findings, rules.WARNING)
        return super().dispatch(request, *args, **kwargs)

    def find(self, page_id):
        """Return the draft to be published."""
        self.page = access.page_for(self.request.user, page_id)
        return self.page.get_latest_revision_as_object()

    @property
    def may_go_on(self) -> bool:
        may = self.page.permissions_for_user(self.request.user)
        return may.can_publish() and not may.page_locked()

    def post(self, request, **kwargs):
        if self.errors or not self.may_go_on:
            return redirect(request.path)
        return self.go_on()

    def go_on(self):
        """Publish the draft."""
        request = self.request
        request.was_asked = True
        if refused := _first_response("before_publish_page", request, self.draft):
            return refused
        revision = self.page.get_latest_revision() or self.draft.save_revision(user=request.user)
        page = publishing.publish_draft(actor=request.user, revision=revision, warnings=self.warnings)
        _say_published(request, page)
        answer = _first_response("after_publish_page", request, page.specific)
        return answer or redirect("wagtailadmin_explore", page.get_parent().pk)

    def get_context_data(self, **kwargs):
        rows = [(one, editor_field_url(self.draft.pk, one.path)) for one in (*self.errors, *self.warnings)]
        return super().get_context_data(**kwargs) | {
            "page": self.draft,
            "rows": rows,
            "errors": self.errors,
            "may_go_on": self.may_go_on and not self.errors,
            "edit": editor_field_url(self.draft.pk),
        }


class ConfirmApprovalView(ConfirmPublicationView):
    """The confirmation before the last approval, which publishes. The comment of the approval stays."""

    template_name = "news/editorial/before_approval.html"
    may_go_on = True

    def dispatch(self, request, *args, **kwargs):
        with refusal_as_message(request):
            return super().dispatch(request, *args, **kwargs)
        return redirect("wagtailadmin_home")

    def find(self, page_id, state_id):
        self.state = access.approval_for(self.request.user, page_id, state_id)
        return self.state.revision.content_object.get_latest_revision_as_object()

    def go_on(self):
        comment = self.request.POST.get("comment", "").replace("\x00", "")
        page = publishing.approve_draft(
            actor=self.request.user, task_state=self.state, comment=comment, warnings=self.warnings
        )
        self.request.session.pop(approval_comment_key(self.state), None)
        show_decision_result(self.request, page)
        return redirect("wagtailadmin_home")

    def get_context_data(self, **kwargs):
        comment = self.request.session.get(approval_comment_key(self.state), "")
        return super().get_context_data(**kwargs) | {"comment": comment}


class ApprovalDecisionView(WorkflowActionView):
    """An approval or a request for changes, from a list or a dialog, with a message about its result."""

    def post(self, request, *args, **kwargs):
        answer = super().post(request, *args, **kwargs)
        self.task_state.refresh_from_db()
        if self.task_state.status != self.task_state.STATUS_IN_PROGRESS:
            show_decision_result(request, self.object)
        return answer


class ConfirmTranslationView(ConfirmPublicationView):
    """The confirmation for a page that is published from the editor of translations."""

    template_name = "news/editorial/before_translation.html"

    def find(self, page_id):
        self.page = access.page_for(self.request.user, page_id)
        self.translation = page_translations.translation_edited_as(self.page)
        draft = self.translation and page_translations.translated_draft(self.translation)
        if draft is None:
            raise Http404
        return draft

    def go_on(self):
        publishing.publish_translation(
            actor=self.request.user, translation=self.translation, warnings=self.warnings
        )
        _say_published(self.request, Page.objects.get(pk=self.page.pk))
        return redirect("wagtailadmin_pages:edit", self.page.pk)


class ConfirmBulkPublicationView(EditorialView):
    """The confirmation for pages that are published together from their list.

    Its answer is posted to the list's bulk action again.
    """

    template_name = "news/editorial/before_several.html"
    page_title = gettext_lazy("Before publication")
    header_icon = "clipboard-list"
    found, errors, back = (), False, ""

    def post(self, request):
        rows = [
            (page, [(one, editor_field_url(page.pk, one.path)) for one in findings])
            for page, findings in self.found
        ]
        return self.render_to_response(self.get_context_data(found=rows, errors=self.errors, back=self.back))


class FindingsReportView(EditorialView):
    """Findings on published pages, the gravest first; by rule, and of the editor's own pages."""

    template_name = "news/editorial/report.html"
    page_title = gettext_lazy("To correct on pages")
    header_icon = "clipboard-list"
    per_page = 30

    def get_context_data(self, **kwargs):
        rule, mine = self.request.GET.get("rule", ""), "mine" in self.request.GET
        checks = access.checks_for(self.request.user).with_findings()
        if mine:
            checks = checks.looked_after_by(self.request.user)
        if rule in rules.RULE_LABELS:
            checks = checks.of_rule(rule)
        checks = checks.select_related("page__locale").order_by(
            "-errors", "-warnings", "-advices", "page__path"
        )
        shown = Paginator(checks, self.per_page).get_page(self.request.GET.get("p"))
        return super().get_context_data(**kwargs) | {
            "shown": shown,
            "rows": [(check, self._lines(check, rule)) for check in shown],
            "rules": sorted(rules.RULE_LABELS.items(), key=lambda one: str(one[1])),
            "rule": rule,
            "mine": mine,
        }

    def _lines(self, check, rule: str) -> list:
        wanted = [one for one in check.findings if rule not in rules.RULE_LABELS or one.rule == rule]
        return [(one, editor_field_url(check.page_id, one.path)) for one in wanted]


class EditorialPageView(EditorialView):
    """Base class of admin views of one page."""

    def dispatch(self, request, *args, page_id, **kwargs):
        self.page = access.page_for(request.user, page_id)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "page": self.page,
            "edit": editor_field_url(self.page.pk),
        }


class PageReviewView(EditorialPageView):
    """The review of a page: confirm that it is right, and set who looks after it and when it is reviewed next."""

    template_name = "news/editorial/review.html"
    page_title = gettext_lazy("Review")
    header_icon = "calendar-check"

    def get_context_data(self, **kwargs):
        care = reviews.get_or_create_review_plan(self.page)
        return {"form": ReviewPlanForm(instance=care), "care": care} | super().get_context_data(**kwargs)

    def post(self, request, **kwargs):
        care = reviews.get_or_create_review_plan(self.page)
        if "reviewed" in request.POST:
            care = reviews.mark_reviewed(actor=request.user, care=care)
            day = date_format(care.due_on)
            messages.success(request, _("Thank you. The next review is on %(day)s.") % {"day": day})
            return redirect("editing:reviews")
        form = ReviewPlanForm(request.POST, instance=care)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        chosen = {name: form.cleaned_data[name] for name in ("keeper", "months", "due_on")}
        reviews.plan_reviews(actor=request.user, care=ReviewPlan.objects.get(pk=care.pk), **chosen)
        messages.success(request, _("Saved."))
        return redirect(request.path)


class ReviewListView(EditorialView):
    """Pages with their next review, those that are due first."""

    template_name = "news/editorial/reviews.html"
    page_title = gettext_lazy("Pages to review")
    header_icon = "calendar-check"
    per_page = 50

    def get_context_data(self, **kwargs):
        mine, late = "mine" in self.request.GET, "due" in self.request.GET
        cares = access.cares_for(self.request.user).order_by("due_on", "page__path")
        if mine:
            cares = cares.looked_after_by(self.request.user)
        if late:
            cares = cares.to_review(timezone.localdate())
        shown = Paginator(cares, self.per_page).get_page(self.request.GET.get("p"))
        keepers = access.keepers_by_page(shown)
        rows = [(care, keepers.get(care.page_id)) for care in shown]
        return super().get_context_data(**kwargs) | {
            "shown": shown,
            "rows": rows,
            "mine": mine,
            "due": late,
        }


class DraftLinksView(EditorialPageView):
    """Links to the draft of a page: create, list and revoke them."""

    template_name = "news/editorial/share.html"
    page_title = gettext_lazy("Share the draft")
    header_icon = "link"

    def get_context_data(self, **kwargs):
        links = self.page.draft_links.select_related("created_by", "revision")
        return {"form": DraftLinkForm()} | super().get_context_data(**kwargs) | {"links": links}

    def post(self, request, **kwargs):
        if "revoke" in request.POST:
            link = self.page.draft_links.filter(
                secret=request.POST["revoke"][:22].replace("\x00", "")
            ).first()
            if link:
                draft_links.revoke_draft_link(actor=request.user, link=link)
            return redirect(request.path)
        form = DraftLinkForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        draft_links.create_draft_link(actor=request.user, page=self.page, **form.cleaned_data)
        messages.success(request, _("The link is ready: copy it from the list."))
        return redirect(request.path)


@require_safe
@never_cache
def shared_draft(request, secret):
    """Show a draft, as the site would, to a visitor with the link. Only the record of the opening is written."""
    try:
        link = access.draft_link(secret, timezone.now())
    except Http404:
        return _not_for_robots(render(request, "news/editorial/link_over.html", status=404))
    draft = link.draft()
    with override(draft.locale.language_code):
        marks = {"shared_draft": link}
        response = draft.make_preview_request(request, draft.default_preview_mode, marks)
    if request.method == "GET":
        draft_links.log_draft_link_opened(link=link)
    return _not_for_robots(response)


def _not_for_robots(response):
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


def confirmation_for_page(request, page):
    """Return the confirmation if the checks find more than advice in a page to be published; else None."""
    if getattr(request, "was_asked", False) or not _is_asked_about(page.specific):
        return None
    return redirect("editing:before_publication", page.pk)


def confirmation_for_pages(request, pages, action):
    """Return the confirmation if the checks find more than advice in pages to be published together; else None.

    There is one view for all, and no page is published before its answer. Warnings that were confirmed are recorded.
    """
    below = action.cleaned_form.cleaned_data["include_descendants"]
    drafts = access.changed_drafts_among(request.user, pages, below)
    for draft in drafts:
        if draft.permissions_for_user(request.user).page_locked():
            said = _("Nothing was published because “%(page)s” is locked.")
            messages.error(request, said % {"page": draft.get_admin_display_title()})
            return redirect(action.next_url)
    found = [(draft, [one for one in _grave(draft) if not _is_settled(one, drafts)]) for draft in drafts]
    found = [(page, findings) for page, findings in found if findings]
    errors = any(rules.filter_by_gravity(findings, rules.ERROR) for _page, findings in found)
    if found and (errors or "anyway" not in request.POST):
        return ConfirmBulkPublicationView.as_view(found=found, errors=errors, back=action.next_url)(request)
    publishing.log_bulk_publication(actor=request.user, warned=found)
    return None


def _is_settled(finding, drafts) -> bool:
    """Return whether the unpublished page above is published together with this page."""
    return finding.is_of_its_place and any(one.pk == finding.values["key"] for one in drafts)


def keep_copies_as_drafts(request, page) -> None:
    """Publish copies at once only if the checks find no more than advice; else leave them as drafts."""
    if request.method != "POST" or "publish_copies" not in request.POST:
        return
    below = page.get_descendants().live().specific() if "copy_subpages" in request.POST else ()
    asked = [finding for one in (page.specific, *below) for finding in _grave(one)]
    if not all(finding.is_of_its_place for finding in asked):
        request.POST = request.POST.copy()
        del request.POST["publish_copies"]
        said = _("The copies are drafts: the checks have a question before they are published.")
        messages.warning(request, said)


def confirmation_for_translation(request, page):
    """Return the confirmation for a page published from the editor of translations; None if there are no findings.

    All that was translated stays.
    """
    if request.method != "POST" or request.POST.get("action") != "publish":
        return None
    translation = page_translations.translation_edited_as(page)
    draft = translation and page_translations.translated_draft(translation)
    if draft is None or not _is_asked_about(draft):
        return None
    return redirect("editing:before_translation", page.pk)


def approval_comment_key(task_state) -> str:
    """Return the session key of the comment of an approval that must be confirmed."""
    return f"comment of approval {task_state.pk}"


def _is_asked_about(draft) -> bool:
    return bool(_grave(draft))


def _grave(draft) -> list[rules.Finding]:
    """Return the findings in a draft, except advice."""
    return [one for one in rules.run_rules(page_reader.read_page(draft)) if one.gravity != rules.ADVICE]


def show_requested_changes(request, page) -> None:
    """Show which changes a moderator asks for, until the page is submitted again."""
    state = page.current_workflow_state
    if state is None or state.status != state.STATUS_NEEDS_CHANGES:
        return
    task = state.current_task_state
    said = _("%(who)s asks for changes: “%(reason)s”") if task.comment else _("%(who)s asks for changes.")
    who = user_display_name(task.finished_by) or _("The moderation")
    messages.warning(request, said % {"who": who, "reason": task.comment})


def show_decision_result(request, page) -> None:
    """Show the result after a page was approved or changes were asked for."""
    page = Page.objects.get(pk=page.pk)
    state = page.current_workflow_state
    if state is None:
        _say_published(request, page)
    elif state.status == state.STATUS_NEEDS_CHANGES:
        said = _("“%(page)s” needs changes. The person who submitted it is notified.")
        messages.success(request, said % {"page": page.get_admin_display_title()})
    else:
        said = _("You approved “%(page)s”. Next step: %(task)s.")
        task = state.current_task_state.task.name
        messages.success(request, said % {"page": page.get_admin_display_title(), "task": task})


def _say_published(request, page) -> None:
    said = _("“%(page)s” is published.") if page.live else _("“%(page)s” will be published at its hour.")
    messages.success(request, said % {"page": page.get_admin_display_title()})


def _first_response(hook: str, *arguments):
    answers = (function(*arguments) for function in hooks.get_hooks(hook))
    return next((answer for answer in answers if hasattr(answer, "status_code")), None)
