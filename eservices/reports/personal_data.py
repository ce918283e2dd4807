"""Personal data: the reports of others that a person follows. Own reports are cases."""

from django.utils.translation import gettext_lazy as _

from home.extensions.personal_data import PersonalDataHolding, personal_data_holdings

from . import access, actions
from .models import ReportFollower


def export_row(one: ReportFollower) -> dict:
    return {"reference": one.report.case.reference, "since": one.since.isoformat()}


def erase_row(one: ReportFollower) -> None:
    actions.unfollow_report(actor=None, follower=one)


personal_data_holdings.register("followed")(
    PersonalDataHolding(_("Reports that you follow"), access.followed_by, export_row, erase_row)
)
