"""Receipts of the accounting, in a table: file, state, reference, reason. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

ACCEPTED = {"ok", "accepted", "accepté", "acceptée", "akzeptiert", "accettato"}
REFUSED = {"refused", "error", "refusé", "refusée", "erreur", "abgelehnt", "fehler", "rifiutato", "errore"}
MAX_TEXT = 200


@dataclass(frozen=True)
class AccountingReceipt:
    """An answer of the accounting to a file."""

    file_name: str
    accepted: bool
    reference: str = ""
    reason: str = ""


class UnreadableReceipt(Exception):
    """A line is no receipt. ``line``: its number."""

    def __init__(self, line: int):
        self.line = line
        super().__init__(f"line {line}")


def read_receipts(rows: Iterable[tuple[int, list[str]]]) -> list[AccountingReceipt]:
    """Return the receipts of numbered lines. The first line may be a heading. Raise UnreadableReceipt."""
    found = []
    for place, (number, cells) in enumerate(rows):
        name, state, reference, reason = [*(cell[:MAX_TEXT] for cell in cells), "", "", "", ""][:4]
        if state.lower() in ACCEPTED | REFUSED and name:
            found.append(AccountingReceipt(name, state.lower() in ACCEPTED, reference, reason))
        elif place:
            raise UnreadableReceipt(number)
    return found
