"""The part of submissions in forms."""

from collections.abc import Mapping

from eservices.formbuilder.extension_points import FormExtension, PrefillSource

from .prefill.account import ACCOUNT_SOURCES


class AccountFormExtension(FormExtension):
    """Answers that the account knows."""

    def prefill_sources(self) -> Mapping[str, PrefillSource]:
        return ACCOUNT_SOURCES
