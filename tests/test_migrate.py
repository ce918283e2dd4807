"""Django's migrate, made quicker: what it finds is what Django finds."""

from django.apps import apps
from django.core.management import get_commands
from django.db.migrations.state import StateApps

from mysite.management.commands.migrate import swaps_remembered

ASKED = {"eservices_accounts.User": "AUTH_USER_MODEL", "contenttypes.ContentType": None}


def test_migrate_is_the_quick_one():
    assert get_commands()["migrate"] == "mysite"


def test_a_swapped_model_is_looked_up_once_however_many_registries_are_made(monkeypatch):
    with swaps_remembered():
        assert {name: apps.get_swappable_settings_name(name) for name in ASKED} == ASKED
        StateApps([], {})  # empties what Django remembers
        monkeypatch.setattr(apps, "get_models", None)  # what looking anew would ask
        assert {name: apps.get_swappable_settings_name(name) for name in ASKED} == ASKED


def test_what_is_remembered_ends_with_migrating():
    with swaps_remembered():
        pass
    assert {name: apps.get_swappable_settings_name(name) for name in ASKED} == ASKED
    assert "get_swappable_settings_name" not in vars(apps)
