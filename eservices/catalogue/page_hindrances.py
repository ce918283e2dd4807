"""A service that would fail a resident goes out neither with a bundle nor by an approval."""

from home.page_hindrances import page_hindrances

from .models import ServicePage


@page_hindrances.register("faults")
def faults(draft) -> list[str]:
    return [str(one) for one in draft.faults()] if isinstance(draft, ServicePage) and draft.is_source else []
