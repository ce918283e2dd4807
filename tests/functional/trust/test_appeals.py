"""Walkthrough: a decision of November shows the end of its appeal period and who took it."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from eservices.cases import actions
from eservices.cases.models import AppealableDecision, Role
from eservices.deliveries.models import Delivery
from eservices.deliveries.print_queue import actions as paper
from tests.factories.cases import CaseFactory, member
from tests.factories.letter_templates import RemediesFactory

pytestmark = pytest.mark.django_db


def test_appeal_ends_on_working_day_after_recess(client):
    RemediesFactory()
    agent = member(Role.DECIDE)
    with time_machine.travel("2026-11-24 09:00Z"):
        case = CaseFactory(settings={"remedies": "recours"})
        case.team.memberships.filter(user=agent).update(function="Cheffe du service")
        case.team.authority = "Municipalité d’Orvenay"
        case.team.save()
        client.force_login(agent)
        desk = reverse("cases:case", args=[case.reference])
        actions.refuse_case(actor=agent, case=case, reason="Vous n’habitez pas à Orvenay.")
        letter = Delivery.objects.filter(pk=AppealableDecision.objects.get().letter_id)
        letter.update(recipient="Élodie Marchetti, 1099 Orvenay")
        paper.take_print_batch(actor=agent, wanted=letter)
        paper.mark_posted(actor=agent, wanted=letter, numbers={})
        shown = client.get(desk).text
        assert (
            "Tant que rien ne prouve le jour de distribution, elle est présumée notifiée le 2.12.2026"
            in shown
        )
    with time_machine.travel("2026-11-27 09:00Z"):
        client.force_login(agent)
        url = reverse("postroom:do", args=[letter.get().pk, "proof"])
        client.post(url, {"number": "98", "delivered_on": "2026-11-26"})
        assert "jusqu’au 11.01.2027" in client.get(desk).text  # not 26 December, a holiday within the recess
        client.logout()
        private = reverse("space:status", args=[case.links.get(mailed=True).secret])
        assert "Recours possible jusqu’au 11 janvier 2027" in client.get(private).text
    text = letter.get().payload["text"]
    for words in ("Madame, Monsieur,", "Municipalité d’Orvenay", str(agent), "Cheffe du service"):
        assert words in text
    assert AppealableDecision.objects.get().last_day == date(2027, 1, 11)
