"""Seams of docs/wagtail-seams.md: each test fails when the upstream code behind one of them changes.

After an update: look whether upstream now offers what we need, adapt our side, then run
``python -m tests.seams.inventory``.
"""

import inspect
from gettext import NullTranslations
from pathlib import Path

import pytest
import wagtail
import wagtail_localize
from django.contrib.auth.models import Group
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.state import ProjectState
from django.db.models import FileField
from django.db.models.fields.files import FieldFile
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.connection import BaseConnectionHandler
from django.utils.functional import LazyObject, cached_property
from django.utils.translation import trans_real
from django.views.decorators.csp import csp_override
from mailchimp3 import MailChimp
from paramiko import SFTPFile
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.blocks import ChoiceBlock
from wagtail.contrib.redirects import signal_handlers
from wagtail.images.models import AbstractImage
from wagtail.models import Page, Site
from wagtail_localize.models import String, StringTranslation, TranslationContext, TranslationSource
from wagtail_localize.views import edit_translation

from . import inventory

ROOT = Path(__file__).resolve().parents[2]
SEAMS = (ROOT / "docs" / "wagtail-seams.md").read_text()
STORED = inventory.stored(inventory.SIGNATURES)


@pytest.fixture(scope="module")
def used() -> set[str]:
    """Read all modules once, and not while the tests are collected."""
    return set(inventory.undocumented_names())


# -- Undocumented names ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", STORED)
def test_undocumented_name_is_as_it_was(name):
    assert inventory.signature_of(name) == STORED[name]


def test_undocumented_names_are_stored(used):
    assert used == set(STORED)


def test_undocumented_names_are_listed():
    listed = [name for name in STORED if f"`{name}`" in SEAMS or f"`{name.rpartition('.')[0]}`" in SEAMS]
    assert sorted(set(STORED) - set(listed)) == []


# -- Templates -------------------------------------------------------------------------------------------------
def test_replaced_templates_are_as_they_were():
    assert inventory.replaced_templates() == inventory.stored(inventory.TEMPLATES)


def test_replaced_templates_are_listed():
    assert [name for name in inventory.replaced_templates() if f"`{name}`" not in SEAMS] == []


# -- Patches ---------------------------------------------------------------------------------------------------
def test_patches_are_listed():
    assert sorted(one for one in inventory.patches() if f"`{one}`" not in SEAMS) == []


@pytest.mark.parametrize(
    ("owner", "name", "parameters"),
    [
        (Group, "__str__", ["self"]),
        (WagtailAdminTemplateMixin, "get_header_title", ["self"]),
        (SpreadsheetExportMixin, "preprocess_field_value", ["self", "field", "value", "export_format"]),
        (SpreadsheetExportMixin, "get_heading", ["self", "queryset", "field"]),
        (TranslationSource, "create_or_update_translation", ["self", "locale", "user"]),
        (StringTranslation, "get_comment", ["self"]),
        (edit_translation, "get_segment_location_info", ["source_instance", "tab_helper", "content_path"]),
        (signal_handlers.BatchRedirectCreator, "add", ["self"]),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "__name__", "")[:30],
)
def test_patched_function_has_its_parameters(owner, name, parameters):
    source = _source_of(owner, name)
    defined = source.partition("def ")[2].partition(")")[0]
    found = [one.partition(":")[0].partition("=")[0].strip() for one in defined.partition("(")[2].split(",")]
    assert [one for one in found if one and one != "*"][: len(parameters)] == parameters


def _source_of(owner, name: str) -> str:
    """Return the text of upstream's own function: at run time ours stands there already."""
    text = Path(inspect.getsourcefile(owner)).read_text()
    start = text.index(f"\nclass {owner.__name__}") if inspect.isclass(owner) else 0
    return text[text.index(f"def {name}(", start) :]


# -- Private attributes ----------------------------------------------------------------------------------------
def test_policy_of_a_response_is_an_attribute():
    response = csp_override({"default-src": ["'none'"]})(lambda request: HttpResponse())(HttpRequest())
    assert response._csp_config == {"default-src": ["'none'"]}


