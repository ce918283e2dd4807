"""Translation screen of the admin in the editor's language."""

import pytest
from playwright.sync_api import expect
from wagtail_localize.models import Translation, TranslationSource

from tests.factories.accounts import SuperuserFactory
from tests.factories.home import ContentPageFactory, locale, translated

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_translation_screen_contains_no_english(visit, site):
    page = ContentPageFactory(
        parent=site, title="Le port", body=[("text", "<p>Douze places sont libres.</p>")]
    )
    translated(site, "de", title="Startseite")
    source, _new = TranslationSource.update_or_create_from_instance(page)
    translation = Translation.objects.create(source=source, target_locale=locale("de"))
    translation.save_target(publish=False)
    window = visit(user=SuperuserFactory(language="fr"))
    window.goto(f"/admin/pages/{page.get_translation(locale('de')).pk}/edit/")
    expect(window.get_by_role("heading", name="Traduction : Français → Deutsch")).to_be_visible()
    expect(window.get_by_role("button", name="Publier en Deutsch")).to_be_visible()
    shown = window.locator("body").inner_text()
    for words in ("translation", "More actions", "Publish", "Locales"):
        assert words not in shown
