"""People as shown by verification: just enough to compare them with a paper. Pure."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from eservices.register.persons import RegisterPerson, Sex


def recognisable_person(person: RegisterPerson) -> dict:
    """Return what verification shows of a person in the population register."""
    first = (person.given_names or person.family_name).split()[0]
    family = person.family_name if person.given_names else ""
    return _shown(first, family, person.birth_date.year, person.sex)


def recognisable(name: str, year: int | None) -> dict:
    """Return what verification shows of a person who was not looked up in the register, by their usual name."""
    first, _space, rest = name.strip().partition(" ")
    return _shown(first, rest.split()[-1] if rest.split() else "", year)


def _shown(first: str, family: str, year: int | None, sex: str = "") -> dict:
    return {"given_name": first, "initial": family[:1].upper(), "year": year, "sex": sex}


def in_words(shown: dict) -> str:
    """Return the phrase to compare with a paper, such as “Huguette P., née en 1948.” in French."""
    initial = f"{shown['initial']}." if shown["initial"] else ""
    name = " ".join(filter(None, (shown["given_name"], initial)))
    if not shown["year"]:
        return f"{name.removesuffix('.')}."
    born = {
        Sex.FEMALE: pgettext("a woman", "%(name)s, born in %(year)s"),
        Sex.MALE: pgettext("a man", "%(name)s, born in %(year)s"),
    }
    said = born.get(shown["sex"], _("%(name)s, born in %(year)s")) % {"name": name, "year": shown["year"]}
    return f"{said}."
