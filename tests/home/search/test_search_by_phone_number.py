"""Whose a telephone number is, however it is written and typed."""

import pytest

from home.search import index
from tests.factories import home as make

pytestmark = pytest.mark.django_db

SPELLINGS = [
    "021 000 42 20",
    "0210004220",
    "+41 21 000 42 20",
    "0041210004220",
    "021/000.42.20",
    "(021) 00 04 220",
    "021\u202f000\u202f42\u202f20",  # as the site sets it
]
WRITTEN = [*SPELLINGS[:3], SPELLINGS[-1]]


def of_its_own(spelling: str, written: str) -> str:
    """The number that is written so, which ends on a digit of its own, in a spelling."""
    return f"{spelling[:-1]}{WRITTEN.index(written)}"


@pytest.fixture(scope="module", autouse=True)
def town(module_db):
    """For each way to write a number a clerk and two offices: theirs, and one where the clerk stands too."""
    home = make.make_site()
    for number, written in enumerate(WRITTEN):
        phone = of_its_own(written, written)
        clerk = make.PersonFactory(name="Nadia Favre", phone=phone)
        for title, fields in (("Greffe", {}), ("Voirie", {"phone": phone})):
            make.published(
                make.OfficePageFactory(
                    parent=home,
                    title=title,
                    slug=f"{title}-{number}".lower(),
                    body=[("person", clerk)],
                    **fields,
                )
            )
    make.published(make.OfficePageFactory(parent=home, title="Port", street="Quai 20", phone="021 000 42 99"))


@pytest.mark.parametrize("typed", SPELLINGS)
@pytest.mark.parametrize("written", WRITTEN)
def test_a_telephone_number_finds_whose_it_is_in_every_spelling(typed, written):
    hits = index.find_entries(of_its_own(typed, written), "fr").hits
    assert sorted(hit.entry.title for hit in hits) == ["Nadia Favre", "Voirie"]
