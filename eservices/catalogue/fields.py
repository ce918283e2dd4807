"""A StreamField whose blocks come from registries."""

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