@pytest.mark.parametrize(
    ("function", "attribute"),
    [
        (Site.find_for_request, "request._wagtail_site"),
        (Page.route_for_request, "request._wagtail_route_for_request"),
        (BaseDatabaseWrapper.close_if_unusable_or_obsolete, "self.close_at"),
        (LazyObject.__init__, "self._wrapped"),
        (FieldFile.__init__, "self._committed"),
        (BaseForm.errors.fget, "self._errors"),
        (AbstractImage._set_image_file_metadata, "self.file_size"),
        (String._get_data_hash, "uuid.uuid5"),
        (TranslationContext._get_path_id, "uuid.uuid5"),
        (ChoiceBlock.__init__, "self._constructor_kwargs"),
        (BaseConnectionHandler.__init__, "self._settings"),
        (FileField.__init__, "self._storage_callable"),
        (trans_real.translation, "_translations[language]"),
        (NullTranslations.add_fallback, "self._fallback"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__qualname__,
)
def test_private_attribute_is_where_it_was(function, attribute):
    assert attribute in inspect.getsource(function)


def test_rendered_models_of_a_migration_are_cached():
    assert isinstance(ProjectState.__dict__["apps"], cached_property)


def test_mailchimp_client_posts_to_any_address():
    api = MailChimp(mc_api=f"{'0' * 32}-us1", mc_user="")
    assert list(inspect.signature(api.lists._mc_client._post).parameters)[:1] == ["url"]
    assert {"url", "data"} <= set(inspect.signature(api.lists._mc_client._patch).parameters)


def test_sftp_file_reads_ahead_in_a_method_of_its_own():
    assert "target=self._prefetch_thread" in inspect.getsource(SFTPFile._start_prefetch)


def test_http_client_opens_its_connection_by_an_attribute():
    import http.client

    assert "self._create_connection(" in inspect.getsource(http.client.HTTPConnection.connect)


# -- Scripts ---------------------------------------------------------------------------------------------------
ADMIN = Path(wagtail.__file__).parent / "admin"
SCRIPTS = ADMIN / "static" / "wagtailadmin" / "js"
LOCALIZE = Path(wagtail_localize.__file__).parent


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        ("comments.js", SCRIPTS / "comments.js", ["commentApp", "updateData", "w-autosave:success"]),
        ("saving.js", SCRIPTS / "core.js", ["submitPromise", "getControllerForElementAndIdentifier"]),
        ("slugs.js", SCRIPTS / "core.js", ['this.dispatch("success"', "w-messages:add"]),
        ("condition.js", SCRIPTS / "core.js", ["StimulusModule"]),
        (
            "editor/outline.js",
            SCRIPTS / "core.js",
            ['this.dispatch("save"', 'this.dispatch("error"', "revisionId"],
        ),
        ("editor/step.js", SCRIPTS / "core.js", ["StimulusModule"]),
        ("editor/sms.js", SCRIPTS / "core.js", ["StimulusModule"]),
        (
            "editor/folded.js",
            SCRIPTS / "telepath" / "blocks.js",
            ["wagtailStreamField", "StructBlockDefinition"],
        ),
        ("names.js", SCRIPTS / "telepath" / "blocks.js", ["c-sf-block__type"]),
        ("names.js", SCRIPTS / "vendor" / "tag-it.js", ["tagit-new"]),
        (
            "findings.js",
            ADMIN / "templates/wagtailadmin/shared/panel.html",
            ["data-panel-toggle", "aria-expanded"],
        ),
        ("pasting.js", SCRIPTS / "draftail.js", ["Draftail-Editor"]),
        (
            "translating.js",
            LOCALIZE / "static/wagtail_localize/js/wagtail-localize.js",
            ["js-translation-editor", "More actions"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "name", ""),
)
def test_script_finds_what_it_reaches_into(ours, theirs, words):
    """Words of minified scripts: crude, and still the first to say that a name is gone."""
    assert (ROOT / "mysite" / "static" / "js" / ours).exists()
    assert f"`{ours}`" in SEAMS
    text = theirs.read_text()
    assert [word for word in words if word not in text] == []
