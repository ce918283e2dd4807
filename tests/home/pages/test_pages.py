"""The pages of the site as visitors get them."""

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
from home.extensions.home_page import HomeSection, home_sections
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
    """What the site says for a message, whether it is translated or not; a placeholder ends it."""
    with translation.override("fr"):
        return html.escape(gettext(text).partition("{")[0].strip(), quote=False)


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@time_machine.travel(TUESDAY)
def test_the_home_page_answers_before_it_advertises(client, home):
    home.tasks = [("task", {"icon": "move", "title": "Déménager", "text": "", "page": home, "url": ""})]
    home.emergency = [("number", {"label": "Police", "phone": "117"})]
    make.published(home)
    page = client.get("/")
    assert page.status_code == 200
    shown = text_of(page)
    for words in ("Déménager", french("Open until {hour}"), "117", "021 000 42 10", "Place de l’Orme 2"):
        assert words in shown


@time_machine.travel(TUESDAY)
def test_the_band_today_says_what_is_open_shut_and_collected(client, home):
    make.OfficePageFactory(parent=home, on_home=True, hours=[])
    make.WasteCollectionFactory(first_on=date(2026, 11, 11), weeks=2)
    make.WasteCollectionFactory(title="Verre", first_on=date(2026, 11, 12))
    shown = text_of(client.get("/"))
    assert f"Déchèterie {french('Closed')}" in shown
    assert "Papier et carton" in shown
    assert "Verre" not in shown


@time_machine.travel(TUESDAY)
def test_the_band_shows_in_another_language_the_places_that_only_the_first_one_has(client, home):
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


def test_the_menu_shows_what_is_in_menus_and_published(client, home):
    make.SectionPageFactory(parent=home, title="Autorités")
    make.SectionPageFactory(parent=home, title="Cachée", show_in_menus=False)
    make.SectionPageFactory(parent=home, title="Brouillon", live=False)
    menu = client.get("/").content.decode().partition('<nav class="menu"')[2].partition("</nav>")[0]
    assert "Autorités" in menu
    assert "Cachée" not in menu
    assert "Brouillon" not in menu


def test_a_page_knows_where_it_stands(client, home):
    section = make.SectionPageFactory(parent=home)
    page = make.ContentPageFactory(parent=section)
    shown = client.get(page.url).content.decode()
    crumbs = shown.partition('<nav class="crumbs"')[2].partition("</nav>")[0]
    assert crumbs.count("<li>") == 2
    assert section.url in crumbs
    assert 'aria-current="true">Vivre ici' in shown


def test_a_section_lists_its_published_pages_with_their_leads(client, home):
    section = make.SectionPageFactory(parent=home)
    make.ContentPageFactory(parent=section, title="Le port", lead="126 places.")
    make.ContentPageFactory(parent=section, title="Secret", live=False)
    shown = text_of(client.get(section.url))
    assert "Le port 126 places." in shown
    assert "Secret" not in shown


def test_every_block_of_home_sections_and_content_shows_in_the_editor_what_it_looks_like(home, rf):
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


def test_a_page_of_all_blocks_is_shown(client, home):
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


def test_a_table_is_pasted_from_a_spreadsheet_or_written_with_bars():
    value = blocks_text.TableBlock().to_python({"caption": "x", "cells": "A\tB\n1|2\n3\n"})
    assert value.head == ["A", "B"]
    assert value.rows == [["1", "2"], ["3", ""]]


def test_a_link_needs_a_page_or_an_address_and_not_both(home):
    block = blocks_links.ButtonBlock()
    for wrong in ({"page": None, "url": ""}, {"page": home, "url": "https://example.org"}):
        with pytest.raises(ValidationError):
            block.clean(block.to_python({"label": "x"}) | wrong)
    assert block.clean(block.to_python({"label": "x", "url": "https://example.org"}))


def test_an_opening_closes_after_it_opens_or_in_the_night_that_follows():
    block = opening_hours.OpeningBlock()
    for opens, closes in (("12:00", "11:00"), ("12:00", "12:00"), ("12:00", "09:00"), ("07:00", "07:00")):
        with pytest.raises(ValidationError):
            block.clean(block.to_python({"day": "0", "opens": opens, "closes": closes}))
    for opens, closes in (("11:00", "12:00"), ("18:00", "00:00"), ("20:00", "02:00")):
        cleaned = block.clean(block.to_python({"day": "0", "opens": opens, "closes": closes}))
        assert f"{cleaned['closes']:%H:%M}" == closes


