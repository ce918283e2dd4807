"""Property: a register document contains only names, dates and addresses given by the population register."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils import timezone, translation
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from wagtail.rich_text import RichText

from eservices.accounts.person_names import name_words
from eservices.documents import document_text
from eservices.documents.exceptions import TemplateError
from eservices.documents.models import DocumentTemplate
from eservices.documents.placeholders import REGISTER
from eservices.documents.register_extract import Registered
from eservices.register.access import RegisterAnswer
from eservices.register.actions.lookups import ask_with_others
from eservices.register.comparison import ComparedAspect, MatchResult
from eservices.register.persons import CivilStatus, DeclaredPerson, RegisterAddress, RegisterPerson
from eservices.register.population_register import PopulationRegister
from home.localization.dates import date_format

TODAY = date(2026, 11, 1)
NAMES = st.sampled_from(["Élodie", "Noé", "Yves", "Huguette", "Pierre", "Ana", "Zébulon", "Łucja", "D’Élia"])
FAMILIES = st.sampled_from(["Marchetti", "Rochat", "Da Silva", "Müller"])
STREETS = st.sampled_from(["Rue du Lac", "Rue du Midi", "Chemin des Faux"])
DAYS = st.integers(0, 30_000).map(lambda ago: TODAY - timedelta(days=ago))
ADDRESSES = st.builds(
    RegisterAddress, STREETS, st.integers(1, 3).map(str), postcode=st.just("1199"), town=st.just("Orvenay")
)
DECLARED = st.builds(DeclaredPerson, NAMES, FAMILIES, DAYS, ADDRESSES)
WHOM = ("applicant", "named", "everybody")
BODY = [
    *(
        ("statement", {"text": RichText(f"<p>{{{key}}}</p>"), "about": about, "condition": None})
        for key in REGISTER
        for about in WHOM
    ),
    *(
        ("people", {"heading": "", "about": about, "rows": ["birth", "address", "since"], "condition": None})
        for about in WHOM
    ),
]


@st.composite
def households(draw) -> list[list[RegisterPerson]]:
    """Draw two households, which may share a street and a number."""
    found = []
    for home in range(2):
        address = draw(ADDRESSES)
        found.append(
            [
                RegisterPerson(
                    *(f"{home}-{place}", draw(NAMES), draw(FAMILIES), draw(DAYS)),
                    address=draw(st.sampled_from([address, address, None])),
                    resident_since=draw(st.one_of(st.none(), DAYS)),
                    origin="Orvenay VD",
                    civil_status=draw(st.sampled_from(["", *CivilStatus.values])),
                )
                for place in range(draw(st.integers(1, 3)))
            ]
        )
    return found


@st.composite
def declarations(draw, homes: list[list[RegisterPerson]]) -> list[DeclaredPerson]:
    """Draw the applicant and the persons they name: correct, nearly correct, or invented."""
    people = [one for home in homes for one in home]
    said = []
    for one in draw(st.lists(st.sampled_from(people), min_size=1, max_size=3)):
        true = DeclaredPerson(one.given_names, one.family_name, one.birth_date, one.address)
        said.append(draw(st.one_of(st.just(true), st.just(true), DECLARED)))
    return said


class Household(PopulationRegister):
    def __init__(self, homes):
        self.homes = homes

    def find(self, declared):
        return [one for home in self.homes for one in home]

    def household(self, key):
        return next((home for home in self.homes if any(one.key == key for one in home)), [])


def answer_to(homes: list[list[RegisterPerson]], said: list[DeclaredPerson]) -> RegisterAnswer | None:
    """Return the answer of the register check for the document if no agent needs to decide; else None."""
    required = [ComparedAspect.BIRTH_DATE, ComparedAspect.ADDRESS]
    finding, others = ask_with_others(lambda: Household(homes), said[0], required, said[1:])
    if finding.outcome != MatchResult.MATCH:
        return None
    found = {one.people[0].key: one.people[0] for one in others if one.outcome == MatchResult.MATCH}
    return RegisterAnswer(finding.people[0], tuple(found.values()), TODAY)


def written(answer: RegisterAnswer, said: list[DeclaredPerson]) -> Iterator[dict]:
    """Yield every block of a document that can be written, with the declared answers available."""
    typed = {"prenom": said[0].given_names, "nom": said[0].family_name}
    words = document_text.TemplateValues(
        *({"number": "", "date": ""}, typed, typed, TODAY),
        tells_register=True,
        declared=typed,
        registered=Registered(answer),
    )
    for block in DocumentTemplate(body=BODY, tells_register=True).body:
        try:
            yield document_text._block(block, words)
        except TemplateError:
            continue


def texts_in(block: dict) -> Iterator[str]:
    """Yield the texts of a block, without the fixed texts of the commune."""
    for passage in block.get("passages", []):
        yield from ("".join(text for text, *_marks in item) for item in passage["items"])
    for table in block.get("people", []):
        yield from (value for _label, value in table)


def given_by(home: list[RegisterPerson]) -> str:
    """Return everything that the register gave of a household, as text."""
    days = [day for one in home for day in (one.birth_date, one.resident_since) if day]
    people = [f"{one.name} {one.address or ''} {one.origin}" for one in home]
    statuses = [str(CivilStatus(one.civil_status).label) for one in home if one.civil_status]
    return " ".join([*people, *statuses, *(date_format(day) for day in [*days, TODAY])])


@budget(max_examples=150, deadline=None)
@given(st.data())
def test_register_document_contains_only_what_the_register_gave(data):
    homes = data.draw(households())
    said = data.draw(declarations(homes))
    answer = answer_to(homes, said)
    if answer is None:
        return
    with translation.override("fr"):
        home = next(home for home in homes if answer.applicant in home)
        allowed = set(name_words(given_by(home))) | {"et"}
        for block in written(answer, said):
            for text in texts_in(block):
                assert set(name_words(text)) <= allowed, text


@budget(max_examples=150, deadline=None)
@given(st.data())
def test_register_document_names_nobody_of_another_household(data):
    homes = data.draw(households())
    said = data.draw(declarations(homes))
    answer = answer_to(homes, said)
    if answer is None:
        return
    home = next(home for home in homes if answer.applicant in home)
    for one in answer.named:
        assert one in home
        assert one.is_resident(timezone.localdate())
        assert one.address == answer.applicant.address
