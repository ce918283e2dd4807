"""Formatting of file sizes, and line breaks in e-mail addresses."""

import pytest
from django.template.defaultfilters import filesizeformat
from django.utils import translation

from home.localization.file_sizes import format_size_limit
from home.templatetags.commune import break_long_email


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "1,5 ko"), ("de", "1,5 KB"), ("it", "1,5 kB"), ("en", "1.5 KB")]
)
def test_file_size_is_formatted_by_language(language, said):
    with translation.override(language):
        assert filesizeformat(1536).replace("\N{NO-BREAK SPACE}", " ") == said


def test_size_limit_is_formatted_as_set():
    with translation.override("fr"):
        assert format_size_limit(10 * 1024 * 1024) == "10\N{NO-BREAK SPACE}Mo"
        assert format_size_limit(1536) == filesizeformat(1536)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("police@orvenay.example", "<bdi>police@<wbr>orvenay.example</bdi>"),
        (
            "greffe@administration.saint-barthelemy.example",
            "<bdi>greffe@<wbr>administration<wbr>.saint-barthelemy<wbr>.example</bdi>",
        ),
        ("<b>@orvenay.example", "<bdi>&lt;b&gt;@<wbr>orvenay.example</bdi>"),
        ("police", "<bdi>police</bdi>"),
    ],
)
def test_email_address_breaks_after_at_sign_and_before_dots(address, shown):
    assert break_long_email(address) == shown
