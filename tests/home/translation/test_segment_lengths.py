"""Length limits of translated texts: the same as those of their source."""

import json
import re
from html import unescape

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from wagtail.models import Page
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from home.models import ContentPage
from tests.factories.accounts import SuperuserFactory
from tests.factories.home import ContentPageFactory, locale, make_site, translated

pytestmark = pytest.mark.django_db

BODY = [
    ("heading", "Amarrer"),
    ("table", {"caption": "Places du port", "cells": "Quai | Places\nNord | 12"}),
    ("text", "<p>Douze places sont libres.</p>"),
]


@pytest.fixture(scope="module")
def made(module_db):
    home = make_site()
    translated(home, "de", title="Startseite")
    page = ContentPageFactory(parent=home, title="Le port", lead="On y amarre.", body=BODY)
    source, _new = TranslationSource.update_or_create_from_instance(page)
    translation = Translation.objects.create(source=source, target_locale=locale("de"))
    translation.save_target(publish=False)
    return page.get_translation(locale("de"))


@pytest.fixture
def german(client, made):
    """A page whose German translation a superuser is editing."""
    client.force_login(SuperuserFactory(language="fr"))
    return ContentPage.objects.get(pk=made.pk)


def screen(client, page) -> dict:
    shown = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    return json.loads(unescape(re.search(r'data-props="([^"]+)"', shown.text)[1]))


def translate(client, page, source: str, said: str) -> str | None:
    """Save the translation of a source text and return the error that the editor shows."""
    [url] = [one["editUrl"] for one in screen(client, page)["segments"] if one.get("source") == source]
    data = encode_multipart(BOUNDARY, {"value": said})
    return client.put(url, data, content_type=MULTIPART_CONTENT).json()["error"]


@pytest.mark.parametrize(
    ("source", "most"), [("Places du port", 120), ("Amarrer", 120), ("On y amarre.", 400), ("Le port", 255)]
)
def test_too_long_translation_is_refused_with_both_lengths(client, german, source, most):
    assert translate(client, german, source, "Ä" * most) is None
    said = translate(client, german, source, "Ä" * (most + 1))
    assert str(most) in said
    assert str(most + 1) in said


def test_refused_translation_is_stored_but_not_published(client, german):
    long = "Plätze " * 40
    translate(client, german, "Places du port", long)
    translate(client, german, "Le port", long)
    client.post(reverse("wagtailadmin_pages:edit", args=[german.pk]), {"action": "publish"})
    shown = Page.objects.get(pk=german.pk).specific
    assert "Plätze" not in f"{shown.title} {shown.draft_title} {shown.body.raw_data[1]}"
    assert set(StringTranslation.objects.values_list("data", flat=True)) == {long}


def test_html_escapes_do_not_count_towards_length(client, german):
    assert translate(client, german, "Places du port", "&amp;" * 120) is None


def test_rich_text_paragraph_has_no_length_limit(client, german):
    assert translate(client, german, "Douze places sont libres.", "Zwölf Plätze. " * 500) is None
