"""Versions of a service: publisher and date, drafts and cases that use them, and comparison of any two."""

import copy

import pytest
from django.urls import reverse

from eservices.accounts.models import User
from eservices.catalogue.models import ServicePage
from eservices.formbuilder.models import FormVersion
from tests.factories.accounts import UserFactory
from tests.factories.catalogue import SERVICE, make_editor, make_service
from tests.factories.submissions import DraftFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def publisher(module_db) -> User:
    return make_editor()


@pytest.fixture
def editor(client, publisher) -> User:
    person = User.objects.get(pk=publisher.pk)
    client.force_login(person)
    return person


@pytest.fixture(scope="module")
def published(publisher) -> ServicePage:
    """Create a service that was published twice; its draft is ahead of both."""
    page = make_service()
    page.form[1].value["title"] = "Pourquoi"
    page.save_revision(user=publisher).publish(user=publisher)
    page.form[1].value["title"] = "Pour quel motif"
    page.form[0].value["fields"].pop(1)
    page.fees[0].value["amount"] = 20
    page.save_revision()
    return page


def screen(page, name: str = "versions", query: str = "") -> str:
    return reverse(f"services:{name}", args=[page.pk]) + query


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_version_list_shows_publisher_date_and_usage(client, editor, page):
    first, second = page.online_form.versions.all()
    DraftFactory(version=first)
    shown = text(client.get(screen(page)))
    assert str(editor) in shown
    assert first.digest[:8] in shown
    assert second.digest[:8] in shown
    rows = shown.split("<tbody>")[1].split("<tr>")[1:]
    newest, oldest = (" ".join(row.split()) for row in rows)
    assert '<td class="num">1</td> <td class="num">0</td>' in oldest
    assert '<td class="num">0</td> <td class="num">0</td>' in newest


def test_rehearsal_version_is_marked(client, editor, page):
    version = page.online_form.current
    FormVersion.objects.create(form=page.online_form, number=3, kind="rehearsal", content=version.content)
    assert str(FormVersion.Kind.REHEARSAL.label) in text(client.get(screen(page)))


def test_two_versions_are_compared(client, editor, page):
    shown = text(client.get(screen(page, "compare", "?a=1&b=2")))
    assert "<del>motif</del>" in shown
    assert "<ins>Pourquoi</ins>" in shown


def test_version_is_compared_with_the_draft(client, editor, page):
    shown = text(client.get(screen(page, "compare", "?a=2&b=draft")))
    assert "<ins>Pour quel motif</ins>" in shown
    assert "CHF 20.00" in shown
    assert "nom" in shown


def test_same_versions_show_no_difference(client, editor, page):
    shown = text(client.get(screen(page, "compare", "?a=2&b=2")))
    assert "<del>" not in shown
    assert "<ins>" not in shown


@pytest.mark.parametrize("query", ["", "?a=1", "?a=1&b=9", "?a=1&b=²", "?a=x&b=draft"])
def test_unknown_version_is_not_found(client, editor, page, query):
    assert client.get(screen(page, "compare", query)).status_code == 404


def test_service_without_versions_has_an_empty_list(client, editor, page):
    never = page.copy(update_attrs={"slug": "jamais", "title": "Jamais"}, keep_live=False)
    shown = text(client.get(screen(never)))
    assert "<tbody>" not in shown


def test_comparison_requires_the_right_to_edit(client, page):
    client.force_login(UserFactory(is_staff=True, roles=["agents"]))
    assert client.get(screen(page, "compare", "?a=1&b=2")).status_code in (302, 403)


def test_editing_a_service_changes_no_other(counter):
    one, other = (make_service(counter, copy.deepcopy(SERVICE) | {"slug": slug}) for slug in ("un", "autre"))
    before = other.online_form.current
    draft = DraftFactory(version=before, answers={"nom": "Marchetti"}, completed=["identite"])

    one.form[0].value["title"] = "Changé"
    one.save_revision().publish()

    assert one.online_form.versions.count() == 2
    assert other.online_form.current == before
    draft.refresh_from_db()
    assert (draft.version, draft.answers) == (before, {"nom": "Marchetti"})
