"""Payments in the archive package of a case."""

from eservices.cases.archive_files import Parts, archive_file_providers, json_files
from eservices.cases.export.audiences import ARCHIVE
from eservices.cases.export.parts import case_parts
from eservices.cases.models import Case

from .case_export import payment_parts

case_parts.register("payments")(payment_parts)


@archive_file_providers.register("payments")
def archive_payment_files(case: Case) -> Parts:
    """Archive charges, payments and refunds as JSON. Amounts are in minor units."""
    yield from json_files(payment_parts(case, ARCHIVE))
