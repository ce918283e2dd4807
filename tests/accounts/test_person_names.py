"""Whether two spellings are one person’s name."""

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
def test_accents_case_hyphens_and_apostrophes_do_not_matter(typed, compared):
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
def test_a_person_may_leave_out_a_first_name_but_adds_none_and_keeps_the_family_name(declared, same):
    assert is_same_name(declared, "Élodie Anne", "Marchetti Rey") is same
