"""An editor changes a service in the ordinary Wagtail editor, and the resident meets the change."""

import pytest
from django.utils.translation import gettext as _
from playwright.sync_api import expect

from eservices.formbuilder.models import Form
from tests.browser import assert_accessible
from tests.factories.catalogue import make_editor, make_service
from tests.factories.home import CommuneSettingsFactory

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page, client, live_server, user):
    client.force_login(user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])


def block(editor, name):
    """The block of a StreamField whose hidden inputs start with ``name``."""
    return editor.locator(f'[data-streamfield-child]:has(> input[name="{name}-type"])')


def add_block(editor, stream, kind):
    """Adds a block of a kind at the end of a stream."""
    stream.get_by_title("Insérer un bloc").last.click()
    editor.get_by_role("option", name=kind).click()


def publish(editor):
    editor.locator("[data-w-dropdown-target=toggle]", has=editor.locator("svg.icon-arrow-up")).last.click()
    editor.get_by_role("button", name="Publier").click()
    editor.wait_for_load_state("networkidle")


def test_an_editor_adds_a_question_with_a_condition_and_the_resident_sees_it(visit, client, live_server):
    CommuneSettingsFactory()
    service = make_service()
    editor = visit(height=1400)
    sign_in(editor, client, live_server, make_editor())
    editor.goto(f"/admin/pages/{service.pk}/edit/")
    editor.get_by_role("tab", name="Formulaire").click()
    add_block(editor, block(editor, "form-1"), _("Short text"))
    added = block(editor, "form-1-value-fields-2")
    added.get_by_label(_("Question")).first.fill("Adresse du bien")
    added.get_by_role("button", name=_("Add a condition")).click()
    added.get_by_role("combobox", name=_("Question")).select_option(label="Motif")
    added.get_by_role("combobox", name=_("Value")).select_option(label="bail")
    publish(editor)

    field = Form.objects.get().current.definition.fields["adresse_du_bien"]
    assert field.condition == {"field": "motif", "operator": "equals", "value": "bail"}

    resident = visit(width=360, javascript=False)
    resident.goto(service.get_url())
    assert_accessible(resident)
    resident.locator(".start .btn").click()
    for name, text in (("prenom", "Élodie"), ("nom", "Rochat"), ("courriel", "elodie@courriel.example")):
        resident.locator(f"[name={name}]").fill(text)
    resident.locator("form .btn").click()
    expect(resident.get_by_label("Adresse du bien")).to_have_count(0)
    resident.get_by_label("bail").check()
    resident.locator("form .btn").click()
    expect(resident.get_by_label("Adresse du bien")).to_be_visible()
    assert_accessible(resident)


def test_a_form_with_a_fault_is_kept_as_a_draft_and_the_fault_is_said(visit, client, live_server):
    service = make_service()
    editor = visit(height=1400)
    sign_in(editor, client, live_server, make_editor())
    editor.goto(f"/admin/pages/{service.pk}/edit/")
    editor.get_by_role("tab", name="Formulaire").click()
    block(editor, "form-0-value-fields-2").get_by_title("Supprimer").click()
    publish(editor)
    expect(editor.get_by_text("courriel")).to_be_visible()
    assert Form.objects.get().versions.count() == 1
