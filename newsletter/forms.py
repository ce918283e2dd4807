"""Forms of the newsletter: address and topics."""

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from home.web.public_forms import HoneypotForm, OwnEmailField

from .models import Topic


class TopicsMixin(forms.Form):
    """A choice of topics by translation key, shown in the active language."""

    topics = forms.MultipleChoiceField(
        label=_("Topics"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": _("Choose topics from the list.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.available = Topic.objects.in_language(get_language())
        self.fields["topics"].choices = [(str(t.translation_key), t.name) for t in self.available]

    def clean_topics(self) -> list[str]:
        if self.available and self.must_choose() and not self.cleaned_data["topics"]:
            raise forms.ValidationError(_("Choose at least one topic."))
        return self.cleaned_data["topics"]

    def must_choose(self) -> bool:
        return True

    def choices(self):
        """Return the topics, each with whether it is ticked, for the template."""
        ticked = set(map(str, self["topics"].value() or []))
        return [(topic, str(topic.translation_key) in ticked) for topic in self.available]


class SubscribeForm(TopicsMixin, HoneypotForm):
    """The full sign-up page, and the one field of the home page, which means all topics."""

    email = OwnEmailField()
    choose = forms.BooleanField(required=False)  # whether the page showed the topics
    known = forms.BooleanField(required=False)  # whether only the link to the preferences page is wanted

    field_order = ["email", "choose", "known", "topics"]

    def must_choose(self) -> bool:
        return bool(self.cleaned_data.get("choose")) and not self.cleaned_data.get("known")

    def clean(self):
        data = super().clean()
        if not data.get("choose"):
            data["topics"] = [str(topic.translation_key) for topic in self.available]
        return data


class PreferencesForm(TopicsMixin):
    language = forms.ChoiceField(
        label=_("Language of the letters"),
        choices=settings.LANGUAGES,
        error_messages={"required": _("Choose a language.")},
    )
