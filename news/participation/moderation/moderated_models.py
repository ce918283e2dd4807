"""Models of moderated texts, by key."""

from ..comments.models import Comment
from ..consultations.models import Contribution

type ModeratedModel = type[Comment] | type[Contribution]

MODERATED_MODELS: dict[str, ModeratedModel] = {kind.kind: kind for kind in (Contribution, Comment)}
