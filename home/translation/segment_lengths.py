"""Length limits of translated texts, which are those of their sources.

wagtail-localize validates model fields only at publication, and the blocks of a StreamField never.
"""

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Field, Model
from wagtail.blocks import Block, ListBlock
from wagtail.fields import RichTextField, StreamField
from wagtail_localize.models import StringTranslation, TranslationContext, TranslationSource
from wagtail_localize.strings import StringValue


def mark_if_too_long(text: StringTranslation) -> bool:
    """Mark a text that is too long for its field, and return whether it is.

    The text is stored but not used, and the translator sees the error.
    """
    most = _max_length(text.context) if text.context else None
    if most is None:
        return False
    try:
        MaxLengthValidator(most)(StringValue(text.data).render_text())
    except ValidationError as refusal:
        text.set_field_error([refusal])
        return True
    return False


def _max_length(context: TranslationContext) -> int | None:
    """Return the maximum length of a text in its context; None if it is unlimited or unknown."""
    sources = TranslationSource.objects.select_related("specific_content_type").defer("content_json")
    source = sources.filter(object=context.object_id).order_by("pk").first()
    model = source and source.specific_content_type.model_class()
    path = _field_path(context, source) if model else ""
    return _limit_of(model, path.split(".")) if path else None


def _field_path(context: TranslationContext, source: TranslationSource) -> str:
    """Return the path of field and blocks, which wagtail-localize computes only when its editor is opened."""
    try:
        return context.field_path or context.get_field_path(source.as_instance())
    except KeyError:  # the block was deleted
        return ""


def _limit_of(model: type[Model], path: list[str]) -> int | None:
    field = model._meta.get_field(path[0])
    if field.is_relation:
        return _limit_of(field.related_model, path[1:]) if path[1:] else None
    place: Field | Block = field
    if isinstance(field, StreamField):
        place = getattr(_block_at(field.stream_block, path[1:]), "field", None)
    return None if isinstance(place, RichTextField) else getattr(place, "max_length", None)


def _block_at(block: Block, path: list[str]) -> Block | None:
    for name in path:
        block = block.child_block if isinstance(block, ListBlock) else block.child_blocks.get(name)
        if block is None:
            return None
    return block
