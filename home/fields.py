"""A StreamField whose blocks come from registries."""

from functools import cached_property

from wagtail import blocks
from wagtail.fields import StreamField


class LiveStreamField(StreamField):
    """A StreamField whose blocks stay out of migrations: a block of another app changes no migration.

    Migrations see a JSONField. An empty StreamField would work until a migration saves a historical model: it knows no
    block and would erase all content, while a JSONField keeps it.
    """

    KEPT = ("blank", "default", "help_text", "null", "verbose_name")

    def deconstruct(self):
        name, _path, _args, kwargs = super().deconstruct()
        own = {key: kwargs[key] for key in self.KEPT if key in kwargs}
        return name, "django.db.models.JSONField", [], own

    def clone(self):
        """Clone the field with its blocks. Django clones from ``deconstruct``, which leaves them out."""
        return type(self)(self.block_types_arg, **self.deconstruct()[3])

    @cached_property
    def stream_block(self):
        """The block, with "" instead of None for texts stored without a value: wagtail-localize fails on None."""
        block = super().stream_block
        _empty_texts(block)
        return block


def _empty_texts(block: blocks.Block) -> None:
    if isinstance(block, blocks.CharBlock | blocks.TextBlock) and block.meta.default is None:
        block.meta.default = ""
    inside = [getattr(block, "child_block", None), *getattr(block, "child_blocks", {}).values()]
    for one in filter(None, inside):
        _empty_texts(one)
