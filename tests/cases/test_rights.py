"""Every screen and every action of the desk, as owner, colleague of another team, stranger and anonymous.

A new address or action that is not in these tables fails the tests: say here who may come in.
"""

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.urls import reverse

from eservices.cases import access, deeds, urls
from eservices.cases.models import Case, Role, SavedView, Tag
from eservices.cases.team_views import TeamView
from eservices.submissions.models import StoredFile
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, TeamFactory, member

pytestmark = pytest.mark.django_db

# Whoever treats cases at all: their own cases stand there. Name → (method, arguments).
OF_DESK = {
    "queue": ("get", []),
    "counter": ("get", []),
    "next": ("post", []),
    "assign_several": ("post", []),
    "tag_several": ("post", []),
    "remind_several": ("post", []),
    "decide_several": ("post", []),
    "save_view": ("post", []),
    "lay_out": ("post", []),
    "export": ("get", ["csv"]),
    "figures": ("get", []),
    "figures_csv": ("get", []),
    "teams": ("get", []),
}
# One case: its team. ``REF`` and ``FILE`` stand for those of the test's case.
REF, FILE, TAG, VIEW = "the case", "its file", "its tag", "a view of its team"
OF_CASE = {
    "case": ("get", [REF]),
    "file": ("get", [REF, FILE]),
    "file_view": ("get", [REF, FILE]),
    "preview": ("get", [REF, FILE]),
    "receipt": ("get", [REF]),
    "amend": ("get", [REF, "nom"]),
    "do": ("get", [REF, "merge"]),
    "stage": ("get", [REF, "decision"]),
    "tag": ("post", [REF]),
    "untag": ("post", [REF, TAG]),
}
OF_TEAM = {
    "team": ("get", ["habitants"]),
    "team_do": ("post", ["habitants", "absence"]),
    "drop_view": ("post", [VIEW]),
}

# What each action needs of a member; below that it is not there.
DEEDS = {
    "take": Role.TREAT,
    "assign": Role.TREAT,
    "note": Role.TREAT,
    "message": Role.TREAT,
    "ask": Role.TREAT,
    "answer": Role.TREAT,
    "remind": Role.TREAT,
    "withdraw": Role.TREAT,
    "enclosure": Role.TREAT,
    "identify": Role.TREAT,
    "call": Role.TREAT,
    "called": Role.TREAT,
    "tie": Role.TREAT,
    "untie": Role.TREAT,
    "merge": Role.TREAT,
    "hand_over": Role.TREAT,
    "redirect": Role.TREAT,
    "person": Role.DECIDE,
    "accept": Role.DECIDE,
    "refuse": Role.DECIDE,
    "review": Role.DECIDE,
    "reopen": Role.DECIDE,
}
TEAM_DEEDS = {"role": Role.CONFIGURE, "remove": Role.CONFIGURE, "absence": Role.READ, "back": Role.READ}


@pytest.fixture
def case() -> Case:
    """A case with a picture that somebody sent and a tag, and a view of its team."""
    found = CaseFactory()
    row = StoredFile(
        submission=found.submission, name="carte.png", content_type="image/png", size=9, digest="0" * 64
    )
    row.content.save("carte.png", ContentFile(b"\x89PNG\r\n\x1a\n."), save=False)
    row.save()
    found.tags.add(Tag.objects.create(name="urgent"))
    SavedView.objects.create(name="À moi", query="", owner=UserFactory(), team=found.team)
    return found


def addresses(case: Case, table: dict):
    """Method and address of every row of a table."""
    known = {
        REF: case.reference,
        FILE: case.submission.files.get().pk,
        TAG: case.tags.get().pk,
        VIEW: SavedView.objects.get().pk,
    }
    for name, (method, args) in table.items():
        yield name, method, reverse(f"cases:{name}", args=[known.get(one, one) for one in args])


def names() -> set[str]:
    return {pattern.name for pattern in urls.urlpatterns if pattern.name}


def test_every_address_and_every_action_of_the_desk_stands_in_a_table():
    assert names() == {*OF_DESK, *OF_CASE, *OF_TEAM}
    assert set(deeds.DEEDS) == set(DEEDS)
    assert set(TeamView.DEEDS) == set(TEAM_DEEDS)
    assert {do: role for do, role in access.NEEDED.items() if do in DEEDS} == DEEDS


