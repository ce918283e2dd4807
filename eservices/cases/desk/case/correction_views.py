"""Correction of an answer, with a reason."""

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.formbuilder.definition import StepDefinition
from eservices.formbuilder.forms import StepForm
from home.admin.action_views import ActionFormMixin

from ... import access, actions, audit_log
from ...forms import CorrectionForm
from .views import CaseScreen


class CorrectionView(ActionFormMixin, CaseScreen):
    """A question of a case with its current answer.

    The new answer is validated as on the day of the submission.
    """

    template_name = "cases/desk/case/correction.html"

    def get(self, request, reference, key):
        self.case, self.asked = access.answer_for(request.user, reference, key)
        self.question = self._question()
        return self.show_again(self._reason(), 200)

    def post(self, request, reference, key):
        self.case, self.asked = access.answer_for(request.user, reference, key)
        self.question = self._question(request.POST)
        if self.question.changed_rows:
            return self.show_again(self._reason(), 200)

        def correct(**reason):
            answer = self.question.cleaned_answers.get(key)
            actions.correct_answer(actor=request.user, case=self.case, field=key, answer=answer, **reason)

        return self.perform(
            self._reason(request.POST),
            self.question,
            action=correct,
            done=_("The answer is corrected. The declared answer stays on record."),
            back=reverse("cases:case", args=[self.case.reference]),
        )

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

    def show_again(self, form: CorrectionForm, status: int):
        context = self.get_context_data(case=self.case, question=self.question, reason=form)
        return self.render_to_response(context, status=status)
