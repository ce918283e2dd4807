"""Pages of the site as visitors see them."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from unittest.mock import Mock

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.sql import emit_post_migrate_signal
from django.db import OperationalError, connection
from django.template.loader import render_to_string
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from PIL import Image
from wagtail.blocks import BoundBlock
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.users.models import UserProfile

from eservices.deliveries.models import Delivery
from home.blocks import content as blocks_content
from home.blocks import links as blocks_links
from home.blocks import opening_hours
from home.blocks import text as blocks_text
from home.caching.site_version import bump_version, cached_per_version, version_read_once
from home.extensions.base import override_extensions
from home.extensions.site_points import HomeSection, SiteExtension
from home.jobs import delete_old_contact_messages
from home.models import CommuneSettings, Contact, ContactPage, ContentPage, FormField, HomePage, SectionPage
from home.models.contact_form import PER_CLIENT
from home.validators import validate_arms
from home.web.form_timing import sign_opening_time
from tests.factories import home as make
from tests.factories.accounts import SuperuserFactory
from tests.factories.news import NewsIndexPageFactory

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Zurich


def french(text: str) -> str:
    """Return the French text of a message up to its first placeholder.

    Return the message itself if it has no translation.
    """
    with translation.override("fr"):
        return html.escape(gettext(text).partition("{")[0].strip(), quote=False)


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@time_machine.travel(TUESDAY)
def test_home_page_shows_tasks_hours_and_contact_data(client, home):
    home.tasks = [("task", {"icon": "move", "title": "Déménager", "text": "", "page": home, "url": ""})]
    home.emergency = [("number", {"label": "Police", "phone": "117"})]
    make.published(home)
    page = client.get("/")
    assert page.status_code == 200
    shown = text_of(page)
    for words in ("Déménager", french("Open until {hour}"), "117", "021 000 42 10", "Place de l’Orme 2"):
        assert words in shown


@time_machine.travel(TUESDAY)
def test_today_band_shows_opening_and_collections(client, home):
    make.OfficePageFactory(parent=home, on_home=True, hours=[])
    make.WasteCollectionFactory(first_on=date(2026, 11, 11), weeks=2)
    make.WasteCollectionFactory(title="Verre", first_on=date(2026, 11, 12))
    shown = text_of(client.get("/"))
    assert f"Déchèterie {french('Closed')}" in shown
    assert "Papier et carton" in shown
    assert "Verre" not in shown


@time_machine.travel(TUESDAY)
def test_today_band_shows_untranslated_office(client, home):
    make.translated(home, "it")
    office = make.OfficePageFactory(parent=home, on_home=True, hours=[])
    page = client.get("/it/")
    assert '<span lang="fr">Déchèterie</span>' in page.text
    assert f'href="{office.url}?lu=it"' in page.text
    twin = make.translated(office, "it")
    twin.title = "Ecocentro"
    make.published(twin)
    shown = client.get("/it/").text
    assert "Ecocentro" in shown
    assert "Déchèterie" not in shown


def test_menu_shows_published_pages_marked_for_menus(client, home):
    make.SectionPageFactory(parent=home, title="Autorités")
    make.SectionPageFactory(parent=home, title="Cachée", show_in_menus=False)
    make.SectionPageFactory(parent=home, title="Brouillon", live=False)
    menu = client.get("/").content.decode().partition('<nav class="nav"')[2].partition("</nav>")[0]
    assert "Autorités" in menu
    assert "Cachée" not in menu
    assert "Brouillon" not in menu


def test_page_shows_breadcrumb_and_current_section(client, home):
    section = make.SectionPageFactory(parent=home)
    page = make.ContentPageFactory(parent=section)
    shown = client.get(page.url).content.decode()
    crumbs = shown.partition('<nav class="crumbs"')[2].partition("</nav>")[0]
    assert crumbs.count("<li>") == 2
    assert section.url in crumbs
    assert re.search(r'aria-current="true"><svg class="i".*?</svg>Vivre ici</a>', shown)


def test_section_lists_published_pages_with_leads(client, home):
    section = make.SectionPageFactory(parent=home)
    make.ContentPageFactory(parent=section, title="Le port", lead="126 places.")
    make.ContentPageFactory(parent=section, title="Secret", live=False)
    shown = text_of(client.get(section.url))
    assert "Le port 126 places." in shown
    assert "Secret" not in shown


def test_every_block_has_preview_and_description(home, rf):
    streams = [
        (model, field.name, block)
        for model in (HomePage, SectionPage, ContentPage)
        for field in model._meta.get_fields()
        if isinstance(field, StreamField)
        for block in field.stream_block.child_blocks.values()
    ]
    assert {"body", "aside", "tasks", "emergency", "footer_links", "often"} <= {
        name for _, name, _ in streams
    }
    for model, stream, block in streams:
        at = f"{model.__name__}.{stream}: {block.name}"
        assert block.is_previewable, at
        assert block.get_description(), at
        bound = BoundBlock(block, block.get_preview_value())
        context = block.get_preview_context(bound.value) | {"bound_block": bound}
        shown = render_to_string(block.get_preview_template(bound.value, context), context, rf.get("/"))
        body = shown.partition("<body>")[2]
        assert re.sub(r"<[^>]+>", "", body).strip() or "<svg" in body, at


def test_page_with_all_blocks_is_shown(client, home):
    contact, person = make.ContactFactory(), make.PersonFactory()
    stream = blocks_content.ContentBlocks()
    body = [
        (name, block.get_preview_value())
        for name, block in stream.child_blocks.items()
        if name not in ("contact", "person", "picture", "download", "shared_notice")
    ]
    page = make.ContentPageFactory(
        parent=home, body=[*body, ("contact", contact), ("person", person)], aside=[("contact", contact)]
    )
    shown = text_of(client.get(page.url))
    assert "Contrôle des habitants" in shown
    assert "Huguette Perrin" in shown
    assert "15.–" in shown


def test_table_block_reads_tabs_and_bars():
    value = blocks_text.TableBlock().to_python({"caption": "x", "cells": "A\tB\n1|2\n3\n"})
    assert value.head == ["A", "B"]
    assert value.rows == [["1", "2"], ["3", ""]]


def test_link_block_requires_either_page_or_address(home):
    block = blocks_links.ButtonBlock()
    for wrong in ({"page": None, "url": ""}, {"page": home, "url": "https://example.org"}):
        with pytest.raises(ValidationError):
            block.clean(block.to_python({"label": "x"}) | wrong)
    assert block.clean(block.to_python({"label": "x", "url": "https://example.org"}))


def test_opening_block_may_close_in_following_night():
    block = opening_hours.OpeningBlock()
    for opens, closes in (("12:00", "11:00"), ("12:00", "12:00"), ("12:00", "09:00"), ("07:00", "07:00")):
        with pytest.raises(ValidationError):
            block.clean(block.to_python({"day": "0", "opens": opens, "closes": closes}))
    for opens, closes in (("11:00", "12:00"), ("18:00", "00:00"), ("20:00", "02:00")):
        cleaned = block.clean(block.to_python({"day": "0", "opens": opens, "closes": closes}))
        assert f"{cleaned['closes']:%H:%M}" == closes


@time_machine.travel(TUESDAY)
def test_office_page_shows_whether_it_is_open(client, home):
    office = make.OfficePageFactory(parent=home)
    assert french("Open until {hour}") in text_of(client.get(office.url))
    with time_machine.travel(datetime(2026, 11, 24, 19, tzinfo=UTC)):
        assert french("Opens {day} at {hour}") in text_of(client.get(office.url))


@time_machine.travel(datetime(2026, 12, 25, 9, tzinfo=UTC))
def test_counter_is_closed_on_public_holiday(client, home):
    assert not CommuneSettings.current().open_now.open
    with time_machine.travel(datetime(2026, 12, 18, 9, tzinfo=UTC)):
        assert CommuneSettings.current().open_now.open


@time_machine.travel(TUESDAY)
def test_counter_is_closed_during_its_closing_days():
    commune = make.CommuneSettingsFactory(
        closings=[("closing", {"first": date(2026, 11, 20), "last": date(2026, 11, 24)})]
    )
    opening = commune.open_now
    assert not opening.open
    assert opening.next.date() == date(2026, 11, 25)


class TestLanguages:
    def test_language_switch_leads_to_translation(self, client, home):
        page = make.ContentPageFactory(parent=home, slug="port")
        make.translated(home, "de", title="Startseite")
        make.translated(page, "de", title="Der Hafen", slug="hafen")
        shown = client.get(page.url).content.decode()
        assert 'href="/de/hafen/" lang="de"' in shown
        assert '<link rel="alternate" hreflang="de" href="http://testserver/de/hafen/">' in shown

    def test_language_switch_leads_to_missing_translation_page(self, client, home):
        page = make.ContentPageFactory(parent=home, slug="port")
        make.translated(home, "de", title="Startseite")
        shown = client.get(page.url).content.decode()
        assert 'href="/de/port/" lang="de"' in shown
        assert '<span class="hide">, ' in shown
        assert 'rel="alternate"' not in shown

    def test_language_without_home_page_is_not_offered(self, client, home):
        make.translated(home, "de")
        shown = client.get("/").content.decode()
        assert 'lang="de"' in shown
        assert 'lang="it"' not in shown

    def test_page_declares_its_language(self, client, home):
        make.translated(home, "de")
        assert '<html lang="de">' in client.get("/de/").content.decode()
        assert '<html lang="fr">' in client.get("/").content.decode()


class TestErrors:
    def test_unknown_page_returns_404_in_site_design(self, client, home):
        page = client.get("/nichts/<script>/")
        assert page.status_code == 404
        assert 'class="search"' in page.content.decode()
        assert "<script>" not in page.content.decode()

    def test_unknown_admin_page_returns_404_in_user_language(self, client, home):
        reader = SuperuserFactory()
        UserProfile.objects.create(user=reader, preferred_language="de")
        client.force_login(reader)
        for path, words in (
            ("/admin/nichts/", "existiert nicht mehr"),
            ("/rien/", "n’existe plus"),
        ):
            page = client.get(path)
            assert page.status_code == 404
            assert words in page.text

    def test_unknown_page_returns_404_without_site(self, client):
        Page.objects.filter(depth=2).delete()
        assert client.get("/nichts/").status_code == 404

    def test_server_error_page_needs_no_database(self, rf, django_db_blocker):
        from mysite.views import server_error

        with django_db_blocker.block():
            page = server_error(rf.get("/"))
        assert page.status_code == 500
        shown = page.content.decode()
        assert french("Something went wrong on our side.") in shown
        for sheet in ("site", "pages"):
            assert f'<link rel="stylesheet" href="/static/css/{sheet}.css">' in shown
        assert f'<a class="brand" href="/">{settings.WAGTAIL_SITE_NAME}</a>' in shown

    def test_unavailable_database_returns_503_with_retry_after(self, client, home, monkeypatch):
        monkeypatch.setattr(
            type(home), "serve", Mock(side_effect=OperationalError("the connection is closed"))
        )
        client.raise_request_exception = False
        page = client.get("/")
        assert (page.status_code, page["Retry-After"]) == (503, "30")
        assert french("Something went wrong on our side.") in page.text

    @pytest.mark.parametrize("language", ["fr", "de"])
    def test_server_error_page_is_in_language_of_page(self, client, home, monkeypatch, language):
        german = make.translated(home, "de")
        monkeypatch.setattr(type(home), "serve", lambda *_: 1 / 0)
        client.raise_request_exception = False
        page = client.get(german.url if language == "de" else home.url)
        assert page.status_code == 500
        with translation.override(language):
            assert gettext("Something went wrong on our side.") in page.text
        assert f'<html lang="{language}">' in page.text

    def test_missing_csrf_token_shows_instructions(self, home):
        from django.test import Client

        page = make.ContactPageFactory(parent=home)
        refused = Client(enforce_csrf_checks=True).post(page.url, {})
        assert refused.status_code == 403
        assert french("Please send it once more.") in refused.content.decode()


class TestMachines:
    @override_settings(WAGTAILADMIN_BASE_URL="https://www.orvenay.example")
    def test_robots_txt_lists_private_paths_and_sitemap(self, client, home):
        robots = client.get("/robots.txt").content.decode().splitlines()
        for path in ("/admin/", "/dossier/", "/de/dossier/", "/it/recherche/", "/en/espace/"):
            assert f"Disallow: {path}" in robots
        assert "Disallow: /fr/dossier/" not in robots
        assert "Sitemap: https://www.orvenay.example/sitemap.xml" in robots

    @override_settings(WAGTAILADMIN_BASE_URL="https://www.orvenay.example:8443/")
    def test_absolute_addresses_use_configured_base_url(self, client, home):
        page = make.ContentPageFactory(parent=home, slug="port")
        make.translated(home, "de")
        sitemap = client.get("/sitemap.xml").content.decode()
        assert "<loc>https://www.orvenay.example:8443/port/</loc>" in sitemap
        assert 'href="https://www.orvenay.example:8443/de/"' in sitemap
        assert "testserver" not in sitemap
        shown = client.get(page.url).content.decode()
        assert '<link rel="canonical" href="https://www.orvenay.example:8443/port/">' in shown

    def test_sitemap_lists_public_pages_with_languages(self, client, home):
        page = make.ContentPageFactory(parent=home, slug="port")
        make.ContentPageFactory(parent=home, slug="brouillon", live=False)
        hidden = make.ContentPageFactory(parent=home, slug="interne")
        hidden.view_restrictions.create(restriction_type="login")
        make.translated(home, "de")
        make.translated(page, "de", slug="hafen")
        sitemap = client.get("/sitemap.xml").content.decode()
        assert "<loc>http://testserver/port/</loc>" in sitemap
        assert 'hreflang="de" href="http://testserver/de/hafen/"' in sitemap
        assert "brouillon" not in sitemap
        assert "interne" not in sitemap

    def test_manifest_names_commune(self, client, home):
        assert client.get("/manifest.webmanifest").json()["short_name"] == "Orvenay"

    def test_page_has_description_and_canonical_for_sharing(self, client, home):
        page = make.ContentPageFactory(parent=home, lead="126 places d’amarrage.")
        shown = client.get(page.url).content.decode()
        assert '<meta name="description" content="126 places d’amarrage.">' in shown
        assert f'<link rel="canonical" href="http://testserver{page.url}">' in shown
        assert '<meta property="og:title" content="Le port">' in shown


@pytest.mark.parametrize("headings", [2, 3])
def test_long_page_has_its_contents_beside_it(client, home, headings):
    body = [("heading", f"Titre {number}") for number in range(headings)]
    shown = client.get(make.ContentPageFactory(parent=home, body=body).url).content.decode()
    assert ('<a href="#h-titre-1">Titre 1</a>' in shown) == (headings > 2)
    assert '<h2 id="h-titre-1">Titre 1</h2>' in shown


class TestColour:
    def test_stylesheet_includes_commune_colour_and_is_immutable(self, client, home):
        CommuneSettings.objects.update(colour="#0a5c36")
        link, of_pages = re.findall(r'rel="stylesheet" href="([^"]+)"', client.get("/").content.decode())
        assert of_pages == "/static/css/pages.css"
        sheet = client.get(link)
        assert sheet["Content-Type"] == "text/css"
        assert "immutable" in sheet["Cache-Control"]
        assert ".skip" in sheet.text
        assert sheet.text.index(".skip") < sheet.text.index("--lac:#0a5c36")

    def test_outdated_stylesheet_redirects_to_current_one(self, client, home):
        CommuneSettings.objects.update(colour="#0a5c36")
        sheet = client.get("/styles-00000000.css")
        assert sheet.url == CommuneSettings.current().styles_url
        assert sheet["Cache-Control"] == "no-cache"

    def test_all_languages_share_one_stylesheet(self, client, home):
        CommuneSettings.objects.update(colour="#0a5c36")
        asked = set()
        for language in ("fr", "de", "it", "en"):
            with translation.override(language):
                asked.add(CommuneSettings.current().styles_url)
        assert len(asked) == 1
        assert client.get(asked.pop()).status_code == 200

    def test_colour_with_low_contrast_is_refused(self):
        with pytest.raises(ValidationError, match="colour"):
            CommuneSettings(colour="#f3c64f").full_clean()
        CommuneSettings(colour="#0a5c36").full_clean()


class TestArms:
    DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'

    def test_harmless_svg_arms_are_accepted(self):
        validate_arms(SimpleUploadedFile("a.svg", self.DRAWING))
        shaded = self.DRAWING.replace(b'd="M0 0"', b'd="M0 0" fill="url( \'#or\')"')
        validate_arms(SimpleUploadedFile("a.svg", shaded))

    @pytest.mark.parametrize(
        "content",
        [
            b"<svg",
            b"GIF89a",
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>',
            b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"><path/></svg>',
            b'<svg xmlns="http://www.w3.org/2000/svg"><use href="https://e.org/a.svg#a"/></svg>',
            b'<svg xmlns="http://www.w3.org/2000/svg"><path fill="URL( https://e.org/a.svg#a)"/></svg>',
            b'<svg xmlns="http://www.w3.org/2000/svg"><g mask="url(\'//e.org/a.svg#a\')"/></svg>',
            b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>',
            b'<?xml-stylesheet href="https://e.org/a.css"?><svg xmlns="http://www.w3.org/2000/svg"/>',
            '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>'.encode("utf-16"),
        ],
    )
    def test_svg_arms_with_active_content_are_refused(self, content):
        with pytest.raises(ValidationError):
            validate_arms(SimpleUploadedFile("a.svg", content))

    def test_png_arms_with_other_content_are_refused(self):
        with pytest.raises(ValidationError):
            validate_arms(SimpleUploadedFile("a.png", self.DRAWING))

    def test_png_arms_with_too_many_pixels_are_refused(self):
        def drawn(side: int) -> SimpleUploadedFile:
            content = BytesIO()
            Image.new("1", (side, side)).save(content, "PNG")
            return SimpleUploadedFile("a.png", content.getvalue())

        validate_arms(drawn(2000))
        assert drawn(3000).size < 20_000
        with pytest.raises(ValidationError, match="2000"):
            validate_arms(drawn(3000))


class TestContact:
    @pytest.fixture
    def page(self, home):
        page = make.ContactPageFactory(parent=home)
        for order, (label, kind) in enumerate((("Nom", "singleline"), ("E-mail", "email"))):
            FormField.objects.create(
                page=page, label=label, field_type=kind, required=True, sort_order=order, locale=page.locale
            )
        return ContactPage.objects.get(pk=page.pk)

    def posted_data(self, **changed) -> dict:
        return {
            "nom": "Ana",
            "e_mail": "ana@example.org",
            "website": "",
            "opened": sign_opening_time(),
        } | changed

    def test_contact_message_is_stored_and_acknowledged(self, client, page):
        sent = client.post(page.url, self.posted_data())
        assert sent.status_code == 302  # reloading the acknowledgement must not send it again
        assert french("Your message has arrived.") in text_of(client.get(sent.url))
        assert page.get_submission_class().objects.get(page=page).form_data["nom"] == "Ana"

    def test_contact_message_is_sent_to_commune_by_email(self, client, page):
        make.CommuneSettingsFactory(email="greffe@orvenay.example")
        client.post(page.url, self.posted_data(nom="Ana <b>"))
        letter = Delivery.objects.get()
        assert letter.recipient == "greffe@orvenay.example"
        assert letter.payload["reply_to"] == "ana@example.org"
        assert "Ana <b>" in letter.payload["text"]
        assert "Ana &lt;b&gt;" in letter.payload["html"]

    def test_contact_form_shows_errors_and_keeps_answers(self, client, page):
        FormField.objects.create(
            page=page, label="Sujet", field_type="radio", choices="A,B", locale=page.locale, sort_order=9
        )
        empty = client.post(page.url, self.posted_data(nom="", e_mail="ana"))
        errors = empty.context["form"].errors
        assert (empty.status_code, errors["nom"]) == (422, [french("This answer is missing.")])
        assert errors["sujet"] == [french("Choose one of the answers.")]
        assert "nom@exemple.ch" in errors["e_mail"][0]
        assert empty.context["form"]["e_mail"].value() == "ana"
        long = client.post(page.url, self.posted_data(nom="a" * 300)).context["form"].errors["nom"]
        assert long == ["Au plus 255 caractères\u00a0; vous en avez écrit 300."]

    def test_contact_message_of_bot_is_acknowledged_and_dropped(self, client, page):
        bot = {"nom": "Bot", "e_mail": "b@example.org", "website": "https://spam"}
        sent = client.post(page.url, bot, follow=True)
        assert french("Your message has arrived.") in text_of(sent)
        assert not page.get_submission_class().objects.exists()
        assert not Delivery.objects.exists()

    @pytest.mark.parametrize("label", ["Website", "Opened"])
    def test_question_named_like_internal_field_is_answered(self, client, page, label):
        FormField.objects.create(page=page, label=label, field_type="url", locale=page.locale, sort_order=9)
        asked = client.get(page.url).context["form"]
        name = [field.name for field in asked if field.label == label][-1]
        client.post(page.url, self.posted_data(**{name: "https://example.org"}))
        assert page.get_submission_class().objects.get().form_data[name] == "https://example.org"

    def test_contact_message_stores_only_asked_questions(self, client, page):
        client.post(page.url, self.posted_data())
        kept = page.get_submission_class().objects.get().form_data
        assert kept == {"nom": "Ana", "e_mail": "ana@example.org"}

    def test_contact_form_sent_too_fast_keeps_answers(self, client, page, settings):
        settings.LEAST_SECONDS_TO_FILE = 3
        with time_machine.travel(TUESDAY, tick=False) as clock:
            stamp = client.get(page.url).context["form"]["opened"].value()
            quick = client.post(page.url, self.posted_data(opened=stamp))
            assert (quick.status_code, quick.context["form"]["nom"].value()) == (422, "Ana")
            clock.shift(4)
            assert french("Your message has arrived.") in text_of(
                client.post(page.url, self.posted_data(opened=stamp), follow=True)
            )
        assert client.post(page.url, self.posted_data(opened="made up")).status_code == 422
        assert page.get_submission_class().objects.count() == 1

    def test_contact_messages_are_rate_limited(self, client, page):
        make.CommuneSettingsFactory(email="greffe@orvenay.example")
        answers = [client.post(page.url, self.posted_data()) for _ in range(PER_CLIENT.most + 2)]
        assert {answer.status_code for answer in answers[: PER_CLIENT.most]} == {302}
        assert {answer.status_code for answer in answers[PER_CLIENT.most :]} == {429}
        assert answers[-1].context["form"]["nom"].value() == "Ana"
        assert Delivery.objects.count() == PER_CLIENT.most
        assert client.post(page.url, self.posted_data(), REMOTE_ADDR="192.0.2.7").status_code == 302

    def test_contact_message_is_deleted_after_a_year(self, client, page):
        assert french("The commune reads your message. It is erased from this site after a year.") in text_of(
            client.get(page.url)
        )
        client.post(page.url, self.posted_data())
        delete_old_contact_messages(timezone.now() + timedelta(days=365))
        assert page.get_submission_class().objects.exists()
        delete_old_contact_messages(timezone.now() + timedelta(days=367))
        assert not page.get_submission_class().objects.exists()

    def test_contact_form_links_invalid_answer(self, client, page):
        sent = client.post(page.url, {"nom": "Ana", "e_mail": "nichts"})
        assert sent.status_code == 422
        assert 'class="errors"' in sent.content.decode()
        assert 'value="Ana"' in sent.content.decode()
        assert 'href="#id_e_mail"' in sent.content.decode()

    def test_contact_page_is_not_cached(self, client, page):
        assert "no-store" in client.get(page.url)["Cache-Control"]


class TestBudget:
    @pytest.fixture
    def busy(self, home):
        section = make.SectionPageFactory(parent=home)
        pages = [make.ContentPageFactory(parent=section, title=f"Page {n}") for n in range(6)]
        home.tasks = [
            ("task", {"icon": "move", "title": page.title, "text": "", "page": page, "url": ""})
            for page in pages
        ]
        home.footer_links = [("link", {"title": page.title, "page": page, "url": ""}) for page in pages[:3]]
        make.published(home)
        make.translated(home, "de")
        make.OfficePageFactory(parent=home, on_home=True)
        make.WasteCollectionFactory(first_on=date(2026, 11, 11))
        return ["/", section.url, pages[0].url, "/de/", "/recherche/?q=page"]

    def test_page_loads_nothing_external_and_has_no_inline_code(self, client, busy):
        for url in busy:
            shown = client.get(url).content.decode()
            assert not re.search(
                r"<(script|link|img|source)[^>]+(src|href)=\"(https?:)?//(?!testserver)", shown
            )
            assert " style=" not in shown
            assert "<style" not in shown
            assert not re.search(r"<script(?![^>]*ld\+json)[^>]*>[^<]", shown)

    @override_settings(DEBUG=False)
    def test_page_sets_no_cookie_and_does_not_vary_by_cookie(self, client, busy):
        for url in busy:
            page = client.get(url)
            assert not page.cookies
            assert "Cookie" not in page.get("Vary", "")


class TestSurroundings:
    """The frame of pages: cached, and updated with every change."""

    def test_changed_section_and_phone_are_shown_at_once(self, client, home):
        section = make.SectionPageFactory(parent=home, title="Autorités")
        page = make.ContentPageFactory(parent=section)
        assert "Autorités" in client.get(page.url).content.decode()
        section.title = "Politique"
        make.published(section)
        commune = CommuneSettings.objects.get()
        commune.phone = "021 000 42 99"
        commune.save()
        shown = client.get(page.url).content.decode()
        assert "Autorités" not in shown
        assert shown.count("Politique") == 2  # menu and breadcrumb
        assert "021 000 42 99" in shown

    def test_page_is_cached_until_changed_moved_or_deleted(self, client, home, django_assert_num_queries):
        section, other = (make.SectionPageFactory(parent=home, title=title) for title in ("Lac", "Rives"))
        page = make.ContentPageFactory(parent=section, title="Le port")
        client.get(page.url)
        with django_assert_num_queries(0):
            assert "Le port" in client.get(page.url).content.decode()
        page.title = "Le vieux port"
        make.published(page)
        assert "Le vieux port" in client.get(page.url).content.decode()
        old = page.url
        page.move(other, pos="last-child")
        page.refresh_from_db()
        assert client.get(old).status_code != 200
        assert client.get(page.url).status_code == 200
        page.unpublish()
        assert client.get(page.url).status_code == 404
        page.delete()
        assert client.get(page.url).status_code == 404

    def test_draft_preview_does_not_reach_other_readers(self, client, home):
        page = make.ContentPageFactory(parent=home, body=[("heading", "Amarrage")])
        for stands in ("Amarrage", "Amarrage"):
            assert stands in client.get(page.url).content.decode()
            page.body = [("heading", "Hivernage")]
            preview = page.make_preview_request(client.get(page.url).wsgi_request, "")
            assert "Hivernage" in preview.render().content.decode()
        make.published(page)
        assert "Hivernage" in client.get(page.url).content.decode()

    def test_unknown_addresses_do_not_fill_cache(self, client, home):
        index = NewsIndexPageFactory(parent=home)
        for address in (index.url, "/rien/", f"{index.url}rien/"):
            client.get(address)
        before = len(cache._cache)
        for number in range(3):
            for address in (f"/rien-{number}/", f"{index.url}rien-{number}/", f"{index.url}rss/?{number}"):
                client.get(address)
        assert len(cache._cache) == before

    def test_restricted_section_leaves_menu(self, client, home):
        section = make.SectionPageFactory(parent=home, title="Interne")
        assert "Interne" in client.get("/").content.decode()
        section.view_restrictions.create(restriction_type="login")
        assert "Interne" not in client.get("/").content.decode()

    @pytest.mark.parametrize("first", ["/", "page", "/rien/"])
    def test_page_frame_contains_only_public_pages(self, client, home, first):
        page = make.ContentPageFactory(parent=make.SectionPageFactory(parent=home, title="Vivre"))
        make.SectionPageFactory(parent=home, title="Interne").view_restrictions.create(
            restriction_type="login"
        )
        draft = make.SectionPageFactory(parent=home, title="Brouillon", live=False)
        links = [{"page": one, "url": "", "title": f"Pied {one.title}"} for one in (page, draft)]
        home.footer_links = [("link", link) for link in links]
        make.published(home)
        cache.clear()
        client.get(page.url if first == "page" else first)
        for address in ("/", page.url, "/rien/"):
            shown = client.get(address).content.decode()
            assert "Vivre" in shown
            assert f"Pied {page.title}" in shown
            assert not {"Interne", "Brouillon"} & set(re.findall(r"\w+", shown))

    def test_unknown_address_queries_no_child_pages(self, client, home):
        make.translated(home, "de", title="Startseite")
        for address in ("/", "/de/", "/rien/", "/de/nichts/"):
            client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/rien/").status_code == 404
        of_children = [one["sql"] for one in queries if '"wagtailcore_page"."depth" = ' in one["sql"]]
        assert of_children == []

    def test_home_sections_of_apps_are_ordered(self, client, home):
        class Late(SiteExtension):
            def home_sections(self, request, page):
                return {"late": HomeSection("home/door.html", {"door": {"title": "Second"}}, order=2)}

        class Early(SiteExtension):
            def home_sections(self, request, page):
                return {"early": HomeSection("home/door.html", {"door": {"title": "First"}}, order=1)}

        class Silent(SiteExtension):
            pass

        with override_extensions(SiteExtension, [Late(), Early(), Silent()]):
            shown = client.get("/").content.decode()
        assert 0 < shown.index("First") < shown.index("Second")

    def test_contact_is_shown_in_active_language_if_translated(self, home):
        contact = make.ContactFactory()
        german = contact.copy_for_translation(make.locale("de"))
        german.title = "Einwohnerkontrolle"
        german.save()
        assert Contact.in_language(contact.pk, "de").title == "Einwohnerkontrolle"
        assert Contact.in_language(contact.pk, "en").title == contact.title
        assert Contact.in_language(contact.pk + 99, "de") is None
        assert Contact.in_language(None, "de") is None

    def test_migration_invalidates_cached_values(self, home):
        cached_per_version("frame", lambda: "as the old version wrote it")
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
        assert cached_per_version("frame", lambda: "as the new one does") == "as the new one does"

    def test_cached_value_is_read_once_per_request_until_bumped(self, home):
        with version_read_once():
            assert cached_per_version("word", lambda: "before") == "before"
            cache.clear()
            assert cached_per_version("word", lambda: "after") == "before"
            bump_version()
            assert cached_per_version("word", lambda: "after") == "after"

    def test_each_site_has_its_own_frame(self, client, home):
        make.SectionPageFactory(parent=home, title="Autorités")
        second = make.second_site("voisins.example")
        make.SectionPageFactory(parent=second, title="Voisins")
        for host, theirs, others in (
            ("testserver", "Autorités", "Voisins"),
            ("voisins.example", "Voisins", "Autorités"),
        ):
            shown = client.get("/", headers={"Host": host}).content.decode()
            assert theirs in shown
            assert others not in shown

    def test_second_site_has_its_own_name_and_links_commune(self, client, home, settings):
        settings.WAGTAILADMIN_BASE_URL = "https://orvenay.example"
        commune = CommuneSettings.load()
        commune.name, commune.kind = "Orvenay", "Commune d’Orvenay"
        commune.save()
        school = make.second_site("ecole.example")
        school.title = "École du lac"
        make.published(school)
        page = make.SectionPageFactory(parent=school, title="Horaires", slug="horaires")
        shown = client.get(page.url, headers={"Host": "ecole.example"}).text
        assert "<title>Horaires – École du lac</title>" in shown
        assert '<meta property="og:site_name" content="École du lac">' in shown
        assert "École du lac<small>Commune d’Orvenay</small>" in shown
        assert '<a href="https://orvenay.example/">Commune d’Orvenay</a>' in shown
        told = client.get(reverse("home:manifest"), headers={"Host": "ecole.example"}).json()
        assert told["name"] == told["short_name"] == "École du lac"
        policy = client.get(page.url, headers={"Host": "ecole.example"})["Content-Security-Policy"]
        assert "form-action 'self' http://localhost:8000" in policy  # as configured
        own = client.get(home.url, headers={"Host": "testserver"}).text
        assert "Orvenay<small>" in own
        assert 'https://orvenay.example/">Commune d’Orvenay' not in own


class TestPrivatePages:
    """Restricted pages: the restriction is looked up with the page, so that only those admitted read it."""

    @pytest.fixture
    def section(self, home):
        return make.SectionPageFactory(parent=home, title="Interne")

    @pytest.mark.parametrize("kind", ["login", "password"])
    def test_restricted_page_and_its_descendants_are_refused(self, client, section, kind):
        page = make.ContentPageFactory(parent=section, lead="Rien que pour nous.")
        assert "Rien que pour nous." in client.get(page.url).content.decode()
        section.view_restrictions.create(restriction_type=kind, password="sesame")
        for address in (section.url, page.url):
            assert "Rien que pour nous." not in client.get(address).content.decode()

    def test_restricted_home_page_restricts_whole_site(self, client, home, section):
        home.view_restrictions.create(restriction_type="login")
        assert client.get("/").status_code == client.get(section.url).status_code == 302

    def test_alias_is_restricted_like_its_source(self, client, home, section):
        page = make.ContentPageFactory(parent=section, slug="note")
        alias = page.create_alias(parent=home, update_slug="copie")
        second = alias.create_alias(parent=home, update_slug="copie-de-copie")
        assert client.get(alias.url).status_code == client.get(second.url).status_code == 200
        page.view_restrictions.create(restriction_type="login")
        assert client.get(alias.url).status_code == client.get(second.url).status_code == 302

    def test_admitted_user_reads_restricted_page(self, client, admin_user, section):
        section.view_restrictions.create(restriction_type="login")
        client.force_login(admin_user)
        assert "Interne" in client.get(section.url).content.decode()


class TestLinksWithinTexts:
    def test_link_in_text_leads_to_page_in_reader_language(self, client, home):
        port = make.ContentPageFactory(parent=home, slug="port")
        text = f'<p><a linktype="page" id="{port.pk}">Port</a></p>'
        page = make.ContentPageFactory(parent=home, title="Lac", slug="lac", body=[("text", text)])
        make.translated(port, "de", slug="hafen")
        german = make.translated(page, "de", slug="see")
        assert '<a href="/port/">Port</a>' in client.get(page.url).content.decode()
        assert '<a href="/de/hafen/">Port</a>' in client.get(german.url).content.decode()

    def test_link_to_unpublished_or_deleted_page_has_no_address(self, client, home):
        draft = make.ContentPageFactory(parent=home, slug="brouillon", live=False)
        text = f'<p><a linktype="page" id="{draft.pk}">un</a> <a linktype="page" id="99999">deux</a></p>'
        page = make.ContentPageFactory(parent=home, title="Lac", body=[("text", text)])
        shown = client.get(page.url).content.decode()
        assert "<a>un</a> <a>deux</a>" in shown