@time_machine.travel(TUESDAY)
def test_an_office_says_whether_it_is_open(client, home):
    office = make.OfficePageFactory(parent=home)
    assert french("Open until {hour}") in text_of(client.get(office.url))
    with time_machine.travel(datetime(2026, 11, 24, 19, tzinfo=UTC)):
        assert french("Opens {day} at {hour}") in text_of(client.get(office.url))


@time_machine.travel(datetime(2026, 12, 25, 9, tzinfo=UTC))
def test_on_a_public_holiday_the_counter_is_closed(client, home):
    assert not CommuneSettings.current().open_now.open
    with time_machine.travel(datetime(2026, 12, 18, 9, tzinfo=UTC)):
        assert CommuneSettings.current().open_now.open


@time_machine.travel(TUESDAY)
def test_during_its_own_closing_the_counter_is_closed():
    commune = make.CommuneSettingsFactory(
        closings=[("closing", {"first": date(2026, 11, 20), "last": date(2026, 11, 24)})]
    )
    opening = commune.open_now
    assert not opening.open
    assert opening.next.date() == date(2026, 11, 25)


class TestLanguages:
    def test_the_switch_leads_to_the_same_page_where_it_is_translated(self, client, home):
        page = make.ContentPageFactory(parent=home, slug="port")
        make.translated(home, "de", title="Startseite")
        make.translated(page, "de", title="Der Hafen", slug="hafen")
        shown = client.get(page.url).content.decode()
        assert 'href="/de/hafen/" lang="de"' in shown
        assert '<link rel="alternate" hreflang="de" href="http://testserver/de/hafen/">' in shown

    def test_without_a_translation_it_leads_to_where_one_is_told_and_says_so(self, client, home):
        page = make.ContentPageFactory(parent=home, slug="port")
        make.translated(home, "de", title="Startseite")
        shown = client.get(page.url).content.decode()
        assert 'href="/de/port/" lang="de"' in shown
        assert '<span class="hide">, ' in shown
        assert 'rel="alternate"' not in shown

    def test_a_language_without_home_page_is_not_offered(self, client, home):
        make.translated(home, "de")
        shown = client.get("/").content.decode()
        assert 'lang="de"' in shown
        assert 'lang="it"' not in shown

    def test_a_page_says_its_language(self, client, home):
        make.translated(home, "de")
        assert '<html lang="de">' in client.get("/de/").content.decode()
        assert '<html lang="fr">' in client.get("/").content.decode()


class TestErrors:
    def test_an_unknown_page_is_404_in_the_look_of_the_site(self, client, home):
        page = client.get("/nichts/<script>/")
        assert page.status_code == 404
        assert 'class="search"' in page.content.decode()
        assert "<script>" not in page.content.decode()

    def test_an_unknown_screen_of_the_admin_is_404_in_the_language_of_who_works_there(self, client, home):
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

    def test_an_unknown_page_is_404_without_any_site(self, client):
        Page.objects.filter(depth=2).delete()
        assert client.get("/nichts/").status_code == 404

    def test_the_page_of_a_fault_needs_no_database(self, rf, django_db_blocker):
        from mysite.views import server_error

        with django_db_blocker.block():
            page = server_error(rf.get("/"))
        assert page.status_code == 500
        shown = page.content.decode()
        assert french("A fault of ours.") in shown
        assert '<link rel="stylesheet" href="/static/css/site.css">' in shown
        assert f'<a class="brand" href="/">{settings.WAGTAIL_SITE_NAME}</a>' in shown

    def test_of_a_database_that_is_away_it_is_said_that_it_comes_back(self, client, home, monkeypatch):
        monkeypatch.setattr(
            type(home), "serve", Mock(side_effect=OperationalError("the connection is closed"))
        )
        client.raise_request_exception = False
        page = client.get("/")
        assert (page.status_code, page["Retry-After"]) == (503, "30")
        assert french("A fault of ours.") in page.text

    @pytest.mark.parametrize("language", ["fr", "de"])
    def test_a_fault_is_said_in_the_language_of_the_page_that_failed(
        self, client, home, monkeypatch, language
    ):
        german = make.translated(home, "de")
        monkeypatch.setattr(type(home), "serve", lambda *_: 1 / 0)
        client.raise_request_exception = False
        page = client.get(german.url if language == "de" else home.url)
        assert page.status_code == 500
        with translation.override(language):
            assert gettext("A fault of ours.") in page.text
        assert f'<html lang="{language}">' in page.text

    def test_a_forged_post_is_refused_with_a_page_that_says_what_to_do(self, home):
        from django.test import Client

        page = make.ContactPageFactory(parent=home)
        refused = Client(enforce_csrf_checks=True).post(page.url, {})
        assert refused.status_code == 403
        assert french("Please send it once more.") in refused.content.decode()


