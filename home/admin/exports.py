"""Protection of the admin's exports (form submissions, reports, lists) against formulas that strangers entered."""

from wagtail.admin.views.mixins import SpreadsheetExportMixin

from ..formats.spreadsheets import harmless

OURS = "keeps_formulas_out"


def keep_formulas_out() -> None:
    """Make every Wagtail export write texts as ``spreadsheets`` does, so that no cell becomes a formula.

    In XLSX Wagtail marks cells as text itself, but not the headings, which editors write.
    """
    for name, wrap in (("preprocess_field_value", _with_harmless_csv), ("get_heading", _with_harmless_text)):
        found = getattr(SpreadsheetExportMixin, name)
        if not hasattr(found, OURS):
            setattr(SpreadsheetExportMixin, name, wrap(found))


def _with_harmless_csv(preprocess):
    def preprocess_field_value(view, field, value, export_format):
        written = preprocess(view, field, value, export_format)
        is_text = isinstance(written, str) and export_format == view.FORMAT_CSV
        return harmless(written) if is_text else written

    setattr(preprocess_field_value, OURS, True)
    return preprocess_field_value


def _with_harmless_text(heading):
    def get_heading(view, queryset, field):
        return harmless(heading(view, queryset, field))

    setattr(get_heading, OURS, True)
    return get_heading
