"""Agents' tasks at the current stage, on the case page."""

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from home.admin.action_views import REFUSED

from ... import access, actions
from ...forms import SeenEventForm
from ...stages import current_settings, kind_of
from ...workflow.progress import current_stage
from .views import OF_STAGE, CaseView


class StageTaskView(CaseView):
    """Completion of a stage's task. POST saves it and redirects to the case."""

    def get(self, request, reference, stage):
        self.case = access.case_for(request.user, reference)
        return redirect("cases:case", self.case.reference)

    def post(self, request, reference, stage):
        self.case, self.do = access.case_for(request.user, reference, "work"), stage
        row = current_stage(self.case)
        kind = kind_of(row) if row and row.key == stage else None
        if kind is None and not self.case.stages.filter(key=stage).exists():
            raise Http404
        if kind and not access.may_do(request.user, self.case, kind.needs):
            raise Http404
        form = kind.form(self.case, row, current_settings(row), request.POST) if kind else None
        seen = SeenEventForm(request.POST, prefix=OF_STAGE)
        if form is None:
            return self._show_failure(stage, _("This stage is over, or has not begun yet."), REFUSED)

        def complete(**data):
            actions.complete_stage_task(
                actor=request.user, case=self.case, stage=stage, data=data, **seen.cleaned_data
            )

        back = reverse("cases:case", args=[self.case.reference])
        return self.perform(form, seen, action=complete, done=_("Your entries are saved."), back=back)
