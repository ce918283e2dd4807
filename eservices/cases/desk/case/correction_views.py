"""Correction of an answer, with a reason."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.formbuilder.definition import StepDefinition
from eservices.formbuilder.forms import StepForm

from ... import access, actions, audit_log
from ...actions import IllegalTransition
from ...forms import CorrectionForm
from .views import CaseScreen


class CorrectionView(CaseScreen):
    """A question of a case with its current answer.

    The new answer is validated as on the day of the submission.
    """

    template_name = "cases/desk/case/correction.html"

    def get(self, request, reference, key):
        self.case, self.asked = access.answer_for(request.user, reference, key)
        return self._show(self._question(), self._reason())

    def post(self, request, reference, key):
        self.case, self.asked = access.answer_for(request.user, reference, key)
        question, reason = self._question(request.POST), self._reason(request.POST)
        if question.changed_rows:
            return self._show(question, self._reason())
        if not all([question.is_valid(), reason.is_valid()]):
            return self._show(question, reason, 422)
        answer = question.cleaned_answers.get(self.asked.key)
        try:
            actions.correct_answer(
                actor=request.user, case=self.case, field=key, answer=answer, **reason.cleaned_data
            )
        except IllegalTransition as refusal:
            reason.add_error(None, str(refusal))
            return self._show(question, reason, 409)
        messages.success(request, _("The answer is corrected. The declared answer stays on record."))
        return redirect("cases:case", self.case.reference)

    def _question(self, data=None) -> StepForm:
        """Build a form with this question only, in the context of all other answers."""
        step = StepDefinition(key=self._step().key, fields=(self.asked,), condition=None)
        day = timezone.localdate(self.case.submission.sent_at)
        language = get_language() or self.case.language
        form = StepForm(self.case.version.definition, step, language, self.case.answers, data=data, today=day)
        if not form.visible:
            raise Http404
        return form

    def _step(self) -> StepDefinition:
        steps = self.case.version.definition.steps
        return next(step for step in steps if self.asked in step.fields)

    def _reason(self, data=None) -> CorrectionForm:
        starts = {"seen": audit_log.last_relevant_event(self.case)}
        return CorrectionForm(data, initial=starts, prefix="amend")  # the question may have any key

    def _show(self, question, reason, status=200):
        context = self.get_context_data(case=self.case, question=question, reason=reason)
        return self.render_to_response(context, status=status)
