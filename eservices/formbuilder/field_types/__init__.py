"""The kinds of questions a form can ask. Any installed app may offer more in a file of this name.

An *answer* is JSON, as stored in drafts and submissions; ``None`` is "not answered". A *value* is what the
Django form field of a question makes of what was typed.
"""

# In the order in which editors find them.
from . import text, numbers, choices, files, dates, places, people, identities, structure  # noqa: F401, I001
from .base import (
    MASK,
    FieldType,
    Part,
    display,
    export,
    field_type,
    field_types,
    guarded,
    masked_rows,
    part_token,
    remarks,
)
from .choices import MANY_OPTIONS, SEARCHED_OPTIONS, option_text

__all__ = [
    "MANY_OPTIONS",
    "MASK",
    "SEARCHED_OPTIONS",
    "FieldType",
    "Part",
    "display",
    "export",
    "field_type",
    "field_types",
    "guarded",
    "masked_rows",
    "option_text",
    "part_token",
    "remarks",
]
