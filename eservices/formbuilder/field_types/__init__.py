"""Field types of forms. Any installed app can add types in a module of this name.

An *answer* is JSON, as stored in drafts and submissions; ``None`` means not answered. A *value* is the cleaned value of
the question's Django form field.
"""

# In the order in which editors see them.
from . import text  # noqa: F401, I001
from . import numeric  # noqa: F401
from . import choices  # noqa: F401
from . import files  # noqa: F401
from . import dates  # noqa: F401
from . import places  # noqa: F401
from . import people  # noqa: F401
from . import identities  # noqa: F401
from . import structure  # noqa: F401
from .base import MASK
from .base import FieldType
from .base import InputPart
from .base import answer_text
from .base import answer_columns
from .base import register_field_type
from .base import field_types
from .base import answer_text_unless_secret
from .base import mask_secrets
from .base import masked_rows
from .base import part_token
from .base import answer_typos
from .base import answer_remarks
from .choices import MANY_OPTIONS
from .choices import SEARCHED_OPTIONS
from .choices import option_label
from .structure import SIGN_IN
from .structure import copied_answers

__all__ = [
    "MANY_OPTIONS",
    "MASK",
    "SEARCHED_OPTIONS",
    "SIGN_IN",
    "FieldType",
    "InputPart",
    "answer_columns",
    "answer_remarks",
    "answer_text",
    "answer_text_unless_secret",
    "answer_typos",
    "copied_answers",
    "field_types",
    "mask_secrets",
    "masked_rows",
    "option_label",
    "part_token",
    "register_field_type",
]
