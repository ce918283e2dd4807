"""A commune that departs, and the empty installation in which it arrives."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone
from wagtail_factories import ImageFactory

from eservices.cases import audit_log
from eservices.formbuilder.models import ReferenceTable
from eservices.payments.models import UnallocatedPayment
from eservices.submissions.models import ScanResult
from mysite.backups.manifest import sign_content
from mysite.backups.stored_files import walk_files
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.cases import stored
from tests.factories.catalogue import SERVICE, make_counter, make_service
from tests.factories.home import CommuneSettingsFactory, ContentPageFactory, make_site, translated
from tests.factories.news import NewsIndexPageFactory, NewsPageFactory
from tests.factories.newsletter import SubscriberFactory, TopicFactory
from tests.factories.whole_case import whole_case
from tests.support.databases import reset_tables

MOMENT = datetime.fromisoformat("2026-11-26T09:00:30+01:00")  # pages show what is open: equal at equal times


@pytest.fixture(scope="module")
def departed(migrated_tables, django_db_blocker, tmp_path_factory):
    """The departure of a whole commune, as a folder. The database is empty again."""
    folder = tmp_path_factory.mktemp("departed")
    with django_db_blocker.unblock(), installation(folder / "old"):
        build_commune()
        depart(folder / "orvenay")
        reset_tables(migrated_tables)
    return folder / "orvenay"


@pytest.fixture
def copied(departed, tmp_path):
    """A copy of the departure, to be damaged."""
    return shutil.copytree(departed, tmp_path / "copy")


@pytest.fixture
def empty_installation(transactional_db, tmp_path):
    """An installation in which nothing is."""
    with installation(tmp_path / "new"):
        yield


@contextmanager
def installation(folder: Path) -> Iterator[None]:
    folder.mkdir()
    places = {"VAR_DIR": folder, "AUDIT_ANCHOR_FILE": folder / "anchors.txt"}
    with override_settings(**places, GED_URL=f"directory:{folder / 'ged'}"):
        yield
    for storage in (default_storage, storages["private"]):
        for name in list(walk_files(storage)):
            storage.delete(name)
    for name in ("default", "pages"):
        caches[name].clear()


def build_commune() -> None:
    CommuneSettingsFactory()
    home = make_site()
    make_service(make_counter(home), SERVICE | {"slug": "residence"}, lead="En deux minutes.")
    ReferenceTable.objects.create(key="rues", name="Rues").rows.create(value="orme", label="Place de l’Orme")
    page = ContentPageFactory(parent=home, title="Déchets", slug="dechets")
    translated(page, "de", title="Abfall", slug="abfall")
    news = NewsIndexPageFactory(parent=home)
    NewsPageFactory(parent=news, title="Fête au lac", picture=ImageFactory(), picture_alt="Le lac")
    SubscriberFactory(email="abonnee@courriel.example", topics=[TopicFactory()])
    SuperuserFactory(email="greffe@orvenay.example")
    stored(whole_case(UserFactory(email="elodie@courriel.example")), scan=ScanResult.CLEAN)
    UnallocatedPayment.objects.all().delete()  # it has no journal row
    audit_log.anchor_chains(timezone.now())
    default_storage.save("images/été.png", ContentFile(b"\x89PNG\r\n\x1a\n."))


def depart(target: Path, **options) -> None:
    with time_machine.travel(MOMENT, tick=False):
        call_command("depart", target, **({"plain": True} | options))


def arrive(source: Path, **options) -> None:
    call_command("arrive", source, **options)


def manifest_of(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text())


def change_manifest(folder: Path, **changes) -> None:
    """Change the manifest, signed by this installation."""
    text = json.dumps(manifest_of(folder) | changes)
    (folder / "manifest.json").write_text(text)
    (folder / "manifest.signature").write_text(sign_content(text))
