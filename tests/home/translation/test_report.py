"""Report of translations in the admin, and drafts by machine translation."""

import json
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from wagtail.admin.menu import reports_menu
from wagtail.models import ModelLogEntry, Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource

from home.checks import check_machine_translator
from home.models import ContentPage
from mysite.settings import environment
from tests.factories import home as make
from tests.factories.accounts import AgentFactory, EditorFactory, SuperuserFactory
from tests.support import local_servers

pytestmark = pytest.mark.django_db
BOARD = "/admin/reports/state-of-translations/"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture(scope="module")
def made(module_db):
    for code in ("de", "it", "en"):
        make.locale(code)
    page = make.ContentPageFactory(
        parent=make.make_site(), title="Le port", lead="126 places.", body=[("text", "<p>Bonjour.</p>")]
    )
    with time_machine.travel(NOW, tick=False):
        return make.published(page)


@pytest.fixture
def port(made, db):
    return ContentPage.objects.get(pk=made.pk)


@pytest.fixture
def home(port):
    return port.get_parent().specific


def cells(client, title, **filters) -> dict:
    client.force_login(SuperuserFactory())
    page = client.get(BOARD, filters)
    assert page.status_code == 200
    row = next((row for row in page.context["page_obj"] if row.title == title), None)
    return {code: cell for code, cell in row.line if cell} if row else {}


def states(client, title, **filters) -> dict:
    return {code: cell.state for code, cell in cells(client, title, **filters).items()}


def test_missing_translation_links_its_submission(client, port):
    found = cells(client, "Le port")
    assert {cell.state for cell in found.values()} == {"missing"}
    assert set(found) == {"de", "it", "en"}
    form = BeautifulSoup(client.get(found["de"].url).content, "html.parser")
    ticked = form.select("input[name=locales][checked]")
    assert [one.find_parent("label").text.strip() for one in ticked] == ["Deutsch"]


def test_translation_is_outdated_when_source_is_republished(client, port, clock):
    make.translated(port, "de", title="Der Hafen")
    assert states(client, "Le port") == {"de": "complete", "it": "missing", "en": "missing"}
    clock.shift(timedelta(hours=1))
    make.published(ContentPage.objects.get(pk=port.pk))
    assert states(client, "Le port")["de"] == "outdated"


def test_unpublished_translation_is_missing(client, port):
    make.translated(port, "de", title="Der Hafen").unpublish()
    assert states(client, "Le port")["de"] == "missing"


def test_draft_source_has_no_missing_translations(client, home, port):
    draft = make.ContentPageFactory(parent=home, title="La digue", live=False)
    begun = draft.copy_for_translation(make.locale("de"), copy_parents=True)
    assert not begun.live
    assert states(client, "La digue") == dict.fromkeys(("de", "it", "en"), "draft")
    assert not states(client, "La digue", state="missing")
    assert states(client, "La digue", state="draft")
    assert "Source pas publiée" in client.get(BOARD).content.decode()


def test_unpublished_source_keeps_published_translations(client, port):
    make.translated(port, "de", title="Der Hafen")
    port.unpublish()
    assert states(client, "Le port") == {"de": "complete", "it": "draft", "en": "draft"}


def submitted(page, code="de") -> Translation:
    """Submit the page to wagtail-localize as its button does, and publish it with the texts of the source."""
    source, _made = TranslationSource.get_or_create_from_instance(page)
    for above in [page.get_parent().specific]:
        if not above.has_translation(make.locale(code)):
            above.copy_for_translation(make.locale(code))
    translation = Translation.objects.create(source=source, target_locale=make.locale(code))
    translation.save_target(publish=True)
    target = translation.get_target_instance()
    assert target.title == page.title
    target.save_revision().publish()
    return translation


def test_untranslated_texts_are_counted(client, port):
    translation = submitted(port)
    cell = cells(client, "Le port")["de"]
    assert (cell.state, cell.done) == ("part", 0)
    assert cell.total == translation.source.stringsegment_set.count() > 1
    segment = translation.source.stringsegment_set.order_by("pk").first()
    StringTranslation.objects.create(
        translation_of=segment.string,
        locale=translation.target_locale,
        context=segment.context,
        data="Der Hafen",
        translation_type="manual",
    )
    assert cells(client, "Le port")["de"].done == 1


