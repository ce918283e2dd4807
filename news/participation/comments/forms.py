"""Forms of comments and of the commune's replies."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..moderation.forms import NamedAuthorForm
from ..spam_checks import validate_few_links

MAX_TEXT_LENGTH = 2_000


class CommentForm(NamedAuthorForm):
    text = forms.CharField(
        label=_("Your comment"),
        help_text=_("Stay on the subject, and write as you would speak at the counter."),
        max_length=MAX_TEXT_LENGTH,
        validators=[validate_few_links],
        widget=forms.Textarea,
        error_messages={"required": _("Write your comment.")},
    )

    field_order = ["text", "shown_as", "name", "email"]

    def written(self) -> dict:
        return {key: self.cleaned_data[key] for key in ("text", "name", "shown_as")}


class ReplyForm(forms.Form):
    reply = forms.CharField(required=False, max_length=4_000)
