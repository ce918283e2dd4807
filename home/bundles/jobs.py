"""What the scheduler does for the ground: signs of life, and pages whose hour has come."""

from ..scheduling.periodic import periodic_jobs, run_isolated
from . import actions as bundles
from .models import Bundle


@periodic_jobs.register("publish_bundles")
def publish_bundles(now) -> None:
    """Publishes what was agreed to go out together. One that fails is marked with its reasons and holds up no other."""
    for bundle in Bundle.objects.due(now):
        run_isolated(f"bundle {bundle.pk}", lambda bundle=bundle: bundles.publish_due(bundle))
