"""The part of the register in forms."""

from collections.abc import Mapping

from eservices.formbuilder.extension_points import FormExtension, PrefillSource

from .prefill_from_register import REGISTER_SOURCES


class RegisterFormExtension(FormExtension):
    """Answers that the register knows."""

    def prefill_sources(self) -> Mapping[str, PrefillSource]:
        return REGISTER_SOURCES
