"""Import of a service definition in the browser: refused with all faults, then accepted as a draft."""

import json

import pytest
from django.utils.translation import gettext as _
from playwright.sync_api import expect

from tests.factories.catalogue import SERVICE, make_counter, make_editor
from tests.factories.home import CommuneSettingsFactory
from tests.support.browser import assert_accessible

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.mark.parametrize("width", [1280, 360])
def test_imported_definition_is_corrected_and_becomes_a_draft(visit, client, live_server, width):
    CommuneSettingsFactory()
    index = make_counter()
    client.force_login(make_editor())
    editor = visit(width=width)
    cookie = client.cookies["sessionid"].value
    editor.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    editor.goto(f"/admin/pages/services/import/{index.pk}/")
    assert_accessible(editor)
    pasted = editor.get_by_label(_("Or its text"))
    pasted.fill(json.dumps(SERVICE | {"colour": "red", "steps": []}))
    editor.get_by_role("button", name=_("Import as a draft")).click()
    expect(editor.locator("#import-faults")).to_be_focused()
    expect(editor.locator("#import-faults code", has_text="colour")).to_be_visible()
    assert_accessible(editor)
    pasted.fill(json.dumps(SERVICE))
    editor.get_by_role("button", name=_("Import as a draft")).click()
    editor.wait_for_url("**/edit/")
    expect(
        editor.get_by_text(
            _("“%(title)s” was imported as a draft.") % {"title": SERVICE["texts"]["fr"]["title"]}
        )
    ).to_be_visible()