def test_page_written_in_german_is_source_of_its_french(client, home):
    german = make.translated(home, "de", title="Start")
    page = make.published(make.ContentPageFactory(parent=german, title="Der Hafen", locale=make.locale("de")))
    submitted(page, code="fr")
    assert states(client, "Der Hafen") == {"fr": "part", "it": "missing", "en": "missing"}
    assert cells(client, "Der Hafen")["fr"].total


def test_report_columns_are_headed_by_languages(client, port):
    client.force_login(SuperuserFactory())
    page = client.get(BOARD).content.decode()
    head = page.partition('class="sheet')[2].partition("</thead>")[0]
    assert re.findall(r'<th scope="col">([^<]+)</th>', head) == [
        "Titre",
        *(name for _code, name in settings.LANGUAGES),
    ]
    assert "<td" not in head


def test_report_names_last_editor_of_translation(client, port):
    editor = EditorFactory()
    german = make.translated(port, "de", title="Der Hafen")
    german.save_revision(user=editor, log_action=True).publish()
    cell = cells(client, "Le port")["de"]
    assert (cell.who, cell.when) == (editor.get_full_name(), NOW)


def test_snippet_translation_is_outdated_by_later_change(client, home, clock):
    person = make.PersonFactory(name="Huguette Perrin", role="Syndique")
    german = person.copy_for_translation(make.locale("de"))
    german.save()
    kind = "home.person"
    assert states(client, str(person), kind=kind)["de"] == "complete"
    editor = EditorFactory()
    ModelLogEntry.objects.log_action(german, "wagtail.edit", user=editor, content_changed=True)
    clock.shift(timedelta(hours=1))
    ModelLogEntry.objects.log_action(person, "wagtail.edit", user=editor, content_changed=True)
    found = cells(client, str(person), kind=kind)
    assert (found["de"].state, found["de"].who, found["it"].state) == (
        "outdated",
        editor.get_full_name(),
        "missing",
    )
    assert client.get(found["it"].url).status_code == 200


def test_report_is_filtered_by_type_language_and_state(client, home, port):
    make.published(make.OfficePageFactory(parent=home, title="Greffe"))
    make.translated(port, "de", title="Der Hafen")
    assert states(client, "Greffe", kind="home.contentpage") == {}
    assert states(client, "Le port", kind="home.contentpage") != {}
    assert states(client, "Le port", language="de", state="missing") == {}
    assert states(client, "Le port", language="it", state="missing") == {"it": "missing"}


@pytest.mark.parametrize(
    "query", ["?kind=x&language=x&state=x&page=x", "?kind=%00&state=%00", "?page=999999999"]
)
def test_invalid_report_filters_are_ignored(client, port, query):
    client.force_login(SuperuserFactory())
    assert client.get(BOARD + query).status_code == 200


def test_translation_date_is_in_reader_language(client, port, clock):
    translation = submitted(port)
    segment = StringSegment.objects.filter(source=translation.source).first()
    text = StringTranslation.objects.create(
        translation_of=segment.string,
        locale=make.locale("de"),
        context=segment.context,
        data="Der Hafen",
        translation_type=StringTranslation.TRANSLATION_TYPE_MANUAL,
    )
    StringTranslation.objects.filter(pk=text.pk).update(updated_at=datetime(2026, 11, 29, 23, 30, tzinfo=UTC))
    text.refresh_from_db()
    with override("fr"):
        assert text.get_comment() == "Traduit manuellement le 30 novembre 2026"


def test_report_types_have_distinct_names(client, port):
    client.force_login(SuperuserFactory())
    kinds = BeautifulSoup(client.get(BOARD).content, "html.parser").select("select[name=kind] option")
    names = [kind.get_text(strip=True) for kind in kinds]
    assert len(names) == len(set(names))
    assert "Page d’accueil" in names


def test_report_requires_permission_to_translate(client, port):
    client.force_login(AgentFactory())
    assert client.get(BOARD).status_code == 302
    client.force_login(EditorFactory())
    assert client.get(BOARD).status_code == 200


def test_report_query_count_is_nearly_constant(client, home, port):
    client.force_login(SuperuserFactory())

    def cost() -> int:
        client.get(BOARD)
        with CaptureQueriesContext(connection) as queries:
            client.get(BOARD)
        return len(queries)

    before = cost()
    for number in range(5):
        page = make.published(make.ContentPageFactory(parent=home, title=f"Page {number}"))
        make.translated(page, "de", title=f"Seite {number}")
    assert cost() <= before + 3


