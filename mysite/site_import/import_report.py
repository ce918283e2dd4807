"""The report of an import as a table: a line for each object."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .models import SiteImport


def report_header() -> list[str]:
    return [_("Kind"), _("Title"), _("Old address"), pgettext("objects of an import", "Result"), _("Remarks")]


def report_rows(site_import: SiteImport) -> Iterator[list[str]]:
    """Yield the cells of each object, those with a result first."""
    labels = site_import.outcome_labels()
    for item in site_import.items.iterator(500):
        remarks = " ".join(item.remark_texts())
        yield [
            str(item.get_kind_display()),
            item.title,
            item.address,
            labels.get(item.outcome, ""),
            remarks,
        ]
