"""The transport to the document store: files are written, read back, and their hashes compared."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.cases.models import Case
from eservices.deliveries.attempts import save_transport_state
from eservices.deliveries.models import Delivery
from eservices.deliveries.transports import PermanentFailure, RetryLater

from . import case_package
from .document_store import DocumentStore, StoreUnreachable, configured_store, sha256_of

CARRIER = "ged"
AGAIN = timedelta(minutes=1)  # until a supplement checks again whether earlier transfers are done
MAX_NAME_VARIANTS = 100  # folders of one name beside each other


class DocumentStoreTransport:
    """The transport to the document store, which writes only into the folder of its delivery.

    After a crash it writes into the same folder again. A supplement goes into a subfolder of its case.
    """

    label = _("Document management")

    def deliver(self, delivery: Delivery) -> None:
        try:
            case = Case.objects.select_related("submission", "version", "form", "team", "assignee").get(
                pk=delivery.payload["case"]
            )
        except Case.DoesNotExist as fault:
            raise PermanentFailure("The case is not there any more.") from fault
        ged, now = configured_store(), timezone.now()
        if "supplement" in delivery.payload:
            folder, pieces = self._supplement(ged, case, delivery, now)
        else:
            folder = delivery.payload.get("folder") or self._claimed(ged, delivery)
            pieces = case_package.package_files(case, now)
        filed = {}
        for piece in pieces:
            filed[piece.name] = (piece.size, _put(ged, folder, piece))
        _put(ged, folder, case_package.package_manifest(case, filed))

    def probe(self) -> None:
        configured_store().probe()

    def _supplement(self, ged: DocumentStore, case: Case, delivery: Delivery, now: datetime):
        """Return the folder of a supplement, inside that of its case, and its files.

        Supplements are transferred in order. Raise ``RetryLater`` while an earlier transfer is open, and
        ``PermanentFailure`` if the case itself was not transferred.
        """
        same = Delivery.objects.filter(carrier=CARRIER, subject=delivery.subject)
        earlier = list(same.filter(created_at__lt=delivery.created_at).order_by("created_at"))
        if any(one.is_open for one in earlier):
            raise RetryLater(now + AGAIN)
        if not earlier or not earlier[0].payload.get("folder"):
            raise PermanentFailure("The dossier that this supplement belongs to is not filed.")
        done = [one for one in earlier if one.state == Delivery.State.DONE]
        number = delivery.payload["supplement"]
        folder = case_package.supplement_folder(earlier[0].payload["folder"], number)
        ged.claim(folder)
        return folder, case_package.supplement(case, now, number=number, since=done[-1].created_at)

    def _claimed(self, ged: DocumentStore, delivery: Delivery) -> str:
        """Create an unused folder, named by the filing plan, with a number if that is taken. Return its path."""
        plan = delivery.payload["plan"]
        for number in range(1, MAX_NAME_VARIANTS):
            folder = plan if number == 1 else f"{plan} ({number})"
            if ged.claim(folder):
                save_transport_state(delivery, folder=folder)
                return folder
        raise PermanentFailure(f"{plan}: too many folders of this name.")


def _put(ged: DocumentStore, folder: str, piece: case_package.PackageFile) -> str:
    """Write a file, read it back, and return its SHA-256.

    Raise ``StoreUnreachable`` if the contents differ.
    """
    path, written = f"{folder}/{piece.name}", hashlib.sha256()
    above = path.rpartition("/")[0]
    if above != folder:
        ged.claim(above)
    ged.write(path, _passing(piece.chunks(), written), piece.size)
    if sha256_of(ged.read(path)) != written.hexdigest():
        raise StoreUnreachable(f"{path}: what is read back is not what was written.")
    return written.hexdigest()


def _passing(chunks, written) -> Iterator[bytes]:
    for chunk in chunks:
        written.update(chunk)
        yield chunk
