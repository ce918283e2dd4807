"""Reasons why a case waits, as the agent and the applicant see them."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from eservices.cases import actions
from eservices.cases.desk.case import page as case_screen
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import AGENT, APPLICANT, LEAD, OTHERS, SYSTEM, stages
from tests.factories.cases import CaseFactory, member

pytestmark = pytest.mark.django_db


def begun(kind: str, **stated) -> Case:
    """Create a case with one stage of this type and with these settings."""
    return CaseFactory(stages=[{"key": "etape", "type": kind, "settings": stated}], advanced=False)


@pytest.fixture(scope="module")
def by_kind(module_db) -> dict[str, Case]:
    """Create a case with one stage, for each type of stage."""
    return {kind: begun(kind) for kind, _stage in stages.items()}


def waiting(case: Case, who: str, *, tried_again: bool = True) -> Case:
    """Set the case's only stage to wait for ``who`` and return the case, reloaded."""
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


ACTS = {
    AGENT: "un agent doit agir",
    APPLICANT: "au requérant d’agir",
    OTHERS: "des tiers doivent agir",
    SYSTEM: "automatiquement",
}
OWN = {  # what stages of a type wait for, in their own texts
    "check": "de la liste reste à contrôler",
    "decision": "Contrôlez ce qui a été déclaré",
    "fill": "ce que l’administration doit savoir",
    "identity": "qui demande",
    "outside": "Transmettez le dossier",
    "report": "Regardez sur place",
    "wait": "continue de lui-même le",
}
ISSUING = "comment vous avez vérifié l’identité"


def waited_for(kind: str, who: str) -> list[str]:
    """Return the texts that the sentence must contain.

    These are the reason, the stage's own text, or the stage and who must act.
    """
    if who == LEAD:
        return [str(stages[kind].label), "Le registre est muet"]
    if kind in ("document", "permit") and who == AGENT:
        return [ISSUING]
    return [OWN[kind]] if kind in OWN else [str(stages[kind].label), ACTS[who]]


def in_each_language(case: Case) -> list[str]:
    said = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            said.append(case_screen.describe_situation(case))
    return said


def is_one_sentence(text: str) -> bool:
    """Return whether a text is one sentence.

    A date as “27.11. haben” or “4. Dezember” does not end it; a full stop before a capital does.
    """
    return bool(re.fullmatch(r"\S.*[^.\s]\.", text)) and not re.search(
        r"(?<!\d\.)(?<=[.!?…])\s+\W*[A-ZÀ-Þ]", text
    )


@pytest.mark.parametrize("who", [AGENT, APPLICANT, SYSTEM, LEAD, OTHERS])
@pytest.mark.parametrize("kind", sorted(stages.items()), ids=lambda one: one[0])
def test_reason_is_one_sentence_for_agent_and_applicant(client, by_kind, kind, who):
    case = waiting(by_kind[kind[0]], who)
    said = case_screen.describe_situation(case)
    assert all(words in said for words in waited_for(kind[0], who)), said
    assert [text for text in in_each_language(case) if not is_one_sentence(text)] == []
    page = page_of(client, case)
    assert page.status_code == 200
    assert page.context["headline"].strip()
    assert page.context["lead"].strip()


@pytest.mark.parametrize("who", [AGENT, APPLICANT, OTHERS])
def test_case_that_is_due_now_waits_for_nobody(by_kind, who):
    case = waiting(by_kind["payment"], who)
    case.due_at = timezone.now()
    assert "de lui-même" in case_screen.describe_situation(case)
    assert "agir" not in case_screen.describe_situation(case)
    assert [text for text in in_each_language(case) if not is_one_sentence(text)] == []


@pytest.mark.parametrize(
    ("situation", "words"),
    [("asked", "l’échéance est suspendue"), ("undecided", "décidez"), ("done", "se ferme de lui-même")],
)
def test_asked_undecided_or_done_case_has_a_one_sentence_reason(situation, words):
    case = CaseFactory(asked=situation == "asked")
    if situation == "done":
        case.stages.update(progress=CaseStage.Progress.DONE)
    assert words in case_screen.describe_situation(case)
    assert [text for text in in_each_language(case) if not is_one_sentence(text)] == []


