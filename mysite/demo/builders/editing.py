"""What the editors find when they come in: what the checks say of the pages."""

from editing import actions
from editing.models import PageCheck

from ..clock import at
from .world import World


def build(world: World) -> None:
    """Looks at every published page, as the sweep would."""
    PageCheck.make_missing()
    for check in PageCheck.objects.order_by("page__path").select_related("page"):
        actions.examine(actor=None, check=check, now=at(world.today, 4))
