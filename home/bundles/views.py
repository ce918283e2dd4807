"""Admin view that shows, publishes and schedules a bundle."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from . import actions, publish_checks
from .forms import ScheduleForm
from .models import Bundle


class BundleView(WagtailAdminTemplateMixin, TemplateView):
    """Pages of a bundle with their blockers, and the buttons to publish, schedule and unschedule it."""

    template_name = "home/bundles/bundle.html"
    page_title = gettext_lazy("Publish together")
    header_icon = "folder-open-inverse"
    form = None
    reasons: list = []

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("home_bundles.change_bundle"):
            raise PermissionDenied
        self.bundle = get_object_or_404(Bundle, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        listing = {"url": reverse("bundles:index"), "label": _("Bundles")}
        return [*super().get_breadcrumbs_items(), listing, {"url": "", "label": self.bundle.title}]

    def get_context_data(self, **kwargs):
        pages = self.bundle.pages()
        found = publish_checks.blockers_by_page(self.bundle, self.request.user) if self.bundle.is_open else {}
        changed, taken_out = {}, ""
        if self.bundle.is_scheduled:
            changed = publish_checks.changed_drafts(self.bundle.agreed, pages)
            taken_out = publish_checks.removed_pages(self.bundle.agreed, pages)
        lines = [
            {
                "page": page,
                "reasons": [*filter(None, [changed.get(page.pk)]), *found.get(page.pk, ())],
                "warnings": publish_checks.warnings_for_page(page) if self.bundle.is_open else (),
            }
            for page in pages
        ]
        return super().get_context_data(
            bundle=self.bundle,
            lines=lines,
            hindered=bool(found),
            taken_out=taken_out,
            reasons=self.reasons or self.bundle.trouble,
            form=self.form or ScheduleForm(initial={"at": self.bundle.publish_at}),
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        deed = {"publish": self.publish, "schedule": self.schedule, "unschedule": self.unschedule}
        act = deed.get(request.POST.get("deed"))
        if act is None:
            raise Http404
        try:
            message = act()
        except actions.BundleBlocked as hindered:
            self.reasons, message = hindered.reasons, ""
        self.bundle.refresh_from_db()
        if not message:
            return self.get(request, *args, **kwargs)
        messages.success(request, message)
        return redirect("bundle", self.bundle.pk)

    def publish(self) -> str:
        actions.publish(self.bundle, actor=self.request.user)
        return _("All pages of “{title}” are published.").format(title=self.bundle.title)

    def schedule(self) -> str:
        self.form = ScheduleForm(self.request.POST)
        if not self.form.is_valid():
            return ""
        actions.schedule(self.bundle, at=self.form.cleaned_data["at"], actor=self.request.user)
        return _("“{title}” will be published automatically.").format(title=self.bundle.title)

    def unschedule(self) -> str:
        actions.unschedule(self.bundle, actor=self.request.user)
        return _("“{title}” waits again.").format(title=self.bundle.title)
