"""Import of a service definition in the browser: refused with all faults, then accepted as a draft."""

import json

import pytest
from django.utils.translation import gettext as _
from playwright.sync_api import expect

from tests.factories.catalogue import SERVICE, make_counter, make_editor
from tests.factories.home import CommuneSettingsFactory
from tests.support.browser import assert_accessible

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_imported_definition_is_corrected_and_becomes_a_draft(visit):
    CommuneSettingsFactory()
    index = make_counter()
    editor = visit(user=make_editor())
    editor.goto(f"/admin/pages/services/import/{index.pk}/")
    assert_accessible(editor, "main")
    pasted = editor.get_by_label(_("Or its text"))
    pasted.fill(json.dumps(SERVICE | {"colour": "red", "steps": []}))
    editor.get_by_role("button", name=_("Import as a draft")).click()
    expect(editor.locator("#import-faults")).to_be_focused()
    expect(editor.locator("#import-faults code", has_text="colour")).to_be_visible()
    editor.set_viewport_size({"width": 360, "height": 900})
    assert_accessible(editor, "main")
    pasted.fill(json.dumps(SERVICE))
    editor.get_by_role("button", name=_("Import as a draft")).click()
    editor.wait_for_url("**/edit/")
    expect(
        editor.get_by_text(
            _("“%(title)s” was imported as a draft.") % {"title": SERVICE["texts"]["fr"]["title"]}
        )
    ).to_be_visible()
