"""The stage that transfers a case to the document store."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from eservices.cases.actors import SYSTEM
from eservices.cases.stages import LEAD, Done, Stage, Waiting, stages
from eservices.cases.stages import SYSTEM as THE_SYSTEM
from eservices.deliveries.models import Delivery
from eservices.formbuilder.blocks import PlainCharBlock

from . import actions, filing_plan


@stages.register("filing")
class RecordTransferStage(Stage):
    """Transfer of the whole case to the document store. The case waits until it is done."""

    key = "filing"
    label = _("Filing in the document management")
    icon = "folder-open-inverse"
    agent_template = "connectors/filing_agent.html"
    internal = True

    def settings_block(self):
        help_text = _("Folders with / between. Known: %(known)s.") % {
            "known": ", ".join(f"{{{name}}}" for name in filing_plan.PLACEHOLDERS)
        }
        plan = PlainCharBlock(
            label=_("Filing plan"),
            default=filing_plan.DEFAULT,
            max_length=200,
            validators=[filing_plan.validate_plan],
            help_text=help_text,
        )
        return blocks.StructBlock([("plan", plan)], icon=self.icon, label=self.label)

    def enter(self, case, row, settings):
        plan = settings.get("plan") or filing_plan.DEFAULT
        delivery = actions.queue_case_transfer(actor=SYSTEM, case=case, stage=row, plan=plan)
        row.data["delivery"] = str(delivery.pk)
        return Waiting(THE_SYSTEM)

    def resume(self, case, row, settings):
        delivery = Delivery.objects.filter(pk=row.data["delivery"]).first()
        if delivery is None:
            return self.enter(case, row, settings)
        if delivery.state == Delivery.State.STUCK:
            return Waiting(LEAD, reason=delivery.reason)
        if delivery.is_open:
            return Waiting(THE_SYSTEM)
        return Done({"folder": delivery.payload.get("folder", ""), "skipped": _skipped(delivery)})


def _skipped(delivery: Delivery) -> str:
    """Return why staff skipped the transfer; "" if it was done."""
    return delivery.reason if delivery.state == Delivery.State.SKIPPED else ""
