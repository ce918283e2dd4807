"""Transfer of the case to another team."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from .. import audit_log, emails
from ..actors import SYSTEM as THE_SYSTEM
from ..models import Team
from ..workflow.stage_types import LEAD, Done, Stage, Waiting, stages
from .blocks import team_block

LOOK_AGAIN = timedelta(minutes=10)  # until the existence of the team is checked again


@stages.register("team")
class TeamTransferStage(Stage):
    """A transfer to another team, where nobody is assigned yet. The team is notified."""

    key = "team"
    label = gettext_lazy("Hand over to a team")
    icon = "group"

    def settings_block(self):
        return blocks.StructBlock([("team", team_block())], icon=self.icon, label=self.label)

    def enter(self, case, row, settings):
        team = Team.objects.filter(key=settings.get("team", "")).first()
        if team is None:
            reason = _("There is no team “%(key)s”.") % {"key": settings.get("team", "")}
            return Waiting(LEAD, until=timezone.now() + LOOK_AGAIN, reason=reason)
        if team != case.team:
            case.team, case.assignee = team, None
            case.save(update_fields=["team", "assignee"])
            audit_log.record_event(case, "handed_over", THE_SYSTEM, team=team.key, name=team.name)
            emails.send_team_transfer(case)
        return Done()
