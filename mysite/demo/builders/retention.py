"""What was kept long enough: a list that was approved and carried out, some to approve, and a legal hold."""

from datetime import timedelta

from eservices.cases.models import Case
from eservices.cases.retention import actions, schedule

from .. import clock
from .world import World

AUTHORITY = "Municipalité d’Orvenay"


def build(world: World) -> None:
    marc, evening = world.user("admin@orvenay.example"), clock.at(world.today - timedelta(days=1), 17)
    with clock.set_to(evening):
        for due in schedule.due(evening):
            oldest = due.cases[:1]
            disposal = actions.approve(
                actor=marc, due=due, authority=AUTHORITY, references=[one.reference for one in oldest]
            )
            for item in disposal.items.all():
                actions.dispose(item.pk)
    refused = Case.objects.real().filter(outcome="refused").order_by("-closed_at").first()
    if refused:
        with clock.set_to(min(refused.closed_at + timedelta(days=9), evening)):
            actions.hold(actor=marc, case=refused, reason="Recours déposé auprès de la Municipalité")
