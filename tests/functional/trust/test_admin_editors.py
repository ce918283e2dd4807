"""Admin editors of document templates, letter templates and services: their choosers are rendered and no script fails.

A script that throws fails the test, see ``visit``.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.catalogue.test_step_screen import url_of
from tests.factories.catalogue import SERVICE, make_editor, make_service
from tests.factories.documents import STAGES, DocumentTemplateFactory
from tests.factories.home import CommuneSettingsFactory
from tests.factories.letter_templates import LetterFactory, RemediesFactory

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def editor(visit, client, live_server):
    CommuneSettingsFactory()
    window = visit(height=1100)
    client.force_login(make_editor())
    cookie = client.cookies["sessionid"]
    window.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    return window


def edit(thing) -> str:
    meta = thing._meta
    return reverse(f"wagtailsnippets_{meta.app_label}_{meta.model_name}:edit", args=[thing.pk])


def test_template_editor_lists_the_questions_of_its_service(editor):
    template = DocumentTemplateFactory(facts="prenom, nom", tells_register=False)
    make_service(definition=SERVICE | {"stages": STAGES})
    editor.goto(edit(template))
    facts = editor.locator(".question-picker select")
    expect(facts).to_have_count(3)  # two that are chosen, and one to add
    expect(facts.first).to_have_value("prenom")
    assert "motif" in facts.last.locator("option").evaluate_all("all => all.map(one => one.value)")
    facts.last.select_option("motif")
    expect(editor.locator("[name$='-value-keys']")).to_have_value("prenom, nom, motif")


def test_admin_edit_screens_run_their_scripts_without_errors(editor):
    template = DocumentTemplateFactory(facts="prenom, nom", tells_register=False)
    pages = [edit(template), edit(LetterFactory()), edit(RemediesFactory())]
    service = make_service(definition=SERVICE | {"stages": STAGES})
    for address in [*pages, reverse("wagtailadmin_pages:edit", args=[service.pk])]:
        editor.goto(address)
        expect(editor.locator("form[method=POST i]").first).to_be_attached()
        editor.wait_for_load_state("networkidle")
    editor.goto(url_of(service))
    expect(editor.locator(".condition").first).to_be_attached()
