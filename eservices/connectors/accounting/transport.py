"""The transport of accounting files: written into the place of ``ACCOUNTING_URL`` and read back."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from eservices.deliveries.models import Delivery
from eservices.deliveries.transports import Obsolete, PermanentFailure

from ..document_store import DocumentStore, StoreUnreachable, document_stores, sha256_of
from .models import LedgerExport


class AccountingTransport:
    """The transport to the folder that the accounting reads. Sent twice, it is the same file."""

    label = _("Accounting")

    @property
    def ready(self) -> bool:
        return bool(settings.ACCOUNTING_URL)

    def deliver(self, delivery: Delivery) -> None:
        export = LedgerExport.objects.filter(number=delivery.payload["number"]).first()
        if export is None or export.version != delivery.payload["version"]:
            raise Obsolete(str(_("The file was written anew.")))
        store, content = configured_place(), export.file_content()
        store.write(export.file_name, [content], len(content))
        if sha256_of(store.read(export.file_name)) != export.digest:
            raise StoreUnreachable(f"{export.file_name}: what is read back is not what was written.")

    def probe(self) -> None:
        configured_place().probe()


def configured_place() -> DocumentStore:
    """Return the store of ``settings.ACCOUNTING_URL``. Raise PermanentFailure if none is set."""
    if not settings.ACCOUNTING_URL:
        raise PermanentFailure(
            "No place for accounting files is set: see ACCOUNTING_URL in docs/settings.md."
        )
    url = urlsplit(settings.ACCOUNTING_URL)
    return document_stores[url.scheme](url)
