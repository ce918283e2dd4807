"""Answers of every field type, as the case page shows them to agents."""

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from eservices.cases.models import Case
from eservices.formbuilder.field_types import field_types
from eservices.submissions.models import StoredFile
from tests.factories.bookings import resource
from tests.factories.cases import CaseFactory, member
from tests.factories.formbuilder import EVERY_TYPE, content, question, step
from tests.factories.submissions import pdf

pytestmark = pytest.mark.django_db

ASKED = [
    *(one for one in EVERY_TYPE if one["type"] != "files"),
    question("pieces", "files"),
    question("salle", "booking", settings={"resources": ["salle"]}),
]
KINDS = {one["key"]: one["type"] for one in ASKED if field_types[one["type"]].asks}
HOME = {
    "street": "Rue du Lac",
    "number": "12 bis",
    "extra": "c/o Rochat",
    "postcode": "1199",
    "town": "Orvenay",
}
SOMEBODY = {
    "salutation": "mrs",
    "first_name": "Léa",
    "last_name": "Rochat",
    "born": "1986-06-04",
    "nationality": "CH",
}
ROWS = [{"prenom": "Léa", "ne": "2015-06-04"}, {"prenom": "Tom"}]
EVENING = {"resource": "salle", "count": 1, "times": [["2026-12-12T17:00+01:00", "2026-12-12T23:00+01:00"]]}
EVENING |= {"series": "6f1d0f3e-5f0f-4d0a-9d9b-0f3a1c2b4d5e"}
# By question: the stored answer and its text on the case page.
READ = {
    "ligne": ("Orvenay", "Orvenay"),
    "texte": ("Deux\nlignes", "Deux / lignes"),
    "courriel": ("lea@courriel.example", "lea@courriel.example"),
    "tel": ("+41791234567", "079 123 45 67"),
    "site": ("https://orvenay.example", "https://orvenay.example"),
    "nombre": (3, "3"),
    "poids": ("1234.5", "1 234,5"),
    "montant": ("1250.50", "CHF 1 250.50"),
    "jour": ("2026-12-01", "1er décembre 2026"),
    "sejour": ({"from": "2026-12-01", "to": "2026-12-05"}, "du 1er décembre 2026 au 5 décembre 2026"),
    "heure": ("14:30", "14:30"),
    "accord": (False, "Non"),
    "un": ("a", "a"),
    "plusieurs": (["a", "c"], "a, c"),
    "adresse": (HOME, "c/o Rochat, Rue du Lac 12 bis, 1199 Orvenay"),
    "lieu": (
        {"address": "Devant le port", "lat": 46.39, "lon": 6.4812},
        "Devant le port (46.390000, 6.481200)",
    ),
    "personne": (SOMEBODY, "Madame Léa Rochat, 4 juin 1986, Suisse"),
    "pays": ("PT", "Portugal"),
    "avs": ("756.9217.0769.85", "756.9217.0769.85"),
    "niss": ("85.07.30-033.28", "85.07.30-033.28"),
    "matricule": ("1893120105732", "1893 1201 05732"),
    "societe": ("CHE-100.155.212", "CHE-100.155.212"),
    "compte": ("CH9300762011623852957", "CH93 0076 2011 6238 5295 7"),
    "plaque": ("VD 123456", "VD 123456"),
    "puce": ("756098100123456", "756 0981 0012 3456"),
    "consent": (True, "Oui"),
    "enfants": (ROWS, "Nº 1 / prenom : Léa / ne : 4 juin 2015 / Nº 2 / prenom : Tom"),
    "total": (None, "1 237,5"),
    "salle": (EVENING, "Salle / Samedi 12 décembre 2026, 17 h à 23 h"),
}


def answered(answers: dict, **changes) -> Case:
    """Create a case whose form asks a question of every field type."""
    case = CaseFactory()
    asked = step("tout", *(one | changes.get(one["key"], {}) for one in ASKED))
    case.version.content = content(asked, stages=case.version.content["stages"])
    case.version.save()
    case.submission.answers = answers
    case.submission.save()
    return case


def lines(page: str) -> dict[str, str]:
    """Return the answers of the case page by question, without their links for corrections."""
    section = page[page.index('<h2 id="answers"') :]
    rows = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", section, re.DOTALL)
    rows = [(key, re.sub(r'<a class="amend".*?</a>', "", said, flags=re.DOTALL)) for key, said in rows]
    return {key: " ".join(unescape(strip_tags(said.replace("<br>", " / "))).split()) for key, said in rows}


def test_case_page_shows_answer_of_every_field_type(client):
    resource("salle")
    case = answered({key: answer for key, (answer, _words) in READ.items() if answer is not None})
    stored = StoredFile.objects.create(
        submission=case.submission, name="bail.pdf", content=pdf(), content_type="application/pdf", size=1
    )
    case.submission.answers["pieces"] = [{"id": str(stored.pk), "name": "bail.pdf", "size": 1}]
    case.submission.save()
    client.force_login(member())

    found = lines(client.get(reverse("cases:case", args=[case.reference])).text)

    assert {KINDS[key] for key in found} == {kind.key for kind in field_types if kind.asks}
    assert found.pop("pieces").startswith("bail.pdf")
    assert found == {key: said for key, (_answer, said) in READ.items()}


def test_answers_are_shown_in_order_of_questions(client):
    case = answered({key: answer for key, (answer, _words) in reversed(READ.items()) if key != "total"})
    client.force_login(member())

    found = lines(client.get(reverse("cases:case", args=[case.reference])).text)

    assert [*found] == [key for key in KINDS if key in found]
    assert set(READ) <= set(found)


def test_invalid_stored_answer_is_shown_unformatted(client):
    """An import or an older version may have stored such answers: they are shown, and raise no error."""
    case = answered({key: ["2026", {"x": 1}] for key in READ if key != "total"})
    client.force_login(member())

    page = client.get(reverse("cases:case", args=[case.reference]))

    assert page.status_code == 200
    assert "2026" in lines(page.text)["jour"]


def test_secret_answer_of_any_type_is_hidden_until_requested(client):
    secret = {key: {"secret": True} for key in READ if KINDS[key] not in ("computed", "group", "booking")}
    case = answered({key: READ[key][0] for key in secret}, **secret)
    client.force_login(member())

    found = lines(client.get(reverse("cases:case", args=[case.reference])).text)

    assert {key: found[key] for key in secret} == {key: f"Montrer{READ[key][1]}" for key in secret}
