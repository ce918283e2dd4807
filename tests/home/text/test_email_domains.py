"""Slips in the domains of e-mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from home.text.email_domains import KNOWN, OTHERS, suggest_address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.ch", "gmail.com"),
        ("gmailcom", "gmail.com"),
        ("GMAL.COM", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmai.fr", "hotmail.fr"),
        ("outlok.com", "outlook.com"),
        ("iclod.com", "icloud.com"),
        ("yaho.fr", "yahoo.fr"),
        ("bluewin.cg", "bluewin.ch"),
        ("blewin.ch", "bluewin.ch"),
        ("protonmal.com", "protonmail.com"),
        ("laposte.ner", "laposte.net"),
    ],
)
def test_slip_in_a_domain_is_recognized(typed, meant):
    assert suggest_address(f"Lea.Rochat@{typed}") == f"Lea.Rochat@{meant}"


@pytest.mark.parametrize(
    "domain",
    [
        *(
            "orvenay.example",
            "gemeinde.ch",
            "epfl.ch",
            "green.ch",
            "mail.ch",
            "gmx.fr",
            "blue.ch",
            "lausanne.ch",
        ),
        *("hotel.com", "sunrice.swiss", "outdoors.com", "libera.ch", "grange.fr", "skyline.be"),
    ],
)
def test_other_domain_is_accepted(domain):
    assert suggest_address(f"lea@{domain}") == ""


@pytest.mark.parametrize("domain", [*KNOWN, *sorted(OTHERS)])
def test_known_domain_is_accepted(domain):
    assert suggest_address(f"lea@{domain}") == ""


@given(st.text(max_size=40))
def test_no_text_fails(text):
    assert not text or suggest_address(text) != text
