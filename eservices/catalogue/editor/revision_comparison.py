"""Comparison of a form between two revisions of its page, as text, for Wagtail's comparison view."""

from itertools import groupby

from django.template.loader import render_to_string
from django.utils.translation import get_language
from wagtail.admin.compare import FieldComparison, diff_text

from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.version_diff import CHANGED, CHECK, FIELD, OPTION, STEP, Change, find_changes

from ..definition.compiler import compile_definition

OF_THE_FORM = (STEP, FIELD, OPTION, CHECK)  # fees, stages and settings have their own comparisons


class FormRevisionComparison(FieldComparison):
    """Comparison by item: what was added, removed or moved, and the changed properties of each."""

    def __init__(self, field, obj_a, obj_b):
        self.field = field
        old, new = (FormDefinition(compile_definition(page)) for page in (obj_a, obj_b))
        found = find_changes(old, new, get_language() or new.source_language)
        self.changes = [change for change in found if change.kind in OF_THE_FORM]

    def has_changed(self):
        return bool(self.changes)

    def htmldiff(self):
        things = groupby(self.changes, key=lambda change: (change.kind, change.key))
        told = [_told(list(listed)) for _thing, listed in things]
        return render_to_string("catalogue/admin/comparison.html", {"things": told})


def _told(listed: list[Change]) -> dict:
    """Return all changes of one item."""
    return {
        "title": listed[0].title,
        "kind": listed[0].kind,
        "events": [change for change in listed if change.verb != CHANGED],
        "aspects": [
            (change.aspect, diff_text(change.before, change.after).to_html())
            for change in listed
            if change.verb == CHANGED
        ],
    }
