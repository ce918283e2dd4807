"""Comparison of two spellings of a personal name."""

import pytest

from eservices.accounts.person_names import is_same_name, name_words


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("Élodie  MARCHETTI", ("elodie", "marchetti")),
        ("D’Élia-Müller", ("d", "elia", "muller")),
        ("Strauß Bjørn", ("strauss", "bjorn")),
        ("", ()),
        (" - ", ()),
    ],
)
def test_accents_case_hyphens_and_apostrophes_are_ignored(typed, compared):
    assert name_words(typed) == compared


@pytest.mark.parametrize(
    ("declared", "same"),
    [
        ("Elodie Marchetti-Rey", True),
        ("Marchetti Rey Élodie Anne", True),
        ("Anne Marchetti Rey", True),
        ("Élodie Marchetti", False),
        ("Marchetti Rey", False),
        ("Élodie Paul Marchetti Rey", False),
        ("", False),
    ],
)
def test_first_names_may_be_omitted_but_not_added(declared, same):
    assert is_same_name(declared, "Élodie Anne", "Marchetti Rey") is same
