"""Secret answers: shown on request to agents of the case, and in no list, search or other page."""

import pytest
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions, opinion_views
from eservices.cases.models import Case, StatusLink
from eservices.cases.texts import letter_rendering
from eservices.cases.texts.placeholders import placeholder_values
from eservices.documents.case_parts import case_pdf
from eservices.formbuilder.field_types import MASK
from home.printing import pdf
from tests.factories.cases import CaseFactory, member

pytestmark = pytest.mark.django_db
SECRET = "dossier-medical"


@pytest.fixture
def case() -> Case:
    """A case with a secret remark."""
    found = CaseFactory(answers={"remarque": SECRET})
    content = found.version.content
    content["steps"][4]["fields"][1]["secret"] = True
    found.version.save()
    found = Case.objects.get(pk=found.pk)
    found.search_text = actions.case_search_lines(found)
    found.save()
    return found


def test_secret_answer_is_hidden_until_agent_opens_it(client, case):
    client.force_login(member())
    page = client.get(reverse("cases:case", args=[case.reference])).text
    before, after = page.split(SECRET)
    assert before.rindex("<details") > before.rindex("Remarque")
    assert after.index("</details>") < after.index("</dd>")


def test_search_does_not_find_secret_answer(case):
    assert "marchetti" in case.search_text
    assert SECRET not in case.search_text


def test_status_page_masks_secret_answer(client, case):
    link = StatusLink.objects.create(case=case, mailed=True)
    page = client.get(reverse("space:status", args=[link.secret])).text
    assert SECRET not in page
    assert MASK in page
    assert "Marchetti" in page


def test_case_pdf_masks_secret_answer(case, monkeypatch):
    compiled = []
    monkeypatch.setattr(pdf, "render_pdf", lambda template, content, now: compiled.append(content) or b"")
    case_pdf.render_case_pdf(case, reader=member(), now=timezone.now())
    assert SECRET not in str(compiled)
    assert ["Remarque", MASK] in compiled[0]["answers"][-1][1]


# -- In repeating groups -------------------------------------------------------------------------------------
@pytest.fixture
def family() -> Case:
    """A case whose group of children contains a secret question."""
    inner = [{"key": "age", "type": "short_text"}, {"key": "soin", "type": "short_text", "secret": True}]
    group = {"key": "enfants", "type": "group", "fields": inner}
    return CaseFactory(asks=[group], answers={"enfants": [{"age": "trois ans", "soin": SECRET}]})


def test_placeholders_mask_secret_answers_in_groups(family):
    for said in (letter_rendering.letter_values(family, "fr"), placeholder_values(family, "fr")):
        assert "trois ans" in said["enfants"]
        assert MASK in said["enfants"]
        assert SECRET not in said["enfants"]


def test_case_pdf_masks_secret_answers_in_groups(family, monkeypatch):
    compiled = []
    monkeypatch.setattr(pdf, "render_pdf", lambda template, content, now: compiled.append(content) or b"")
    case_pdf.render_case_pdf(family, reader=member(), now=timezone.now())
    assert "trois ans" in str(compiled)
    assert SECRET not in str(compiled)


def test_opinion_page_omits_secret_answers_in_groups(family):
    assert "trois ans" in str(opinion_views._declared(family))
    assert SECRET not in str(opinion_views._declared(family))


def test_secret_answer_in_group_is_hidden_until_opened(client, family):
    client.force_login(member())
    before, after = client.get(reverse("cases:case", args=[family.reference])).text.split(SECRET)
    assert before.rindex("<details") > before.rindex("<dt>")
    assert after.index("</details>") < after.index("</dd>")
