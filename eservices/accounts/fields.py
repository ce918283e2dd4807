"""Model and form fields of e-mail addresses. All of them store and compare the normal form."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from .email_addresses import AccentBeforeAt, UnusableDomain, normal_form, stored_form, tidy_typed_address


def validate_email_address(value: str) -> None:
    """Raise ``ValidationError`` for an invalid address, naming the wrong part if known."""
    try:
        address = normal_form(value)
    except AccentBeforeAt:
        raise ValidationError(
            _("The part before the @ may have only letters without accents, digits and signs like . - _"),
            code="accents",
        ) from None
    except UnusableDomain:
        if "@" in value:
            raise ValidationError(
                _("The part after the @ has a character that is not allowed there. Enter that part again."),
                code="domain",
            ) from None
        address = value
    validate_email(address)


class EmailAddressFormField(forms.EmailField):
    """An e-mail address; the clean value is its normal form."""

    default_validators = [validate_email_address]

    def to_python(self, value):
        return stored_form(tidy_typed_address(super().to_python(value)))


class EmailAddressField(models.EmailField):
    """An e-mail address, stored and looked up in its normal form.

    Forms refuse an address without a normal form; if it is stored another way, it equals only itself.
    """

    default_validators = [validate_email_address]

    def deconstruct(self):
        """Return Django's field for migrations.

        The column is the same, and migrations must read its rows unchanged.
        """
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs

    def to_python(self, value):
        value = super().to_python(value)
        return stored_form(value) if isinstance(value, str) else value

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return stored_form(value) if isinstance(value, str) else value

    def pre_save(self, model_instance, add):
        """Set the stored form on the instance."""
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = stored_form(value)
            setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": EmailAddressFormField} | kwargs)


@EmailAddressField.register_lookup
class SameAddress(Exact):
    """The lookup ``iexact``, which libraries use, as equality of normal forms instead of ``UPPER``."""

    lookup_name = "iexact"
