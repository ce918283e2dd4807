"""Segments for translators: every text that editors write becomes a segment of wagtail-localize."""

import pytest
from django.apps import apps
from wagtail.models import TranslatableMixin
from wagtail_localize.fields import get_translatable_fields
from wagtail_localize.models import TranslationSource
from wagtail_localize.segments.extract import extract_segments

from home.blocks import content
from home.models import HomePage
from home.translation.segment_labels import segment_path_labels
from tests.factories import home as make

pytestmark = pytest.mark.django_db


def texts_of(page) -> set[str]:
    return {
        value.render_text() if hasattr(value, "render_text") else value.data
        for value in extract_segments(page)
        if hasattr(value, "render_text") or hasattr(value, "data")
    }


def test_every_text_of_content_blocks_is_a_segment():
    home = make.make_site()
    written = {
        "heading": "T1",
        "text": "<p>T2</p>",
        "picture": {"image": None, "alt": "T3", "caption": "T4"},
        "figures": [{"number": "T5", "label": "T6"}],
        "quote": {"text": "T7", "who": "T8"},
        "question": {"question": "T9", "answer": "<p>T10</p>"},
        "table": {"caption": "T11", "cells": "T12"},
        "download": {"document": None, "label": "T13"},
        "button": {"label": "T14", "page": None, "url": "https://example.org"},
        "steps": [{"title": "T15", "text": "T16"}],
        "notice": {"title": "T17", "text": "<p>T18</p>"},
        "gallery": [{"image": None, "alt": "T19"}],
        "video": {
            "url": "https://vimeo.com/1084537",
            "title": "T20",
            "length": "T21",
            "image": None,
            "transcript": "<p>T22</p>",
        },
        "service": {"page": None, "label": "T23"},
        "fees": [{"entry": "", "label": "T24"}],
    }
    choosers = {"contact", "person", "shared_notice"}
    assert set(written) | choosers == set(content.ContentBlocks().child_blocks)
    page = make.ContentPageFactory(parent=home, body=list(written.items()))
    assert {f"T{number}" for number in range(1, 25)} <= texts_of(page)


def test_keys_are_not_translated():
    kept = {
        (model._meta.model_name, field.field_name): (field.is_translated(model), field.is_overridable(model))
        for model in apps.get_models()
        if issubclass(model, TranslatableMixin)
        for field in get_translatable_fields(model)
        if field.field_name in ("key", "clean_name")
    }
    assert {"lettertemplate", "legalremedies", "documenttemplate", "bookingextra", "formfield"} <= {
        model for model, _name in kept
    }
    assert set(kept.values()) == {(False, False)}


def test_texts_of_home_page_are_segments():
    home = make.make_site(
        tagline="T1",
        question="T2",
        often=[("word", "T3")],
        tasks=[("task", {"icon": "bin", "title": "T4", "text": "T5", "page": None, "url": ""})],
        emergency=[("number", {"label": "T6", "phone": "117"})],
        footer_links=[("link", {"title": "T7", "page": None, "url": ""})],
    )
    assert {f"T{number}" for number in range(1, 8)} <= texts_of(home)


def test_translation_keeps_values_that_are_no_texts():
    home = make.make_site(tasks=[("task", {"icon": "bin", "title": "Déchets", "page": None, "url": ""})])
    make.OfficePageFactory(parent=home)
    source, _created = TranslationSource.get_or_create_from_instance(HomePage.objects.get(pk=home.pk))
    source.create_or_update_translation(make.locale("de"), publish=True, fallback=True)
    german = HomePage.objects.get(locale__language_code="de")
    assert german.tasks[0].value["icon"] == "bin"


def test_segment_labels_distinguish_items():
    steps = [{"title": "Trier", "text": "Par matière."}, {"title": "Porter", "text": "Avant 9 h."}]
    figures = [{"number": "90 m", "label": "de plage"}]
    page = make.ContentPageFactory(parent=make.make_site(), body=[("steps", steps), ("figures", figures)])
    named = [
        segment_path_labels(page, value.path)
        for value in extract_segments(page)
        if value.path.startswith("body.")
    ]
    assert named == [
        ["Étapes", "1", "Titre"],
        ["Étapes", "« Trier »", "Texte"],
        ["Étapes", "2", "Titre"],
        ["Étapes", "« Porter »", "Texte"],
        ["Chiffres clés", "« de plage »", "Nombre"],
        ["Chiffres clés", "1", "Ce qu’il compte"],
    ]


def test_segment_outside_of_blocks_keeps_field_name():
    page = make.ContentPageFactory(parent=make.make_site())
    assert segment_path_labels(page, "title") == []
    assert segment_path_labels(page, "body.of-a-block-that-is-gone.text") == []
