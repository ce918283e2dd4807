"""Job that publishes bundles."""

from ..scheduling.periodic import periodic_jobs, run_isolated
from . import actions as bundles
from .models import Bundle


@periodic_jobs.register("publish_bundles")
def publish_bundles(now) -> None:
    """Publish due bundles. One that fails is marked with its reasons and does not stop the others."""
    for bundle in Bundle.objects.due(now):
        run_isolated(f"bundle {bundle.pk}", lambda bundle=bundle: bundles.publish_due(bundle))
