"""Why a case waits, said to the agent and to the applicant, whatever it waits for."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from eservices.cases import case_screen
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import AGENT, APPLICANT, LEAD, OTHERS, SYSTEM, stages
from tests.factories.cases import CaseFactory

pytestmark = pytest.mark.django_db


def waiting(kind: str, who: str, *, tried_again: bool = True) -> Case:
    """A case whose only stage, of this kind, waits for somebody."""
    case = CaseFactory(stages=[{"key": "etape", "type": kind, "settings": {}}], advanced=False)
    tomorrow = timezone.now() + timedelta(days=1)
    CaseStage.objects.filter(case=case).update(
        progress=CaseStage.Progress.ACTIVE,
        waiting_for=who,
        entered_at=timezone.now(),
        data={"until": tomorrow.isoformat()},
        reason="Le registre est muet." if who == LEAD else "",
    )
    Case.objects.filter(pk=case.pk).update(due_at=tomorrow if tried_again else None)
    return Case.objects.get(pk=case.pk)


def page_of(client, case: Case):
    return client.get(reverse("space:status", args=[case.links.first().secret]))


@pytest.mark.parametrize("who", [AGENT, APPLICANT, SYSTEM, LEAD, OTHERS])
@pytest.mark.parametrize("kind", sorted(stages.items()), ids=lambda one: one[0])
def test_whatever_a_case_waits_for_a_sentence_says_so_to_agent_and_applicant(client, kind, who):
    case = waiting(kind[0], who)
    assert case_screen.situation(case).strip().endswith(".")
    page = page_of(client, case)
    assert page.status_code == 200
    assert page.context["headline"].strip()
    assert page.context["lead"].strip()


def test_of_a_blocked_case_the_agent_reads_whether_it_is_tried_again_or_a_lead_has_to_act(client):
    again, stuck = (waiting("filing", LEAD, tried_again=one) for one in (True, False))
    assert "nouvel essai" in case_screen.situation(again)
    assert "jusqu’à ce qu’un responsable" in case_screen.situation(stuck)
    page = page_of(client, stuck).text
    assert "Le registre est muet" not in page
    assert "Vous n’avez rien à faire" in page


@pytest.mark.parametrize(
    ("kind", "who", "said"),
    [
        ("opinions", OTHERS, "demandé leur avis"),
        ("outside", OTHERS, "Un autre office"),
        ("wait", SYSTEM, "en attente jusqu’au"),
    ],
)
def test_what_happens_elsewhere_or_later_is_not_called_reading(client, kind, who, said):
    case = waiting(kind, who)
    Case.objects.filter(pk=case.pk).update(state="in_progress")
    page = page_of(client, case).text
    assert said in page
    assert "Nous lisons votre demande" not in page