class TestMachines:
    @override_settings(WAGTAILADMIN_BASE_URL="https://www.orvenay.example")
    def test_robots_are_told_what_is_private_in_every_language_and_where_the_sitemap_is(self, client, home):
        robots = client.get("/robots.txt").content.decode().splitlines()
        for path in ("/admin/", "/dossier/", "/de/dossier/", "/it/recherche/", "/en/espace/"):
            assert f"Disallow: {path}" in robots
        assert "Disallow: /fr/dossier/" not in robots
        assert "Sitemap: https://www.orvenay.example/sitemap.xml" in robots

    @override_settings(WAGTAILADMIN_BASE_URL="https://www.orvenay.example:8443/")
    def test_full_addresses_are_those_the_operator_gave(self, client, home):
        page = make.ContentPageFactory(parent=home, slug="port")
        make.translated(home, "de")
        sitemap = client.get("/sitemap.xml").content.decode()
        assert "<loc>https://www.orvenay.example:8443/port/</loc>" in sitemap
        assert 'href="https://www.orvenay.example:8443/de/"' in sitemap
        assert "testserver" not in sitemap
        shown = client.get(page.url).content.decode()
        assert '<link rel="canonical" href="https://www.orvenay.example:8443/port/">' in shown

    def test_the_sitemap_lists_public_pages_with_their_languages(self, client, home):
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

    def test_the_manifest_names_the_commune(self, client, home):
        assert client.get("/manifest.webmanifest").json()["short_name"] == "Orvenay"

    def test_pages_are_described_for_sharing(self, client, home):
        page = make.ContentPageFactory(parent=home, lead="126 places d’amarrage.")
        shown = client.get(page.url).content.decode()
        assert '<meta name="description" content="126 places d’amarrage.">' in shown
        assert f'<link rel="canonical" href="http://testserver{page.url}">' in shown
        assert '<meta property="og:title" content="Le port">' in shown


class TestColour:
    def test_the_communes_colour_comes_with_the_styles_in_one_file_that_is_kept_for_ever(self, client, home):
        CommuneSettings.objects.update(colour="#0a5c36")
        [link] = re.findall(r'rel="stylesheet" href="([^"]+)"', client.get("/").content.decode())
        sheet = client.get(link)
        assert sheet["Content-Type"] == "text/css"
        assert "immutable" in sheet["Cache-Control"]
        assert ".skip" in sheet.text
        assert sheet.text.index(".skip") < sheet.text.index("--lac:#0a5c36")

    def test_a_page_of_yesterday_is_led_to_the_styles_of_today(self, client, home):
        CommuneSettings.objects.update(colour="#0a5c36")
        sheet = client.get("/styles-00000000.css")
        assert sheet.url == CommuneSettings.current().styles_url
        assert sheet["Cache-Control"] == "no-cache"

    def test_all_languages_share_one_style_sheet(self, client, home):
        CommuneSettings.objects.update(colour="#0a5c36")
        asked = set()
        for language in ("fr", "de", "it", "en"):
            with translation.override(language):
                asked.add(CommuneSettings.current().styles_url)
        assert len(asked) == 1
        assert client.get(asked.pop()).status_code == 200

    def test_a_colour_that_cannot_be_read_is_refused(self):
        with pytest.raises(ValidationError, match="colour"):
            CommuneSettings(colour="#f3c64f").full_clean()
        CommuneSettings(colour="#0a5c36").full_clean()