# -- Machine translation -------------------------------------------------------------------------------------
class Double(local_servers.Handler):
    """Server that imitates LibreTranslate and DeepL and puts every text in brackets."""

    asked: list = []
    status = 200

    def do_POST(self):
        body = self.read().decode()
        if self.path == "/translate":
            asked = json.loads(body)
            self.asked.append((asked["source"], asked["target"], asked["api_key"], len(asked["q"])))
            answer = {"translatedText": [f"[{text}]" for text in asked["q"]]}
        else:
            from urllib.parse import parse_qs

            asked = parse_qs(body)
            self.asked.append(
                (
                    asked["source_lang"][0],
                    asked["target_lang"][0],
                    self.headers["Authorization"],
                    len(asked["text"]),
                )
            )
            answer = {"translations": [{"text": f"[{text}]"} for text in asked["text"]]}
        self.say(self.status, json.dumps(answer if self.status == 200 else {"message": "no"}).encode())


@contextmanager
def service(status=200):
    Double.asked, Double.status = [], status
    with local_servers.serving(local_servers.Server(Double)) as server:
        yield server.url


def drafted(client, translation) -> list[StringTranslation]:
    client.force_login(SuperuserFactory())
    answer = client.post(f"/admin/localize/translate/{translation.pk}/machine_translate/")
    assert answer.status_code == 302
    return list(StringTranslation.objects.filter(locale=translation.target_locale).order_by("pk"))


def test_libretranslate_drafts_page_marked_as_machine(client, port, settings):
    translation = submitted(port)
    with service() as url:
        settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = chosen(
            LIBRETRANSLATE_URL=url, LIBRETRANSLATE_API_KEY="k"
        )
        texts = drafted(client, translation)
    assert "[Le port]" in {one.data for one in texts}
    assert {one.translation_type for one in texts} == {"machine"}
    assert Double.asked[0][:3] == ("fr", "de", "k")
    assert (
        Page.objects.get(translation_key=port.translation_key, locale__language_code="de").title == "Le port"
    )


def test_deepl_drafts_british_english(client, port, settings):
    translation = submitted(port, "en")
    with service() as url:
        settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = chosen(DEEPL_AUTH_KEY="geheim")
        settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR["OPTIONS"]["URL"] = f"{url}/v2/translate"
        texts = drafted(client, translation)
    assert "[Le port]" in {one.data for one in texts}
    assert Double.asked[0][:3] == ("FR", "EN-GB", "DeepL-Auth-Key geheim")


@pytest.mark.parametrize("variables", [{"LIBRETRANSLATE_URL": "x"}, {"DEEPL_AUTH_KEY": "x"}])
def test_failing_translation_service_changes_no_texts(client, port, settings, variables):
    translation = submitted(port)
    with service(503) as url:
        settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = chosen(**dict.fromkeys(variables, "http://x.example"))
        settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR["OPTIONS"] |= {"URL": url, "LIBRETRANSLATE_URL": url}
        assert drafted(client, translation) == []


def chosen(**variables) -> dict | None:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DEEPL_AUTH_KEY", "LIBRETRANSLATE_URL", "LIBRETRANSLATE_API_KEY"):
            patch.delenv(name, raising=False)
        for name, value in variables.items():
            patch.setenv(name, value)
        return environment.read_translator("DEEPL_AUTH_KEY", "LIBRETRANSLATE_URL", "LIBRETRANSLATE_API_KEY")


def test_only_one_translation_service_can_be_configured(settings):
    assert chosen() is None
    with pytest.raises(ImproperlyConfigured, match="not both"):
        chosen(DEEPL_AUTH_KEY="x", LIBRETRANSLATE_URL="https://t.example")
    with pytest.raises(ImproperlyConfigured, match="write an address"):
        chosen(LIBRETRANSLATE_URL="t.example")
    for url, said in [("http://t.example", 1), ("https://t.example", 0), ("http://localhost:5000", 0)]:
        settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = chosen(LIBRETRANSLATE_URL=url)
        assert len(check_machine_translator(None)) == said


def test_menu_links_one_translation_report(rf):
    request = rf.get("/")
    request.user = SuperuserFactory()
    urls = [item.url for item in reports_menu.menu_items_for_request(request)]
    assert reverse("home_translations") in urls
    assert reverse("wagtail_localize:translations_report") not in urls
