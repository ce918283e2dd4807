"""Labels of texts in the translation editor: the part of the page, the meaning of the text, the date.

wagtail-localize names the outermost block and the one below it, so that every text of a form's step would be “Step,
Questions”. Here each block is named by its type and its own title, down to the text itself.
"""

from collections.abc import Iterator
from functools import wraps

from django.utils import timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from wagtail.blocks import Block, ListBlock, StreamBlock, StructBlock
from wagtail.fields import StreamField
from wagtail_localize.compat import DATE_FORMAT
from wagtail_localize.models import StringTranslation
from wagtail_localize.views import edit_translation

from ..localization.dates import date_format

TITLES = ("title", "label", "question", "name", "heading")  # fields with the title of a block, in order
MAX_LABEL_LENGTH = 40
BETWEEN = " › "


def patch_segment_labels() -> None:
    """Make wagtail-localize's editor use these labels. It has no setting for them."""
    localize = edit_translation.get_segment_location_info
    if hasattr(localize, "__wrapped__"):
        return

    @wraps(localize)
    def location(source_instance, tab_helper, content_path, field_path, widget=False):
        found = localize(source_instance, tab_helper, content_path, field_path, widget)
        if names := segment_path_labels(source_instance, content_path):
            found |= {"field": names[0], "subField": BETWEEN.join(names[1:]) or None}
        return found

    edit_translation.get_segment_location_info = location


def patch_translation_dates() -> None:
    """Make wagtail-localize write the date of a translation in the reader's language. It writes English months."""
    localize = StringTranslation.get_comment
    if hasattr(localize, "__wrapped__"):
        return

    @wraps(localize)
    def comment(text):
        day = date_format(timezone.localdate(text.updated_at))
        return (localize(text) or "").replace(text.updated_at.strftime(DATE_FORMAT), day)

    StringTranslation.get_comment = comment


def segment_path_labels(instance, content_path: str) -> list[str]:
    """Return the labels of the blocks around a text of a StreamField and of the text, outermost first.

    The outermost has the same label for all its texts, because the editor groups texts by it.
    """
    name, *path = content_path.split(".")
    field = instance._meta.get_field(name)
    if not isinstance(field, StreamField):
        return []
    return list(_names(field.stream_block, list(getattr(instance, name).raw_data), path, outermost=True))


def _names(block: Block, raw, path: list[str], *, outermost: bool = False) -> Iterator[str]:
    """Yield the labels below a block; ``raw`` is its stored value."""
    if not path:
        return
    key, below = path[0], path[1:]
    if isinstance(block, StructBlock):
        inner = block.child_blocks[key]
        if _is_worth_a_name(inner) and _kind(inner) != _kind(block):
            yield _kind(inner)
        yield from _names(inner, (raw or {}).get(key), below)
    elif isinstance(block, StreamBlock | ListBlock):
        places = ((place, one) for place, one in enumerate(raw or [], 1) if one.get("id") == key)
        place, item = next(places, (0, None))
        if item is None:  # a text of a deleted block
            return
        inner = block.child_block if isinstance(block, ListBlock) else block.child_blocks[item["type"]]
        own = not outermost and below in (
            [title] for title in TITLES
        )  # the label would repeat the text itself
        yield (_kind(inner) if own else _block_title(inner, item["value"])) or str(place)
        yield from _names(inner, item["value"], below)


def _is_worth_a_name(block: Block) -> bool:
    """Return whether a block needs a label: not if its items are named by their own type."""
    return not isinstance(block, StreamBlock) and not (
        isinstance(block, ListBlock) and _kind(block.child_block)
    )


def _block_title(block: Block, value) -> str:
    """Return the type and the title of a block, such as “Step “About you””."""
    if not isinstance(block, StructBlock):
        return _kind(block)
    words = next((value[name] for name in TITLES if isinstance(value.get(name), str) and value[name]), "")
    quoted = _("“{words}”").format(words=Truncator(words).chars(MAX_LABEL_LENGTH)) if words else ""
    return f"{_kind(block)} {quoted}".strip()


def _kind(block: Block) -> str:
    return str(capfirst(block.label or ""))
