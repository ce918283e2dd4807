"""Mailroom in the browser: printing some of the waiting paper letters, entering numbers of registered mail."""

import pytest
from playwright.sync_api import expect

from eservices.deliveries.models import Delivery
from eservices.deliveries.print_queue import actions as paper
from tests.factories.cases import CaseFactory, member

pytestmark = pytest.mark.usefixtures("transactional_db")
ADDRESS = {"street": "Chemin des Vignes", "number": "12 bis", "postcode": "1099", "town": "Orvenay"}


def test_mailroom_prints_chosen_letters_and_records_a_number(visit):
    """The letters are printed on a desktop, and the number is entered on a phone."""
    for _number in range(2):
        CaseFactory(email="", answers={"adresse": ADDRESS})
    first, second = Delivery.objects.to_print()
    agent = member()
    paper.set_letter_address(actor=agent, letter=second, lines=second.payload["address"], registered=True)
    page = visit(user=agent)
    page.goto("/admin/letters/")

    page.locator(f"input[value='{first.pk}']").click()  # unticks it: all are ticked
    page.get_by_role("button", name="Imprimer les lettres choisies").click()

    expect(page.locator(".queue tbody tr")).to_have_count(1)
    page.set_viewport_size({"width": 360, "height": 900})
    page.locator(f"input[name='number-{second.pk}']").click()
    page.keyboard.type("98.00.123456")
    page.get_by_role("button", name="Les lettres choisies sont postées").click()
    expect(page.get_by_text("1 lettre est postée.")).to_be_visible()
    states = {one.pk: (one.state, one.posting.number) for one in Delivery.objects.filter(carrier="print")}
    assert states == {first.pk: ("to_print", ""), second.pk: ("done", "98.00.123456")}
