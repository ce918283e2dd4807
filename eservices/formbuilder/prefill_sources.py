"""Prefill sources: where known answers come from."""

from home.extensions.base import merged

from .extension_points import FormExtension, PrefillSource


def prefill_sources() -> dict[str, PrefillSource]:
    """Return the sources of all apps, by key."""
    return merged(FormExtension, lambda one: one.prefill_sources())