class TestArms:
    DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'

    def test_a_drawing_is_accepted(self):
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
    def test_what_does_more_than_draw_is_refused(self, content):
        with pytest.raises(ValidationError):
            validate_arms(SimpleUploadedFile("a.svg", content))

    def test_a_png_must_be_one(self):
        with pytest.raises(ValidationError):
            validate_arms(SimpleUploadedFile("a.png", self.DRAWING))

    def test_a_png_of_few_bytes_may_not_unfold_to_what_no_telephone_draws(self):
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

    def said(self, **changed) -> dict:
        return {
            "nom": "Ana",
            "e_mail": "ana@example.org",
            "website": "",
            "opened": sign_opening_time(),
        } | changed

    def test_a_message_is_kept_and_thanked_for(self, client, page):
        sent = client.post(page.url, self.said())
        assert sent.status_code == 302  # whoever loads the thanks again sends nothing twice
        assert french("Your message has arrived.") in text_of(client.get(sent.url))
        assert page.get_submission_class().objects.get(page=page).form_data["nom"] == "Ana"

    def test_the_commune_hears_of_a_message_by_letter(self, client, page):
        make.CommuneSettingsFactory(email="greffe@orvenay.example")
        client.post(page.url, self.said(nom="Ana <b>"))
        letter = Delivery.objects.get()
        assert letter.recipient == "greffe@orvenay.example"
        assert letter.payload["reply_to"] == "ana@example.org"
        assert "Ana <b>" in letter.payload["text"]
        assert "Ana &lt;b&gt;" in letter.payload["html"]

    def test_each_question_says_what_is_missing_and_what_was_written_stays(self, client, page):
        FormField.objects.create(
            page=page, label="Sujet", field_type="radio", choices="A,B", locale=page.locale, sort_order=9
        )
        empty = client.post(page.url, self.said(nom="", e_mail="ana"))
        errors = empty.context["form"].errors
        assert (empty.status_code, errors["nom"]) == (422, [french("This answer is missing.")])
        assert errors["sujet"] == [french("Choose one of the answers.")]
        assert "nom@exemple.ch" in errors["e_mail"][0]
        assert empty.context["form"]["e_mail"].value() == "ana"
        long = client.post(page.url, self.said(nom="a" * 300)).context["form"].errors["nom"]
        assert long == ["Au plus 255 caractères\u00a0; vous en avez écrit 300."]

    def test_a_machine_is_thanked_and_nothing_is_kept(self, client, page):
        bot = {"nom": "Bot", "e_mail": "b@example.org", "website": "https://spam"}
        sent = client.post(page.url, bot, follow=True)
        assert french("Your message has arrived.") in text_of(sent)
        assert not page.get_submission_class().objects.exists()
        assert not Delivery.objects.exists()

    @pytest.mark.parametrize("label", ["Website", "Opened"])
    def test_a_question_of_any_name_is_answered_like_the_others(self, client, page, label):
        FormField.objects.create(page=page, label=label, field_type="url", locale=page.locale, sort_order=9)
        asked = client.get(page.url).context["form"]
        name = [field.name for field in asked if field.label == label][-1]
        client.post(page.url, self.said(**{name: "https://example.org"}))
        assert page.get_submission_class().objects.get().form_data[name] == "https://example.org"

    def test_what_is_kept_is_what_was_asked(self, client, page):
        client.post(page.url, self.said())
        kept = page.get_submission_class().objects.get().form_data
        assert kept == {"nom": "Ana", "e_mail": "ana@example.org"}

    def test_who_sends_at_once_is_asked_to_read_again_and_loses_nothing(self, client, page, settings):
        settings.LEAST_SECONDS_TO_FILE = 3
        with time_machine.travel(TUESDAY, tick=False) as clock:
            stamp = client.get(page.url).context["form"]["opened"].value()
            quick = client.post(page.url, self.said(opened=stamp))
            assert (quick.status_code, quick.context["form"]["nom"].value()) == (422, "Ana")
            clock.shift(4)
            assert french("Your message has arrived.") in text_of(
                client.post(page.url, self.said(opened=stamp), follow=True)
            )
        assert client.post(page.url, self.said(opened="made up")).status_code == 422
        assert page.get_submission_class().objects.count() == 1

    def test_nobody_fills_the_commune_s_mailbox(self, client, page):
        make.CommuneSettingsFactory(email="greffe@orvenay.example")
        answers = [client.post(page.url, self.said()) for _ in range(PER_CLIENT.most + 2)]
        assert {answer.status_code for answer in answers[: PER_CLIENT.most]} == {302}
        assert {answer.status_code for answer in answers[PER_CLIENT.most :]} == {429}
        assert answers[-1].context["form"]["nom"].value() == "Ana"
        assert Delivery.objects.count() == PER_CLIENT.most
        assert client.post(page.url, self.said(), REMOTE_ADDR="192.0.2.7").status_code == 302

    def test_a_message_is_erased_after_a_year_and_the_page_says_so(self, client, page):
        assert french("The commune reads your message. It is erased here after a year.") in text_of(
            client.get(page.url)
        )
        client.post(page.url, self.said())
        delete_old_contact_messages(timezone.now() + timedelta(days=365))
        assert page.get_submission_class().objects.exists()
        delete_old_contact_messages(timezone.now() + timedelta(days=367))
        assert not page.get_submission_class().objects.exists()

    def test_a_missing_answer_is_named_and_nothing_is_lost(self, client, page):
        sent = client.post(page.url, {"nom": "Ana", "e_mail": "nichts"})
        assert sent.status_code == 422
        assert 'class="errors"' in sent.content.decode()
        assert 'value="Ana"' in sent.content.decode()
        assert 'href="#id_e_mail"' in sent.content.decode()

    def test_the_page_is_never_cached(self, client, page):
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

    def test_a_page_loads_nothing_from_elsewhere_and_holds_no_inline_code(self, client, busy):
        for url in busy:
            shown = client.get(url).content.decode()
            assert not re.search(
                r"<(script|link|img|source)[^>]+(src|href)=\"(https?:)?//(?!testserver)", shown
            )
            assert " style=" not in shown
            assert "<style" not in shown
            assert not re.search(r"<script(?![^>]*ld\+json)[^>]*>[^<]", shown)

    @override_settings(DEBUG=False)
    def test_a_page_sets_no_cookie_and_varies_with_none(self, client, busy):
        for url in busy:
            page = client.get(url)
            assert not page.cookies
            assert "Cookie" not in page.get("Vary", "")