def test_a_member_of_the_team_comes_in_everywhere(client, case):
    client.force_login(member(Role.CONFIGURE))
    for name, method, url in [
        *addresses(case, OF_DESK),
        *addresses(case, OF_CASE),
        *addresses(case, OF_TEAM),
    ]:
        assert getattr(client, method)(url).status_code in (200, 302, 422), name


def test_a_colleague_of_another_team_finds_neither_case_nor_team(client, case):
    client.force_login(member(Role.CONFIGURE, team=TeamFactory(key="police")))
    for name, method, url in addresses(case, OF_DESK):
        answer = getattr(client, method)(url)
        assert answer.status_code in (200, 302), name
        assert case.reference not in b"".join(answer).decode(), name
    refused(client, case, 404)


def test_a_stranger_of_the_staff_finds_no_desk(client, case):
    client.force_login(UserFactory(is_staff=True, roles=["moderators"]))
    for name, method, url in addresses(case, OF_DESK):
        assert getattr(client, method)(url).status_code == 404, name
    refused(client, case, 404)


def test_who_is_not_of_the_staff_is_sent_to_sign_in(client, case):
    for somebody in (None, UserFactory()):
        if somebody:
            client.force_login(somebody)
        for name, method, url in addresses(case, OF_DESK):
            answer = getattr(client, method)(url)
            assert answer.status_code == 302, name
            assert "login" in answer.url, name
        refused(client, case, 302)


def refused(client, case: Case, status: int):
    """Every screen and every action of a case and of a team answers ``status``, and nothing has happened."""
    for table in (OF_CASE, OF_TEAM):
        for name, method, url in addresses(case, table):
            assert getattr(client, method)(url).status_code == status, name
    for do in DEEDS:
        answer = client.post(reverse("cases:do", args=[case.reference, do]), {"text": "x", "reason": "x"})
        assert answer.status_code == status, do
    for do in TEAM_DEEDS:
        assert client.post(reverse("cases:team_do", args=["habitants", do])).status_code == status, do
    for url in (
        reverse("cases:amend", args=[case.reference, "nom"]),
        reverse("cases:receipt", args=[case.reference]),
        reverse("cases:stage", args=[case.reference, "decision"]),
    ):
        assert client.post(url, {"nom": "x", "amend-reason": "x"}).status_code == status
    case.refresh_from_db()
    assert (case.state, case.amended, case.events.count()) == ("received", {}, 1)


def test_each_role_does_what_it_may_and_finds_the_rest_nowhere(client, case):
    for role in Role:
        client.force_login(member(role))
        for do, needed in DEEDS.items():
            found = access.cases_for(client.session and _user(client), do).filter(pk=case.pk).exists()
            assert found == (role >= needed), (role, do)
        for do, needed in TEAM_DEEDS.items():
            answer = client.post(reverse("cases:team_do", args=["habitants", do]))
            assert (answer.status_code == 404) == (role < needed or do in ("remove", "back")), (role, do)


def test_what_a_screen_offers_is_what_the_list_of_cases_allows(case):
    guarded = CaseFactory()
    Case.objects.filter(pk=guarded.pk).update(protected=True)
    guarded.refresh_from_db()
    trusted = member(Role.TREAT)
    trusted.memberships.update(sees_protected=True)
    people = [
        *(member(role) for role in Role),
        *(trusted, member(Role.CONFIGURE, team=TeamFactory(key="police"))),
        *(UserFactory(is_superuser=True), UserFactory(), member(is_active=False), AnonymousUser()),
    ]
    for somebody in people:
        for to in access.NEEDED:
            for one in (case, guarded):
                allowed = access.cases_for(somebody, to).filter(pk=one.pk).exists()
                assert access.may(somebody, one, to) == allowed, (somebody, to, one.protected)


def _user(client):
    from eservices.accounts.models import User

    return User.objects.get(pk=client.session["_auth_user_id"])


def test_what_does_not_exist_looks_like_what_is_forbidden(client, case):
    client.force_login(member())
    for url in (
        "/admin/cases/ORV-26-99999/",
        "/admin/cases/ORV-26-99999/merge/",
        f"/admin/cases/{case.reference}/files/{uuid.uuid4()}/",
        f"/admin/cases/{case.reference}/files/{uuid.uuid4()}/preview/",
        f"/admin/cases/{case.reference}/answers/rien/",
        "/admin/cases/teams/rien/",
    ):
        assert client.get(url).status_code == 404, url
