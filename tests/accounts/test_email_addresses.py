"""The normal form of e-mail addresses, and the fields that store and compare it."""

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from eservices.accounts.email_addresses import (
    AccentBeforeAt,
    NoNormalForm,
    UnusableDomain,
    is_same,
    normal_form,
    readable_form,
    stored_form,
)
from eservices.accounts.fields import EmailAddressFormField, validate_email_address
from eservices.accounts.models import User

KELVIN, LONG_S, WIDE_X, DOTTED_I = "\u212a", "\u017f", "\uff58", "\u0130"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" X@Courriel.EXAMPLE\u00a0", "x@courriel.example"),
        ("x@CAFÉ.example", "x@xn--caf-dma.example"),
        ("x@cafe\u0301.example", "x@xn--caf-dma.example"),
        ("x@XN--CAF-DMA.example", "x@xn--caf-dma.example"),
        ("x@courrıel.example", "x@xn--courrel-vfb.example"),
        ("x@straße.example", "x@xn--strae-oqa.example"),
        ("x@пример.example", "x@xn--e1afmkfd.example"),
        ("a@b_c.example", "a@b_c.example"),
        ("", ""),
    ],
)
def test_address_has_one_normal_form(typed, stored):
    assert normal_form(typed) == stored


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("josé@courriel.example", AccentBeforeAt),
        ("ınfo@courriel.example", AccentBeforeAt),
        (f"{WIDE_X}@courriel.example", AccentBeforeAt),
        (f"{KELVIN}@courriel.example", AccentBeforeAt),
        (f"x@COURR{DOTTED_I}EL.example", UnusableDomain),
        (f"x@{KELVIN}elvin.example", UnusableDomain),
        (f"x@{LONG_S}port.example", UnusableDomain),
        (f"x@{WIDE_X}.example", UnusableDomain),
        ("x@日本。example", UnusableDomain),
        ("x@a\u200db.example", UnusableDomain),
        (f"x@{'é' * 80}.example", UnusableDomain),
        ("x@\ud800.example", UnusableDomain),
        ("nobody", UnusableDomain),
    ],
)
def test_address_without_normal_form_equals_only_itself(typed, fault):
    with pytest.raises(fault):
        normal_form(typed)
    assert stored_form(typed) == typed


@given(st.text(max_size=20), st.text(max_size=20))
def test_normal_form_is_ascii_and_stable(local, domain):
    try:
        form = normal_form(f"{local}@{domain}")
    except NoNormalForm:
        return
    assert form.isascii()
    assert stored_form(form) == form.strip().lower()


@given(st.text(alphabet=st.characters(min_codepoint=128), min_size=1, max_size=3))
def test_letters_outside_ascii_never_become_ascii_letters(letters):
    """Only the prefix of an internationalized domain may appear."""
    try:
        form = normal_form(f"x@{letters}.example")
    except NoNormalForm:
        return
    assert form.startswith("x@xn--")


def test_addresses_are_equal_by_their_normal_form():
    assert is_same("X@Café.example", "x@xn--caf-dma.example")
    assert not is_same("x@courrıel.example", "X@COURRIEL.example")
    assert not is_same("", "")


def test_domain_is_shown_in_its_original_script():
    assert readable_form("x@xn--caf-dma.example") == "x@café.example"
    assert readable_form("x@xn--zz-99999.example") == "x@xn--zz-99999.example"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "letters without accents"),
        ("fr", "lettres sans accent"),
        ("de", "ohne Akzente"),
        ("it", "lettere senza accenti"),
    ],
)
def test_form_error_names_the_wrong_part(language, words):
    with pytest.raises(ValidationError) as refused:
        EmailAddressFormField().clean("josé@courriel.example")
    with override(language):
        (message,) = refused.value.messages
    assert words in message


@pytest.mark.parametrize("typed", ["x", "x@", "@x.example", "x@é..example", "a b@x.example"])
def test_form_refuses_an_invalid_address(typed):
    with pytest.raises(ValidationError):
        validate_email_address(typed)


@pytest.mark.django_db
class TestModelField:
    def test_instance_shows_what_is_stored(self):
        user = User.objects.create(email=" X@Café.example ")
        assert user.email == User.objects.values_list("email", flat=True).get() == "x@xn--caf-dma.example"

    def test_update_and_bulk_create_store_the_normal_form(self):
        User.objects.bulk_create([User(email="X@Courriel.example")])
        User.objects.update(email="Y@Courriel.example")
        assert User.objects.get(email="y@courriel.EXAMPLE").email == "y@courriel.example"

    @pytest.mark.parametrize("lookup", ["exact", "iexact", "in"])
    def test_lookup_compares_normal_forms(self, lookup):
        """Django's own ``iexact`` is ``UPPER(a) = UPPER(b)``."""
        user = User.objects.create(email="x@courriel.example")
        many = lookup == "in"
        for typed in ("X@COURRIEL.example", " x@courriel.example"):
            assert list(User.objects.filter(**{f"email__{lookup}": [typed] if many else typed})) == [user]
        for typed in ("x@courrıel.example", f"X@COURR{DOTTED_I}EL.example"):
            assert not User.objects.filter(**{f"email__{lookup}": [typed] if many else typed}).exists()

    def test_lookup_of_nothing_is_no_error(self):
        assert not User.objects.filter(email="").exists()
        with pytest.raises(FieldError):
            User.objects.filter(email__nonsense="x").exists()
