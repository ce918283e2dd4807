"""A StreamField whose blocks come from registries."""

from functools import cached_property

from wagtail import blocks
from wagtail.fields import StreamField


class LiveStreamField(StreamField):
    """A StreamField whose blocks stay out of migrations: what an app offers changes no migration.

    To migrations it is a JSONField. An empty StreamField there would do as well until a migration saves a
    historical model: it knows no block and erases all content, where a JSONField keeps it.
    """

    KEPT = ("blank", "default", "help_text", "null", "verbose_name")

    def deconstruct(self):
        name, _path, _args, kwargs = super().deconstruct()
        kept = {key: kwargs[key] for key in self.KEPT if key in kwargs}
        return name, "django.db.models.JSONField", [], kept

    def clone(self):
        """Django clones by what ``deconstruct`` says, which here leaves the blocks out."""
        return type(self)(self.block_types_arg, **self.deconstruct()[3])

    @cached_property
    def stream_block(self):
        """Texts that a block was stored without are empty, not None: wagtail-localize stumbles over None."""
        block = super().stream_block
        _empty_texts(block)
        return block


def _empty_texts(block: blocks.Block) -> None:
    if isinstance(block, blocks.CharBlock | blocks.TextBlock) and block.meta.default is None:
        block.meta.default = ""
    inside = [getattr(block, "child_block", None), *getattr(block, "child_blocks", {}).values()]
    for one in filter(None, inside):
        _empty_texts(one)