@pytest.mark.parametrize(
    ("kind", "who", "data", "words"),
    [
        ("outside", OTHERS, {"said": {"reference": "VD-77"}}, "sous VD-77"),
        ("outside", AGENT, {"said": {"reference": "VD-77"}}, "plus longtemps que prévu"),
        ("decision", AGENT, {"proposal": {"name": "Anne Rey", "by": 0}}, "Anne Rey propose"),
    ],
)
def test_progress_of_a_stage_is_in_its_one_sentence_reason(kind, who, data, words):
    case = waiting(begun(kind, name="Le canton"), who)
    case.stages.update(data=data)
    case = Case.objects.get(pk=case.pk)
    assert words in case_screen.describe_situation(case)
    assert [text for text in in_each_language(case) if not is_one_sentence(text)] == []


@pytest.mark.parametrize(("days", "words"), [(0, "Nous attendons"), (20, "Pas de réponse à temps de")])
def test_awaited_opinions_are_one_sentence(time_machine, days, words):
    asked = [{"name": "SDIS", "email": "sdis@region.example", "days": 5}]
    case = CaseFactory(stages=[{"key": "a", "type": "opinions", "settings": {"text": "?", "asked": asked}}])
    time_machine.move_to(timezone.now() + timedelta(days=days))
    said = case_screen.describe_situation(case)
    assert words in said
    assert "SDIS" in said
    assert [text for text in in_each_language(case) if not is_one_sentence(text)] == []


def test_decided_case_that_continues_has_a_one_sentence_reason():
    case = CaseFactory()
    actions.accept_case(actor=member(), case=case)  # no worker has run yet
    case = Case.objects.get(pk=case.pk)
    assert case_screen.describe_situation(case).startswith("Décidé\N{NO-BREAK SPACE}: la suite se fait")
    assert [text for text in in_each_language(case) if not is_one_sentence(text)] == []


def test_stored_reason_of_a_stage_is_shown(by_kind):
    case = waiting(by_kind["payment"], AGENT)
    case.stages.update(reason="Non payé au 3.11.2026.")
    assert case_screen.describe_situation(Case.objects.get(pk=case.pk)) == "Non payé au 3.11.2026."


@pytest.mark.parametrize("reason", ["Le registre est muet.", "Le registre est muet"])
def test_reason_is_one_sentence_with_or_without_its_full_stop(by_kind, reason):
    case = waiting(by_kind["filing"], LEAD)
    case.stages.update(reason=reason)
    assert is_one_sentence(case_screen.describe_situation(Case.objects.get(pk=case.pk)))


def test_blocked_case_shows_a_retry_or_the_need_for_a_lead(client):
    again, stuck = (waiting(begun("filing"), LEAD, tried_again=one) for one in (True, False))
    assert "nouvel essai" in case_screen.describe_situation(again)
    assert "jusqu’à ce qu’un responsable" in case_screen.describe_situation(stuck)
    page = page_of(client, stuck).text
    assert "Le registre est muet" not in page
    assert "Vous n’avez plus rien à faire" in page  # to archive the case concerns the commune alone


@pytest.mark.parametrize(
    ("kind", "who", "said"),
    [
        ("opinions", OTHERS, "demandé leur avis"),
        ("outside", OTHERS, "Un autre office"),
        ("wait", SYSTEM, "en attente jusqu’au"),
    ],
)
def test_wait_for_others_is_not_described_as_reading(client, by_kind, kind, who, said):
    case = waiting(by_kind[kind], who)
    Case.objects.filter(pk=case.pk).update(state="in_progress")
    page = page_of(client, case).text
    assert said in page
    assert "Nous lisons votre demande" not in page
