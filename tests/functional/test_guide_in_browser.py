"""Help button of the admin, which opens the relevant chapter of the guide."""

import pytest
from playwright.sync_api import expect

from tests.factories.accounts import SuperuserFactory
from tests.support.browser import assert_accessible

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_help_opens_the_chapter_beside_the_work(visit, site):
    page = visit(user=SuperuserFactory())
    page.goto("/admin/snippets/home_alerts/alert/add/")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Aide").click()
    guide = opened.value
    chapter = guide.get_by_role("heading", name="Les alertes")
    expect(chapter).to_be_in_viewport()
    assert_accessible(guide, ".desk")

    # The guide has a table of contents and is readable in dark mode and on a phone.
    guide.get_by_role("navigation", name="Sommaire").get_by_role("link", name="Les canaux").click()
    expect(guide.get_by_role("heading", name="Les canaux")).to_be_in_viewport()
    guide.emulate_media(color_scheme="dark")
    guide.set_viewport_size({"width": 360, "height": 740})
    assert guide.evaluate("document.documentElement.scrollWidth") <= 360
    assert_accessible(guide, ".guide-contents, .guide-text > :nth-child(-n + 30), .guide-text table")