class TestSurroundings:
    """What stands around pages is kept, and never outlives a change."""

    def test_a_new_section_a_renamed_page_and_a_new_name_are_seen_at_once(self, client, home):
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
        assert shown.count("Politique") == 2  # in the menu and in the breadcrumb
        assert "021 000 42 99" in shown

    def test_a_page_is_read_once_until_it_changes_moves_or_goes(
        self, client, home, django_assert_num_queries
    ):
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

    def test_the_text_of_a_draft_is_shown_and_kept_from_everybody_else(self, client, home):
        page = make.ContentPageFactory(parent=home, body=[("heading", "Amarrage")])
        for stands in ("Amarrage", "Amarrage"):
            assert stands in client.get(page.url).content.decode()
            page.body = [("heading", "Hivernage")]
            preview = page.make_preview_request(client.get(page.url).wsgi_request, "")
            assert "Hivernage" in preview.render().content.decode()
        make.published(page)
        assert "Hivernage" in client.get(page.url).content.decode()

    def test_addresses_that_anybody_can_think_of_fill_nothing(self, client, home):
        index = NewsIndexPageFactory(parent=home)
        for address in (index.url, "/rien/", f"{index.url}rien/"):
            client.get(address)
        before = len(cache._cache)
        for number in range(3):
            for address in (f"/rien-{number}/", f"{index.url}rien-{number}/", f"{index.url}rss/?{number}"):
                client.get(address)
        assert len(cache._cache) == before

    def test_a_section_that_becomes_private_leaves_the_menu(self, client, home):
        section = make.SectionPageFactory(parent=home, title="Interne")
        assert "Interne" in client.get("/").content.decode()
        section.view_restrictions.create(restriction_type="login")
        assert "Interne" not in client.get("/").content.decode()

    @pytest.mark.parametrize("first", ["/", "page", "/rien/"])
    def test_wherever_the_first_visit_goes_only_public_pages_stand_around_it(self, client, home, first):
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

    def test_an_address_that_leads_nowhere_reads_no_links_of_home_pages(self, client, home):
        make.translated(home, "de", title="Startseite")
        for address in ("/", "/de/", "/rien/", "/de/nichts/"):
            client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/rien/").status_code == 404
        of_children = [one["sql"] for one in queries if '"wagtailcore_page"."depth" = ' in one["sql"]]
        assert of_children == []

    def test_apps_offer_sections_of_the_home_page_in_their_order(self, client, home, monkeypatch):
        offers = {
            "late": lambda request, page: HomeSection(
                "home/door.html", {"door": {"title": "Second"}}, order=2
            ),
            "early": lambda request, page: HomeSection(
                "home/door.html", {"door": {"title": "First"}}, order=1
            ),
            "none": lambda request, page: None,
        }
        list(home_sections)  # found, so that nothing registers any more
        monkeypatch.setattr(home_sections, "_offers", offers)
        shown = client.get("/").content.decode()
        assert 0 < shown.index("First") < shown.index("Second")

    def test_a_contact_is_shown_in_the_language_at_hand_where_it_is_translated(self, home):
        contact = make.ContactFactory()
        german = contact.copy_for_translation(make.locale("de"))
        german.title = "Einwohnerkontrolle"
        german.save()
        assert Contact.shown(contact.pk, "de").title == "Einwohnerkontrolle"
        assert Contact.shown(contact.pk, "en").title == contact.title
        assert Contact.shown(contact.pk + 99, "de") is None
        assert Contact.shown(None, "de") is None

    def test_a_new_version_does_not_read_what_the_old_one_kept(self, home):
        cached_per_version("frame", lambda: "as the old version wrote it")
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
        assert cached_per_version("frame", lambda: "as the new one does") == "as the new one does"

    def test_within_a_request_what_is_kept_is_read_once_and_what_it_changes_is_seen(self, home):
        with version_read_once():
            assert cached_per_version("word", lambda: "before") == "before"
            cache.clear()
            assert cached_per_version("word", lambda: "after") == "before"
            bump_version()
            assert cached_per_version("word", lambda: "after") == "after"

    def test_each_site_of_an_installation_has_its_own_frame(self, client, home):
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

    def test_another_site_bears_its_own_name_and_leads_to_the_commune(self, client, home, settings):
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
        assert (
            "form-action 'self' http://localhost:8000" in policy
        )  # where the operator says, unless told otherwise
        own = client.get(home.url, headers={"Host": "testserver"}).text
        assert "Orvenay<small>" in own
        assert 'https://orvenay.example/">Commune d’Orvenay' not in own


