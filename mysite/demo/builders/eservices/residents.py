"""Invented residents, drawn from lists, always the same for the same seed."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from eservices.register.contrib.demo import DemoRegister
from eservices.register.contrib.demo.inhabitants import TODAY, all_households
from eservices.register.persons import DeclaredPerson, RegisterPerson

FIRST = [
    "Élodie",
    "Marc",
    "Suzanne",
    "Yves",
    "Inês",
    "Bernard",
    "Nathalie",
    "Luc",
    "Giulia",
    "Rui",
    "Mireille",
    "Olivier",
    "Chloé",
    "Sami",
    "Jeanne",
    "Arthur",
    "Léa",
    "Fabien",
    "Corinne",
    "Nicolas",
    "Aline",
    "Gilles",
    "Sandrine",
    "Mehdi",
    "Laure",
    "Quentin",
    "Béatrice",
    "Hugo",
    "Valérie",
    "Antoine",
    "Manon",
    "Joël",
]
LAST = [
    "Rochat",
    "Favre",
    "Perrin",
    "Monnier",
    "Jaccard",
    "Blanc",
    "Oulevay",
    "Crettenand",
    "Tavares",
    "Ferrari",
    "Nguyen",
    "Kovačević",
    "Da-Silva",
    "Pasche",
    "Chevalley",
    "Rosset",
    "Gonin",
    "Michaud",
    "Bovet",
    "Cosandey",
    "Delacrétaz",
    "Regamey",
    "Vuilleumier",
    "Berger",
    "Pittet",
    "Aubert",
    "Meylan",
    "Addor",
]
GERMAN = (
    ["Ueli", "Anna", "Jürg", "Ursula", "Stefan", "Regula", "Beat", "Karin"],
    ["Wyss", "Müller", "Baumann", "Keller", "Zürcher"],
)
ENGLISH = (["Grace", "James", "Emily", "Oliver"], ["Bennett", "Walker", "Hughes", "Clark"])
STREETS = [
    ("Rue du Lac", 60),
    ("Rue des Vignes", 48),
    ("Rue du Temple", 22),
    ("Avenue de la Gare", 34),
    ("Chemin du Stand", 18),
    ("Chemin des Sablons", 40),
    ("Rue des Écoles", 12),
    ("Rue du Midi", 26),
    ("Clos Aurel", 14),
    ("Ruelle du Four", 9),
]
CERTIFIED = ("attestation-domicile",)
ELSEWHERE = [
    ("Rue de la Poste", "1180", "Rolle"),
    ("Chemin du Stand", "1170", "Aubonne"),
    ("Avenue de Lavaux", "1009", "Pully"),
    ("Rue du Centre", "1131", "Tolochenaz"),
    ("Grand-Rue", "1260", "Nyon"),
]


@dataclass(frozen=True)
class Resident:
    """A resident who files requests or reads the newsletter. ``email`` is never a real address."""

    first: str
    last: str
    born: date
    email: str
    phone: str
    address: dict
    language: str = "fr"

    @property
    def answers(self) -> dict:
        """The answers that most forms ask for."""
        return {
            "prenom": self.first,
            "nom": self.last,
            "naissance": self.born.isoformat(),
            "email": self.email,
            "tel": self.phone,
            "adresse": self.address,
        }


class Residents:
    """A source of residents with unique e-mail addresses."""

    def __init__(self, random: Random):
        self.random, self.emails = random, set()
        self.evenings: set[tuple[str, date]] = set()  # rooms and days that are already booked

    def draw(self, service: str = "") -> Resident:
        """Return a new resident; one of the register if ``service`` certifies register data."""
        language = self.random.choices(["fr", "de", "en"], [84, 10, 6])[0]
        firsts, lasts = {"fr": (FIRST, LAST), "de": GERMAN, "en": ENGLISH}[language]
        if service in CERTIFIED or (language == "fr" and self.random.random() < 0.7):
            return self.of(self.random.choice(adults()), language)
        first, last = self.random.choice(firsts), self.random.choice(lasts).replace("-", " ")
        born = date(self.random.randint(1942, 2004), self.random.randint(1, 12), self.random.randint(1, 28))
        return Resident(first, last, born, self._email(first, last), self._phone(), self.address(), language)

    def of(self, person: RegisterPerson, language: str = "fr", email: str = "") -> Resident:
        """Return a resident for a person of the register."""
        first = person.given_names.split(" ")[0]
        names = ("street", "number", "postcode", "town")
        address = {name: getattr(person.address, name) for name in names}
        email = email or self._email(first, person.family_name)
        return Resident(first, person.family_name, person.birth_date, email, self._phone(), address, language)

    def address(self) -> dict:
        street, most = self.random.choice(STREETS)
        number = str(self.random.randint(1, most)) + self.random.choice(["", "", "", "", "A", " bis"])
        return {"street": street, "number": number, "postcode": "1199", "town": "Orvenay"}

    def address_outside(self) -> dict:
        street, postcode, town = self.random.choice(ELSEWHERE)
        return {
            "street": street,
            "number": str(self.random.randint(1, 80)),
            "postcode": postcode,
            "town": town,
        }

    def _phone(self) -> str:
        return f"+4179{self.random.randint(2000000, 9999999)}"

    def _email(self, first: str, last: str) -> str:
        plain = unicodedata.normalize("NFD", f"{first}.{last}".replace(" ", "").lower())
        stem = "".join(sign for sign in plain if sign.isascii())
        found = next(
            e
            for n in range(1, 99)
            if (e := f"{stem}{n if n > 1 else ''}@courriel.example") not in self.emails
        )
        self.emails.add(found)
        return found


@cache
def adults() -> list[RegisterPerson]:
    """Return adult residents of the register without protected address."""
    people = [one for home in all_households() for one in home.people]
    return [one for one in people if one.is_resident(TODAY) and one.age(TODAY) >= 20 and not one.protected]


def resident_by_name(first: str, last: str) -> RegisterPerson:
    """Return the first person of this name."""
    return DemoRegister().find(DeclaredPerson(first, last))[0]
