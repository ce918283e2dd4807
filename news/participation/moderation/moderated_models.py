"""Everything that people write and somebody reads before it is published, by its key."""

from ..comments.models import Comment
from ..consultations.models import Contribution
from .models import ModeratedText

MODERATED_MODELS: dict[str, type[ModeratedText]] = {kind.kind: kind for kind in (Contribution, Comment)}
