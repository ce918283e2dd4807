"""The contact page: a short form, kept in the admin and announced to who delivers letters."""

from django import forms
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.contrib.forms.forms import FormBuilder
from wagtail.contrib.forms.models import AbstractForm, AbstractFormField
from wagtail.contrib.forms.panels import FormSubmissionsPanel
from wagtail.fields import RichTextField
from wagtail.models import TranslatableMixin
from wagtail_localize.fields import SynchronizedField, TranslatableField

from home import blocks
from home.fields import LiveStreamField
from home.signals import contact_received

from .base import BasePage

HONEYPOT = "website"  # a name that machines fill in and people never see


class FormField(TranslatableMixin, AbstractFormField):
    """One question of the contact form."""

    page = ParentalKey("home.ContactPage", on_delete=models.CASCADE, related_name="form_fields")

    override_translatable_fields = [
        TranslatableField("label"),
        TranslatableField("help_text"),
        TranslatableField("choices"),
        SynchronizedField("default_value"),
        SynchronizedField("clean_name"),
    ]

    class Meta(TranslatableMixin.Meta, AbstractFormField.Meta):
        abstract = False


class ContactFormBuilder(FormBuilder):
    """The editor's questions, and one more that only machines answer."""

    def get_form_class(self):
        form_class = super().get_form_class()
        form_class.base_fields[HONEYPOT] = forms.CharField(required=False, label=_("Leave this field empty"))
        return form_class


class ContactPage(AbstractForm, BasePage):
    """Where people write to the commune."""

    body = LiveStreamField(blocks.ContentBlocks(), blank=True, default=list, verbose_name=_("Content"))
    thanks = RichTextField(_("Thanks after sending"), blank=True, features=blocks.TEXT_FEATURES)

    form_builder = ContactFormBuilder
    template = "home/contact_page.html"
    landing_page_template = "home/contact_page_landing.html"
    subpage_types = []
    content_panels = [
        FormSubmissionsPanel(),
        *BasePage.content_panels,
        FieldPanel("body"),
        InlinePanel("form_fields", label=_("Questions")),
        FieldPanel("thanks"),
    ]

    class Meta:
        verbose_name = _("contact page")

    def serve(self, request, *args, **kwargs):
        return never_cache(super().serve)(request, *args, **kwargs)

    def process_form_submission(self, form):
        """Keeps the message and announces it; what a machine wrote is thanked for and dropped."""
        if form.cleaned_data.pop(HONEYPOT, ""):
            return None
        data = {field.label: form.cleaned_data.get(field.clean_name) for field in self.get_form_fields()}
        with transaction.atomic():
            submission = super().process_form_submission(form)
            contact_received.send(sender=type(self), page=self, submission=submission, data=data)
        return submission
