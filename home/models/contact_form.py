"""Contact page: a short form whose messages are stored in the admin and announced by a signal."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.contrib.forms.forms import BaseForm, FormBuilder
from wagtail.contrib.forms.models import AbstractForm, AbstractFormField, FormSubmission
from wagtail.contrib.forms.panels import FormSubmissionsPanel
from wagtail.fields import RichTextField
from wagtail.models import TranslatableMixin
from wagtail_localize.fields import SynchronizedField, TranslatableField

from ..blocks import base, content
from ..fields import LiveStreamField
from ..signals import contact_erased, contact_received
from ..validators import LENGTHS
from ..web import rate_limits
from ..web.public_forms import OwnEmailField, TimedForm
from .base import BasePage

PER_CLIENT = rate_limits.RateLimit("contact-client", 20)  # an office or a school shares one network address
RETENTION = timedelta(days=366)
TOO_OFTEN = "too_often"
SENT_MESSAGE = "merci"  # query parameter of the thank-you page
MISSING = {  # by type of question
    "checkbox": _("Tick the box to go on."),
    "checkboxes": _("Choose at least one answer."),
    "multiselect": _("Choose at least one answer."),
    "dropdown": _("Choose one of the answers."),
    "radio": _("Choose one of the answers."),
}


class FormField(TranslatableMixin, AbstractFormField):
    """A question of the contact form."""

    page = ParentalKey("home.ContactPage", on_delete=models.CASCADE, related_name="form_fields")

    override_translatable_fields = [
        TranslatableField("label"),
        TranslatableField("help_text"),
        TranslatableField("choices"),
        SynchronizedField("default_value"),
        SynchronizedField("clean_name", overridable=False),
    ]

    class Meta(TranslatableMixin.Meta, AbstractFormField.Meta):
        abstract = False

    def get_field_clean_name(self):
        """Return the field name, renamed if it is that of a built-in field such as the honeypot.

        A visitor who answers a question called “Website” must not be taken for a bot.
        """
        name = super().get_field_clean_name()
        return f"{name}_asked" if name in ContactForm.base_fields else name


class ContactForm(TimedForm, BaseForm):
    """The editor's questions, a honeypot field and the time when the page was opened."""

    def __init__(self, *args, caller: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.caller = caller

    @property
    def is_too_often(self) -> bool:
        return self.has_error(NON_FIELD_ERRORS, TOO_OFTEN)

    def clean(self):
        """Apply the rate limit, because each message is announced to the commune by e-mail."""
        data = super().clean()
        if self.is_trapped or self.errors:
            return data
        if not PER_CLIENT.allows(self.caller):
            raise ValidationError(
                _("Too many messages were sent from here. Try again in an hour."), TOO_OFTEN
            )
        return data

    def answers(self) -> dict:
        """Return the answers to the editor's questions."""
        ours = ContactForm.base_fields
        return {name: value for name, value in self.cleaned_data.items() if name not in ours}


class ContactFormBuilder(FormBuilder):
    """Form builder that uses the error messages of the site's other forms."""

    def get_field_options(self, field):
        missing = MISSING.get(field.field_type, _("This answer is missing."))
        return super().get_field_options(field) | {"error_messages": LENGTHS | {"required": missing}}

    def create_email_field(self, field, options):
        return OwnEmailField(**options | {"error_messages": {}})  # the field has its own messages

    def get_form_class(self):
        return type("ContactForm", (ContactForm,), self.formfields)


class ContactPage(AbstractForm, BasePage):
    """A page with a form by which people write to the commune."""

    menu_icon = "mail"
    when_lost = 3
    page_description = _("A form for messages to you. You choose the questions.")
    body = LiveStreamField(content.ContentBlocks(), blank=True, default=list, verbose_name=_("Content"))
    thanks = RichTextField(_("Thanks after sending"), blank=True, features=base.TEXT_FEATURES)

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

    def get_form_parameters(self):
        return super().get_form_parameters() | {"caller": getattr(self, "caller", "")}

    def serve(self, request, *args, **kwargs):
        """Redirect to the thank-you page after sending, so that a reload does not send the message twice."""
        self.caller = rate_limits.client_address(request)
        thanks = request.method == "GET" and SENT_MESSAGE in request.GET
        answer = never_cache(self.render_landing_page if thanks else super().serve)(request, *args, **kwargs)
        form = answer.context_data.get("form")
        if request.method == "POST" and not form:
            query = request.GET.dict() | {SENT_MESSAGE: ""}  # keeps the reader's language
            return redirect(f"{self.get_url(request)}?{urlencode(query)}")
        if form and form.errors:
            answer.status_code = 429 if form.is_too_often else 422
        return answer

    def process_form_submission(self, form):
        """Store the message and announce it. A message of a bot is dropped, but gets the same thanks."""
        if form.is_trapped:
            return None
        form.cleaned_data = form.answers()
        fields = self.get_form_fields()
        data = {field.label: form.cleaned_data.get(field.clean_name) for field in fields}
        emails = [form.cleaned_data.get(one.clean_name) for one in fields if one.field_type == "email"]
        context = {"data": data, "email": next(filter(None, emails), "")}
        with transaction.atomic():
            submission = super().process_form_submission(form)
            contact_received.send(sender=type(self), page=self, submission=submission, **context)
        return submission


@transaction.atomic
def erase_message(*, message: FormSubmission) -> None:
    """Delete a message because its sender wants it, with what other apps hold of it."""
    contact_erased.send(sender=FormSubmission, submission=message)
    message.delete()


def delete_old_messages(now: datetime) -> None:
    """Delete messages that are a year old. Their e-mail has reached the commune."""
    FormSubmission.objects.filter(submit_time__lt=now - RETENTION).delete()
