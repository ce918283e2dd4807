"""Extension classes: who is found, in which order, and what happens with keys that are offered twice."""

import pytest
from django.apps import apps
from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured

from eservices.cases.extension_points import CaseExtension
from home.extensions.base import Extension, extensions, merged, override_extensions


class First(CaseExtension):
    def event_labels(self):
        return {"first": "First"}


class Second(CaseExtension):
    def event_labels(self):
        return {"second": "Second"}


def test_extensions_are_found_from_base_apps_upwards():
    found = [type(one).__module__ for one in extensions(CaseExtension)]
    places = [list(apps.app_configs).index(apps.get_containing_app_config(one).label) for one in found]
    assert "eservices.cases.case_extension" in found
    assert places == sorted(places, reverse=True)
    assert len(found) == len(set(found))
    assert all(isinstance(one, Extension) for one in extensions(CaseExtension))


def test_extensions_are_not_asked_while_models_load(monkeypatch):
    class Unasked(Extension):
        file = "no_app_has_this_file"

    monkeypatch.setattr(apps, "models_ready", False)
    with pytest.raises(AppRegistryNotReady):
        extensions(Unasked)


def test_overridden_extensions_hold_within_the_block():
    before = extensions(CaseExtension)
    with override_extensions(CaseExtension, [First(), Second()]):
        labels = merged(CaseExtension, lambda one: one.event_labels())
        assert labels == {"first": "First", "second": "Second"}
    assert extensions(CaseExtension) == before


def test_key_that_two_extensions_offer_is_refused():
    twice = pytest.raises(ImproperlyConfigured, match="'first' is offered twice")
    with override_extensions(CaseExtension, [First(), First()]), twice:
        merged(CaseExtension, lambda one: one.event_labels())
