"""Models of moderated texts, by key."""

from ..comments.models import Comment
from ..consultations.models import Contribution
from .models import ModeratedText

MODERATED_MODELS: dict[str, type[ModeratedText]] = {kind.kind: kind for kind in (Contribution, Comment)}
