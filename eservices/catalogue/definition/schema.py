"""The shape of a whole service definition: form, settings of stages, and texts of the page."""

from functools import cache

from wagtail import blocks

from eservices.cases.stages import stages_for_editors
from eservices.formbuilder.definition import FORMAT
from eservices.formbuilder.schema.definitions import (
    LANGUAGE,
    MAX_TEXT_LENGTH,
    json_schema,
    service_shape,
    shape_of_block,
)
from eservices.formbuilder.schema.shapes import (
    IntegerShape,
    ListShape,
    MapShape,
    ObjectShape,
    Shape,
    TextShape,
)

from ..models import ServicePage
from .rich_text import RichTextShape

SCHEMA_ID = f"urn:commune:service-definition:{FORMAT}"
# Content of the page besides the form: plain texts, rich texts, and lists with one type of block.
TEXTS = (
    *(
        "lead",
        "button",
        "who",
        "who_note",
        "price",
        "price_note",
        "time",
        "time_note",
        "papers",
        "papers_note",
    ),
    *("keywords", "seo_title", "search_description"),
)
RICH = ("without_computer",)
LISTS = ("next_steps", "good_to_know")


@cache
def whole_service_shape() -> Shape:
    """Return the shape of a service definition. Stages are sorted, so that it does not depend on the order of apps."""
    kinds = sorted(stages_for_editors().items())
    return service_shape({key: stage_settings(stage()) for key, stage in kinds}, page_shape())


@cache
def published_schema() -> dict:
    """Return the JSON Schema of definitions for this installation."""
    return json_schema(whole_service_shape(), **{"$id": SCHEMA_ID, "title": "Service definition"})


def stage_settings(stage) -> ObjectShape:
    """Return the shape of a stage's settings, derived from its block."""
    own = {"format": IntegerShape(least=1, most=stage.format)} | dict(stage.former)
    return ObjectShape(optional=own | shape_of_block(stage.settings_block()).known)


def page_shape() -> ObjectShape:
    """Return the shape of the page's content besides the form."""
    texts = {name: TextShape(most=_field(name).max_length or MAX_TEXT_LENGTH) for name in TEXTS}
    rich = {
        name: RichTextShape(most=MAX_TEXT_LENGTH, says="HTML: p, br, b, i, ul, ol, li, a") for name in RICH
    }
    lists = {name: ListShape(_entry(name)) for name in LISTS}
    situations = ListShape(TextShape(most=60), says="Life situations that it is listed under, by short name")
    by_language = MapShape({LANGUAGE: ObjectShape(optional=texts | rich | lists)}, says="By language")
    return ObjectShape(
        optional={"situations": situations, "texts": by_language}, says="What the page says beside the form"
    )


def list_block(name: str) -> tuple[str, blocks.StructBlock]:
    """Return name and type of the only block in a list of the page."""
    return next(iter(_field(name).stream_block.child_blocks.items()))


def is_rich(block: blocks.Block) -> bool:
    return isinstance(block, blocks.RichTextBlock)


def _entry(name: str) -> ObjectShape:
    _kind, block = list_block(name)
    parts = block.child_blocks.items()
    return ObjectShape(
        optional={
            part: RichTextShape(most=MAX_TEXT_LENGTH) if is_rich(one) else shape_of_block(one)
            for part, one in parts
        }
    )


def _field(name: str):
    return ServicePage._meta.get_field(name)
