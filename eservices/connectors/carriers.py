"""Carries the dossier of a case into the GED: written, read back, digests compared, only then done."""

import hashlib
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.cases.models import Case
from eservices.deliveries import actions as deliveries
from eservices.deliveries.carriers import CannotCarry, carriers
from eservices.deliveries.models import Delivery

from . import dossier
from .ged import Ged, Unreachable, current, digest

NAMES = 100  # folders of one name that may stand beside each other


class GedCarrier:
    """The folder is the delivery's own: what stands elsewhere in the GED is never touched.

    Asked again after a crash, it writes the same folder anew.
    """

    label = _("Document management")

    def carry(self, delivery: Delivery) -> None:
        try:
            case = Case.objects.select_related("submission", "version", "form", "team", "assignee").get(
                pk=delivery.payload["case"]
            )
        except Case.DoesNotExist as fault:
            raise CannotCarry("The case is not there any more.") from fault
        ged = current()
        folder = delivery.payload.get("folder") or self._claimed(ged, delivery)
        filed = {}
        for piece in dossier.pieces(case, timezone.now()):
            filed[piece.name] = (piece.size, _put(ged, folder, piece))
        _put(ged, folder, dossier.manifest(case, filed))

    def probe(self) -> None:
        current().probe()

    def _claimed(self, ged: Ged, delivery: Delivery) -> str:
        """A folder that was nobody's, by the name of the filing plan or, where that is taken, a number more."""
        plan = delivery.payload["plan"]
        for number in range(1, NAMES):
            folder = plan if number == 1 else f"{plan} ({number})"
            if ged.claim(folder):
                deliveries.keep(delivery, folder=folder)
                return folder
        raise CannotCarry(f"{plan}: too many folders of this name.")


def _put(ged: Ged, folder: str, piece: dossier.Piece) -> str:
    """Writes a file and reads it back; answers its digest."""
    path, written = f"{folder}/{piece.name}", hashlib.sha256()
    above = path.rpartition("/")[0]
    if above != folder:
        ged.claim(above)
    ged.write(path, _passing(piece.chunks(), written), piece.size)
    if digest(ged.read(path)) != written.hexdigest():
        raise Unreachable(f"{path}: what is read back is not what was written.")
    return written.hexdigest()


def _passing(chunks, written) -> Iterator[bytes]:
    for chunk in chunks:
        written.update(chunk)
        yield chunk


carriers.register("ged")(GedCarrier())
