"""Admin views of form versions: who published them and when, their drafts and cases, and their differences."""

from itertools import groupby

from django.db.models import Count
from django.http import Http404
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from eservices.formbuilder import version_diff
from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.models import FormVersion

from ..definition.drafts import readable_definition
from ..service_admin import ServiceAdminView

DRAFT = "draft"
KINDS = {
    version_diff.FORM: gettext_lazy("Whole form"),
    version_diff.STEP: gettext_lazy("Steps"),
    version_diff.FIELD: gettext_lazy("Questions"),
    version_diff.OPTION: gettext_lazy("Options"),
    version_diff.CHECK: gettext_lazy("Checks"),
    version_diff.FEE: gettext_lazy("Fees"),
    version_diff.STAGE: gettext_lazy("Stages"),
    version_diff.TEXT: gettext_lazy("Other texts"),
}
VERBS = {
    version_diff.ADDED: gettext_lazy("added"),
    version_diff.REMOVED: gettext_lazy("removed"),
    version_diff.MOVED: gettext_lazy("moved"),
    version_diff.CHANGED: gettext_lazy("changed"),
}


class VersionsAdminView(ServiceAdminView):
    tab = "versions"

    @property
    def versions(self):
        """The versions of the service's form, newest first, with the numbers of drafts and cases."""
        if self.form is None:
            return FormVersion.objects.none()
        counts = {
            "draft_count": Count("drafts", distinct=True),
            "case_count": Count("cases", distinct=True),
        }
        return self.form.versions.select_related("created_by").annotate(**counts).order_by("-number")


class VersionsView(VersionsAdminView):
    """List of all versions, with a form to compare two."""

    template_name = "catalogue/versions/list.html"

    def get_context_data(self, **kwargs):
        current = self.form.current if self.form else None
        return super().get_context_data(versions=self.versions, current=current, **kwargs)


class CompareView(VersionsAdminView):
    """Comparison of two versions, or of a version and the draft: ``?a=3&b=draft``."""

    template_name = "catalogue/versions/compare.html"

    def get_page_title(self):
        return _("Comparison")

    def get_context_data(self, **kwargs):
        sides = [(DRAFT, _("Draft")), *((str(one.number), str(one.number)) for one in self.versions)]
        older, newer = (self._side(self.request.GET.get(name, ""), sides) for name in ("a", "b"))
        old, new = (readable_definition(self._content(side)) for side in (older, newer))
        return super().get_context_data(
            sides=sides,
            a=older,
            b=newer,
            unreadable=old is None or new is None,
            groups=change_groups(old, new) if old and new else [],
            **kwargs,
        )

    def _side(self, asked: str, sides: list) -> str:
        if asked not in dict(sides):
            raise Http404
        return asked

    def _content(self, side: str) -> dict:
        return self.draft if side == DRAFT else self.versions.get(number=int(side)).content


def change_groups(old: FormDefinition, new: FormDefinition) -> list[tuple[str, list]]:
    """Group the differences by type, with texts in the editor's language."""
    found = version_diff.find_changes(old, new, get_language() or new.source_language)
    order = list(KINDS)
    found.sort(key=lambda change: order.index(change.kind))
    return [
        (str(KINDS[kind]), [(change, VERBS[change.verb]) for change in changes])
        for kind, changes in groupby(found, key=lambda change: change.kind)
    ]
