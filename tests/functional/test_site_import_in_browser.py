"""The screens of an import on a phone: the form, the report and its filters."""

import pytest

from mysite.site_import.models import SiteImport
from tests.factories.accounts import SuperuserFactory
from tests.factories.news import EventIndexPageFactory, NewsIndexPageFactory
from tests.mysite.site_import.old_sites import new_import, wordpress_zip
from tests.mysite.site_import.test_tables_and_feeds import SITE, TABLE
from tests.support.browser import assert_accessible, press

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_import_is_usable_on_a_phone(visit, site):
    NewsIndexPageFactory(parent=site), EventIndexPageFactory(parent=site)
    page = visit(user=SuperuserFactory(), width=360)
    page.goto("/admin/imports/")
    assert_accessible(page, ".desk")
    page.goto("/admin/imports/new/")
    page.locator("select[name=source]").select_option("wordpress")
    press(page.get_by_role("button", name="Commencer l’essai"))
    assert_accessible(page, ".desk")
    file = {"name": "export.zip", "mimeType": "application/zip", "buffer": wordpress_zip()}
    page.locator("input[type=file]").set_input_files(file)
    press(page.get_by_role("button", name="Commencer l’essai"))
    assert SiteImport.objects.get().state == "reported"
    assert_accessible(page, ".desk")
    assert page.locator("main").evaluate("main => main.scrollWidth <= main.clientWidth")
    page.locator("select[name=outcome]").select_option("left_out")
    press(page.get_by_role("button", name="Montrer"))
    assert_accessible(page, ".desk")
    press(page.get_by_role("button", name="Importer maintenant"))
    assert SiteImport.objects.get().state == "finished"
    assert_accessible(page, ".desk")
    waiting = new_import("table", site, content=TABLE.encode(), name="site.csv", address=SITE)
    page.goto(f"/admin/imports/{waiting.pk}/")
    assert_accessible(page, ".desk")
