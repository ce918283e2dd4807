"""Walkthroughs of forms as residents and editors use them, one per known fault."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from eservices.submissions.models import Draft
from tests.factories.formbuilder import content, question, step, when
from tests.factories.submissions import FormVersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def begin(client):
    """Post the first step of a form without JavaScript and return the response."""

    def post(made: dict, **typed):
        version = FormVersionFactory(content=made | {"settings": {"team": "habitants"}})
        return client.post(reverse("submissions:start", args=[version.form.slug]), typed)

    return post


def test_conditional_static_text_does_not_repeat_the_page(begin):
    note = question("note", "static_text", condition=when("a"))
    made = content(step("un", question("a", required=True), note), step("deux", question("b")))
    response = begin(made, a="oui", _shown="a")
    assert response.status_code == 302
    assert response.url == reverse("submissions:step", args=[Draft.objects.get().secret, "deux"])


def test_required_integer_accepts_zero_up_to_the_review(begin, client):
    made = content(step("un", question("enfants", "integer", required=True)))
    response = begin(made, enfants="0", _shown="enfants")
    assert response.url == reverse("submissions:review", args=[Draft.objects.get().secret])
    assert client.get(response.url).status_code == 200


def test_belgian_iban_is_accepted_for_any_bank(begin):
    made = content(step("un", question("compte", "iban", required=True)))
    begin(made, compte="BE71 0961 2345 6769", _shown="compte")
    assert Draft.objects.get().answers == {"compte": "BE71096123456769"}


def test_review_shows_question_and_answer_of_each_row(begin, client):
    fields = [question("allergies", "yes_no"), question("lesquelles"), question("asthme", "yes_no")]
    made = content(step("un", question("enfants", "group", fields=fields)))
    row = {"allergies": "true", "lesquelles": "Arachides", "asthme": "false"}
    typed = {f"enfants-0-{key}": value for key, value in row.items()}
    response = begin(made, _shown="enfants", **{"enfants-count": "1"}, **typed)
    page = client.get(response.url).text.replace("\u00a0", " ").replace("&nbsp;", " ")
    assert "allergies : Oui<br>lesquelles : Arachides<br>asthme : Non" in page


def test_lint_service_prints_in_the_language_of_the_commune(tmp_path, capsys):
    file = tmp_path / "service.json"
    file.write_text(json.dumps(content(step("un", question("a", condition=when("z"))))))
    with pytest.raises(CommandError, match="Fautif"):
        call_command("lint_service", str(file))
    told = capsys.readouterr().out
    assert "erreur  field.a" in told
    assert not [word for word in ("error", "warning", "not here") if word in told]
