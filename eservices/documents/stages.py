"""The stage that issues a document."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from eservices.accounts.models import User
from eservices.cases.actors import SYSTEM
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import LEAD, Done, Stage, Waiting, stages
from eservices.cases.stages import SYSTEM as THE_SYSTEM

from . import actions
from .content import CannotWrite
from .models import Document, DocumentTemplate

LOOK_AGAIN = timedelta(minutes=10)  # whether a lead has put the template right


def template_choices() -> list[tuple[str, str]]:
    """Every document that can be issued, by key."""
    found = DocumentTemplate.objects.order_by("locale_id").values_list("key", "title")
    return list({key: (key, title) for key, title in reversed(list(found))}.values())


@stages.register("document")
class DocumentStage(Stage):
    """Issues a numbered PDF that anybody can verify."""

    key = "document"
    label = gettext_lazy("Document")
    icon = "doc-full"
    agent_template = "documents/stages/document_agent.html"
    applicant_template = "documents/stages/document_applicant.html"

    def block(self):
        return blocks.StructBlock(
            [("template", blocks.ChoiceBlock(choices=template_choices, label=gettext_lazy("Document")))],
            icon=self.icon,
            label=self.label,
        )

    def enter(self, case, row, settings):
        document = Document.objects.filter(stage=row).first()
        if document is None:
            try:
                document = self._draw(case, row, settings)
            except CannotWrite as fault:
                return Waiting(LEAD, until=timezone.now() + LOOK_AGAIN, reason=str(fault))
        if document.state == Document.State.DRAWN:
            return Waiting(THE_SYSTEM)
        return Done({"document": str(document.pk), "number": document.number})

    def _draw(self, case: Case, row: CaseStage, settings: dict) -> Document:
        decided = decision(case)
        if decided is None:
            raise CannotWrite(_("Nobody stated how the identity of the applicant was checked."))
        return actions.draw(
            actor=SYSTEM,
            case=case,
            stage=row,
            template=settings.get("template", ""),
            identity_check=decided.data["details"]["documents"]["identity_check"],
            issued_by=User.objects.filter(pk=decided.data.get("by")).first(),
        )


def decision(case: Case) -> CaseStage | None:
    """The decision in which identity was stated."""
    rows = (row for row in case.stages.all() if row.data.get("details", {}).get("documents"))
    return next(rows, None)
