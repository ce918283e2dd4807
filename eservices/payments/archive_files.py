"""Payments in the archive package of a case: charges and their payments. The ledger is archived separately."""

from collections.abc import Iterator

from eservices.cases.archive_files import json_files
from eservices.cases.export.audiences import ARCHIVE
from eservices.cases.extension_points import ArchiveFile
from eservices.cases.models import Case

from .case_export import payment_parts


def archive_payment_files(case: Case) -> Iterator[ArchiveFile]:
    """Archive charges, payments and refunds as JSON. Amounts are in minor units."""
    yield from json_files(payment_parts(case, ARCHIVE))
