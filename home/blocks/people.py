"""Blocks with contacts, people and phone numbers."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock


class ContactBlock(SnippetChooserBlock):
    def __init__(self, target_model="home.Contact", **options):
        super().__init__(target_model, **options)

    class Meta:
        icon = "mail"
        label = _("Contact")
        template = "home/blocks/contact.html"
        description = _("Contact with telephone and e-mail.")

    def get_preview_value(self):
        return self.model_class(title="Contrôle des habitants", phone="021 000 42 20")


class PersonBlock(SnippetChooserBlock):
    def __init__(self, target_model="home.Person", **options):
        super().__init__(target_model, **options)

    class Meta:
        icon = "user"
        label = _("Person")
        template = "home/blocks/person.html"
        description = _("A person with their function.")

    def get_preview_value(self):
        return self.model_class(name="Huguette Perrin", role=_("Mayor"))


class PhoneBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("For what"), max_length=60)
    phone = blocks.CharBlock(label=_("Telephone"), max_length=30)

    class Meta:
        icon = "mobile-alt"
        label = pgettext_lazy("of a telephone", "Number")
        template = "home/blocks/phone.html"
        preview_value = {"label": _("Ambulance"), "phone": "144"}
        description = _("Emergency numbers, in the footer of every page.")
