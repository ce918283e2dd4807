"""The part of the own space in forms."""

from collections.abc import Mapping

from eservices.formbuilder.extension_points import FormExtension, PrefillSource

from .prefill_from_cases import CASE_SOURCES


class SpaceFormExtension(FormExtension):
    """Answers from earlier cases."""

    def prefill_sources(self) -> Mapping[str, PrefillSource]:
        return CASE_SOURCES
