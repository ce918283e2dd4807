"""Personal data: the messages that a person sent by a contact page."""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _
from wagtail.contrib.forms.models import FormSubmission

from eservices.accounts.email_addresses import stored_form

from .extensions.personal_data import PersonalDataHolding, personal_data_holdings
from .models import FormField
from .models.contact_form import erase_message


def messages_of(email: str) -> list[FormSubmission]:
    """Return the messages with this address as an answer to a question for an e-mail address."""
    names = defaultdict(list)
    for page, name in FormField.objects.filter(field_type="email").values_list("page", "clean_name"):
        names[page].append(name)
    own = stored_form(email)
    found = FormSubmission.objects.filter(page__in=names).order_by("submit_time")
    return [
        one
        for one in found
        if own in [stored_form(str(one.form_data.get(name) or "")) for name in names[one.page_id]]
    ]


def export_row(one: FormSubmission) -> dict:
    return {"at": one.submit_time.isoformat(), "answers": one.form_data}


def erase_row(one: FormSubmission) -> None:
    erase_message(message=one)


personal_data_holdings.register("messages")(
    PersonalDataHolding(_("Messages to the commune"), messages_of, export_row, erase_row)
)
