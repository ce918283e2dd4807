"""Base form of proposals."""

from django.utils.translation import gettext_lazy as _

from home.web.public_forms import OwnEmailField, TimedForm


class ProposalForm(TimedForm):
    """The sender's address, and checks against robots."""

    sender = OwnEmailField(
        help_text=_(
            "We send a link to this address so that you can confirm it. The address is not shown on the site."
        )
    )
