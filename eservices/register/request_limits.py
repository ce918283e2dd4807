"""The request limit of services for residents only."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.formbuilder.request_limits import LimitRefusal, RequestLimit, register_limit

from .access import resident_record_of


@register_limit
class ResidentsOnly(RequestLimit):
    """Only residents can apply, by the resident record of a user with proven identity.

    It reads the stored record, so that sending does not wait for the register.
    """

    key, label, icon = "residents", gettext_lazy("Residents only"), "home"
    personal = True

    def announcement(self, settings, form, now):
        return _("For residents only: you sign in, and we must know who you are.")

    def refusal(self, settings, asking):
        if asking.agent is not None:
            return None
        if asking.user is None:
            return LimitRefusal(self.announcement(settings, asking.form, asking.now), sign_in=True)
        person = resident_record_of(asking.user)
        if person is not None and person.is_resident(timezone.localdate(asking.now)):
            return None
        return LimitRefusal(
            _("This service is for residents, and we do not know yet that you are one."), prove=True
        )
