"""Publish blocker: a service with errors is not published by a bundle or an approval."""

from home.publication.publish_checks import publish_blocker_checks

from .models import ServicePage


@publish_blocker_checks.register("faults")
def service_faults(draft) -> list[str]:
    return [str(one) for one in draft.faults()] if isinstance(draft, ServicePage) and draft.is_source else []
