"""The message: the applicant gets an e-mail, a text message or a paper letter."""

from datetime import timedelta

from django.conf import settings as conf_settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from eservices.deliveries.paragraphs import paragraphs_to_text
from eservices.deliveries.rendering import single_line

from .. import emails
from ..logic.rich_text import paragraphs_from_html
from ..models import LetterTemplate
from ..texts.letter_rendering import fill_for_applicant
from ..workflow.stage_types import LEAD, Done, Stage, Waiting, stages

LOOK_AGAIN = timedelta(minutes=10)  # until the existence of the letter template is checked again
MAX_SMS_LENGTH = 459  # three concatenated messages


@stages.register("notify")
class NotificationStage(Stage):
    """A message to the applicant: a letter template or the text of the settings.

    By SMS it is the text only, if there is a mobile number; otherwise an e-mail, or a paper letter without an e-mail
    address. Right after a decision, a text of the settings that does not go by SMS also announces the acceptance.
    """

    key = "notify"
    label = gettext_lazy("Message to the applicant")
    icon = "mail"
    at_once = True
    filled = ("subject", "text")

    def settings_block(self):
        return blocks.StructBlock(
            [
                (
                    "letter",
                    blocks.ChoiceBlock(
                        choices=LetterTemplate.objects.offered,
                        required=False,
                        label=gettext_lazy("Letter"),
                        help_text=gettext_lazy("Replaces the text below."),
                    ),
                ),
                ("subject", blocks.CharBlock(label=gettext_lazy("Subject"), max_length=120, required=False)),
                ("text", blocks.TextBlock(label=gettext_lazy("Text"), required=False)),
                (
                    "sms",
                    blocks.BooleanBlock(
                        required=False,
                        label=gettext_lazy("By SMS"),
                        help_text=gettext_lazy(
                            "Sends only the text, if a mobile number was given. Otherwise, or if the text is too "
                            "long, by e-mail."
                        ),
                    ),
                ),
            ],
            icon=self.icon,
            label=self.label,
        )

    def faults(self, settings):
        if not settings.get("letter") and not (settings.get("subject") and settings.get("text")):
            yield _("Choose a letter, or write a subject and a text.")
        if settings.get("sms") and len(_text_to_send(settings)) > MAX_SMS_LENGTH:
            yield _("An SMS has at most %(limit)s characters.") % {"limit": MAX_SMS_LENGTH}

    def announces_acceptance(self, settings):
        return not settings.get("letter") and not settings.get("sms")

    def enter(self, case, row, settings):
        if key := settings.get("letter"):
            return self._send(case, key, by_sms=bool(settings.get("sms")))
        subject, text = (
            fill_for_applicant(case, self.localized_setting(case, row, settings, name))
            for name in self.filled
        )
        if settings.get("sms") and len(text) <= MAX_SMS_LENGTH and emails.send_sms(case, text):
            return Done({"by": "sms"})
        emails.send_stage_message(
            case, subject=single_line(subject), text=text, **emails.acceptance_context(case, row)
        )
        return Done()

    def _send(self, case, key: str, *, by_sms: bool):
        text = emails.letter_template_text(case, key) if by_sms else ""
        if 0 < len(text) <= MAX_SMS_LENGTH and emails.send_sms(case, text):
            return Done({"letter": key, "by": "sms"})
        if emails.send_letter_template(case, key) is None:
            reason = _("There is no letter “%(key)s”.") % {"key": key}
            return Waiting(LEAD, until=timezone.now() + LOOK_AGAIN, reason=reason)
        return Done({"letter": key})


def _text_to_send(settings: dict) -> str:
    """Return the text of an SMS: the letter template with its placeholders, or the text of the settings."""
    letter = LetterTemplate.objects.best_translation(settings.get("letter", ""), conf_settings.LANGUAGE_CODE)
    return (
        paragraphs_to_text(paragraphs_from_html(letter.text)).strip() if letter else settings.get("text", "")
    )
