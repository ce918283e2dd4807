"""Form fields for answers that are chosen."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class YesNoField(forms.Field):
    """Yes or no; no is an answer."""

    default_error_messages = {"required": _("Choose yes or no.")}

    def __init__(self, **kwargs):
        super().__init__(widget=forms.RadioSelect, **kwargs)

    def to_python(self, value):
        return {"true": True, "false": False}.get(str(value).lower())


class ConsentField(forms.BooleanField):
    default_error_messages = {"required": _("Tick the box to go on.")}


class ChoiceField(forms.ChoiceField):
    default_error_messages = {
        "required": _("Choose one of the answers."),
        "invalid_choice": _("Choose one of the answers."),
    }
    widget = forms.RadioSelect


class ChoicesField(forms.MultipleChoiceField):
    """Several of a list, between ``least`` and ``most`` of them."""

    default_error_messages = {
        "required": _("Choose at least one answer."),
        "invalid_choice": _("Choose among the answers."),
        "invalid_list": _("Choose among the answers."),
    }
    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, least: int | None = None, most: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def validate(self, value):
        super().validate(value)
        if value and self.least and len(value) < self.least:
            text = ngettext("Choose at least %(n)s answer.", "Choose at least %(n)s answers.", self.least)
            raise ValidationError(text, code="min", params={"n": self.least})
        if value and self.most and len(value) > self.most:
            text = ngettext("Choose at most %(n)s answer.", "Choose at most %(n)s answers.", self.most)
            raise ValidationError(text, code="max", params={"n": self.most})
