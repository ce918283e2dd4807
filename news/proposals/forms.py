"""What every public form of a proposal has beside what is proposed."""

from django.utils.translation import gettext_lazy as _

from home.web.public_forms import OwnEmailField, TimedForm


class ProposalForm(TimedForm):
    """Who proposes, and what robots stumble over."""

    sender = OwnEmailField(
        help_text=_("We send a link there, by which you confirm. It is not shown on the site.")
    )