class TestPrivatePages:
    """A page is found together with what restricts it: nobody reads what only some may read."""

    @pytest.fixture
    def section(self, home):
        return make.SectionPageFactory(parent=home, title="Interne")

    @pytest.mark.parametrize("kind", ["login", "password"])
    def test_a_restricted_page_and_what_stands_below_it_are_refused(self, client, section, kind):
        page = make.ContentPageFactory(parent=section, lead="Rien que pour nous.")
        assert "Rien que pour nous." in client.get(page.url).content.decode()
        section.view_restrictions.create(restriction_type=kind, password="sesame")
        for address in (section.url, page.url):
            assert "Rien que pour nous." not in client.get(address).content.decode()

    def test_a_restricted_home_page_closes_the_whole_site(self, client, home, section):
        home.view_restrictions.create(restriction_type="login")
        assert client.get("/").status_code == client.get(section.url).status_code == 302

    def test_an_alias_is_as_restricted_as_its_source(self, client, home, section):
        page = make.ContentPageFactory(parent=section, slug="note")
        alias = page.create_alias(parent=home, update_slug="copie")
        second = alias.create_alias(parent=home, update_slug="copie-de-copie")
        assert client.get(alias.url).status_code == client.get(second.url).status_code == 200
        page.view_restrictions.create(restriction_type="login")
        assert client.get(alias.url).status_code == client.get(second.url).status_code == 302

    def test_who_may_read_it_reads_it(self, client, admin_user, section):
        section.view_restrictions.create(restriction_type="login")
        client.force_login(admin_user)
        assert "Interne" in client.get(section.url).content.decode()


class TestLinksWithinTexts:
    def test_a_link_follows_the_language_of_the_reader(self, client, home):
        port = make.ContentPageFactory(parent=home, slug="port")
        text = f'<p><a linktype="page" id="{port.pk}">Port</a></p>'
        page = make.ContentPageFactory(parent=home, title="Lac", slug="lac", body=[("text", text)])
        make.translated(port, "de", slug="hafen")
        german = make.translated(page, "de", slug="see")
        assert '<a href="/port/">Port</a>' in client.get(page.url).content.decode()
        assert '<a href="/de/hafen/">Port</a>' in client.get(german.url).content.decode()

    def test_a_link_to_what_is_not_published_or_gone_leads_nowhere(self, client, home):
        draft = make.ContentPageFactory(parent=home, slug="brouillon", live=False)
        text = f'<p><a linktype="page" id="{draft.pk}">un</a> <a linktype="page" id="99999">deux</a></p>'
        page = make.ContentPageFactory(parent=home, title="Lac", body=[("text", text)])
        shown = client.get(page.url).content.decode()
        assert "<a>un</a> <a>deux</a>" in shown
