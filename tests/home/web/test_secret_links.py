"""Secrets in addresses: one shape, matched before any view is called."""

import re

from django.apps import apps
from django.urls import get_resolver

from home.web.secret_links import SecretConverter, new_secret

# Their views answer a malformed secret as an unknown one; the secret of a webhook is the operator's. The last one
# explains a link that was copied incompletely.
OTHER_SHAPES = {
    "participation:confirm",
    "shared_draft",
    "sms_webhook",
    "mailchimp_webhook",
    "space:unknown_link",
}


def _routes(patterns, namespace: str = ""):
    for one in patterns:
        if hasattr(one, "url_patterns"):
            inner = f"{one.namespace}:" if one.namespace else namespace
            yield from _routes(one.url_patterns, inner)
        else:
            yield f"{namespace}{one.name}", one.pattern.converters


def test_secret_has_the_shape_of_its_converter():
    assert all(re.fullmatch(SecretConverter.regex, new_secret()) for _time in range(20))


def test_addresses_accept_only_values_of_that_shape():
    found = {
        name
        for name, converters in _routes(get_resolver().url_patterns)
        if "secret" in converters and not isinstance(converters["secret"], SecretConverter)
    }
    assert found == OTHER_SHAPES


def test_every_secret_of_a_row_is_as_wide():
    fields = [field for model in apps.get_models() for field in model._meta.fields if field.name == "secret"]
    drawn = [field for field in fields if field.default is new_secret]
    assert len(drawn) > 10
    assert {field.max_length for field in drawn} == {22}
