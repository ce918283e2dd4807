"""Cases whose retention time is over: an approved disposal, some to approve, and a legal hold."""

from datetime import timedelta

from eservices.cases.models import Case
from eservices.cases.retention import actions, due_cases
from eservices.cases.retention.disposal_approval import approve_disposal

from ... import clock
from ..context import DemoContext

AUTHORITY = "Municipalité d’Orvenay"


def build(world: DemoContext) -> None:
    marc, evening = (
        world.user("admin@orvenay.example"),
        clock.local_moment(world.today - timedelta(days=1), 17),
    )
    with clock.clock_at(evening):
        for due in due_cases.due_by_service(evening):
            oldest = due.cases[:1]
            disposal = approve_disposal(
                actor=marc, due=due, authority=AUTHORITY, references=[one.reference for one in oldest]
            )
            for item in disposal.items.all():
                actions.dispose_of_case(item.pk)
    refused = Case.objects.real().filter(outcome="refused").order_by("-closed_at").first()
    if refused:
        with clock.clock_at(min(refused.closed_at + timedelta(days=9), evening)):
            actions.place_hold(actor=marc, case=refused, reason="Recours déposé auprès de la Municipalité")
