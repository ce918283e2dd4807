"""Search by telephone number: its owner is found in every notation."""

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
    "021\u202f000\u202f42\u202f20",  # as the site prints it
]
WRITTEN = [*SPELLINGS[:3], SPELLINGS[-1]]


def of_its_own(spelling: str, written: str) -> str:
    """Return the spelling with the last digit that marks this written form."""
    return f"{spelling[:-1]}{WRITTEN.index(written)}"


@pytest.fixture(scope="module", autouse=True)
def town(module_db):
    """Create a clerk and two offices for each written form of a number.

    One office has the number of the clerk, the other only shows the clerk.
    """
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
def test_phone_number_finds_its_owner_in_every_notation(typed, written):
    hits = index.find_entries(of_its_own(typed, written), "fr").hits
    assert sorted(hit.entry.title for hit in hits) == ["Nadia Favre", "Voirie"]
