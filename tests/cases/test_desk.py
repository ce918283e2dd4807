"""The desk: who may see and do what, and the preservation of typed text when an action is refused."""

import re
from copy import deepcopy
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils.translation import gettext
from wagtail.models import GroupPagePermission
from wagtail.users.models import UserProfile

from eservices.accounts.roles import ensure_roles
from eservices.cases import actions, audit_log, timeline
from eservices.cases.desk.case import page as case_screen
from eservices.cases.event_labels import event_label
from eservices.cases.models import Case, Role, Team, TeamMember
from eservices.cases.states import CaseState
from eservices.formbuilder.models import FormVersion
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.cases import (
    DECISION,
    CaseFactory,
    TeamFactory,
    another_service,
    applicant,
    member,
    stored,
)
from tests.factories.deliveries import DeliveryFactory
from tests.factories.home import make_site
from tests.factories.payments import PAYMENT

pytestmark = pytest.mark.django_db
QUEUE = "/admin/cases/"


@pytest.fixture
def agent(client):
    found = member(first_name="Nadia", last_name="Favre")
    client.force_login(found)
    return found


def page(case, do=""):
    return (
        reverse("cases:do", args=[case.reference, do]) if do else reverse("cases:case", args=[case.reference])
    )


# -- Access --------------------------------------------------------------------------------------------------
def strangers():
    other = Team.objects.create(key="police", name="Police")
    return {
        "a colleague of another team": member(team=other),
        "an editor": UserFactory(is_staff=True, roles=["moderators"]),
    }


@pytest.mark.parametrize("who", ["a colleague of another team", "an editor"])
def test_stranger_gets_404_for_case_file_and_actions(client, who):
    case = CaseFactory()
    found = stored(case)
    client.force_login(strangers()[who])
    file = reverse("cases:file", args=[case.reference, found.pk])
    assert client.get(page(case)).status_code == 404
    assert client.get(file).status_code == 404
    for do in ("take", "assign", "note", "message", "ask", "accept", "refuse"):
        assert client.post(page(case, do), {"text": "x", "reason": "x"}).status_code == 404
    assert client.get("/admin/cases/ORV-26-99999/").status_code == 404
    case.refresh_from_db()
    assert (case.state, case.events.count()) == ("received", 1)


def test_queue_of_other_team_leaves_out_case(client):
    case = CaseFactory()
    client.force_login(strangers()["a colleague of another team"])
    assert case.reference not in client.get(QUEUE).content.decode()


@pytest.mark.parametrize("url", [QUEUE, "/admin/cases/counter/"])
def test_staff_without_team_get_404_on_desk(client, url):
    client.force_login(UserFactory(is_staff=True, roles=["moderators"]))
    assert client.get(url).status_code == 404


def test_desk_redirects_anonymous_users_to_login(client):
    case = CaseFactory()
    for url in (QUEUE, page(case), reverse("cases:file", args=[case.reference, stored(case).pk])):
        response = client.get(url)
        assert response.status_code == 302
        assert "login" in response.url


def test_resident_cannot_open_case_on_desk(client):
    case = CaseFactory()
    client.force_login(UserFactory())
    assert client.get(page(case)).status_code in (302, 403, 404)


def test_superuser_sees_every_case(client):
    case = CaseFactory()
    client.force_login(SuperuserFactory())
    assert client.get(page(case)).status_code == 200


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.READ, [], ["take", "note", "message", "ask", "assign", "accept", "refuse"]),
        (Role.TREAT, ["take", "note", "message", "ask", "assign"], ["accept", "refuse"]),
        (Role.DECIDE, ["accept", "refuse", "note"], []),
    ],
)
def test_member_is_offered_only_actions_of_role(client, role, may, may_not):
    case = CaseFactory()
    client.force_login(member(role))
    html = client.get(page(case)).content.decode()
    for do in may:
        assert page(case, do) in html
    for do in may_not:
        assert page(case, do) not in html
        assert client.post(page(case, do), {"text": "x", "reason": "x"}).status_code == 404
    assert case.events.exclude(kind="case_read").count() == 1


# -- Case queue ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("hour", [0, 14, 23])
def test_queue_is_grouped_by_deadline_with_late_cases_first(client, hour):
    with time_machine.travel(datetime(2026, 11, 24, hour, 45, tzinfo=ZoneInfo("Europe/Zurich")), tick=False):
        later, late, today = CaseFactory(), CaseFactory(late=True), CaseFactory(today=True)
        client.force_login(member())
        html = client.get(QUEUE).content.decode()
    places = [html.index(f">{case.reference}<") for case in (late, today, later)]
    assert places == sorted(places)
    assert re.search(r"<h1>[^<]*1[^<]*1[^<]*</h1>", html)


LISTED = {  # situation of a case: the views that list it
    "new": ({}, ["team", "unassigned"]),
    "late": ({"late": True}, ["team", "unassigned", "overdue"]),
    "asked": ({"asked": True}, ["team", "waiting"]),
    "refused": ({"refused": True}, ["closed"]),
    "rehearsal": ({"rehearsal": True}, ["rehearsals"]),
}
VIEWS = ["team", "mine", "unassigned", "overdue", "waiting", "closed", "rehearsals"]


def test_case_is_listed_in_views_of_its_situation(client, agent):
    cases = {name: CaseFactory(**situation) for name, (situation, _views) in LISTED.items()}
    pages = {view: client.get(QUEUE, {"view": view}).text for view in VIEWS}
    found = {
        name: [view for view, text in pages.items() if case.reference in text] for name, case in cases.items()
    }
    assert found == {name: views for name, (_situation, views) in LISTED.items()}


def test_view_mine_lists_cases_taken_by_agent(client, agent):
    case, other = CaseFactory(), CaseFactory(taken=True)
    actions.take_case(actor=agent, case=case)
    html = client.get(QUEUE, {"view": "mine"}).content.decode()
    assert case.reference in html
    assert other.reference not in html


def test_queue_filters_narrow_and_ignore_invalid_values(client, agent):
    plain, asked = CaseFactory(), CaseFactory(asked=True)
    for query, shown in [
        ({"state": "waiting"}, [asked]),
        ({"state": "received"}, [plain]),
        ({"service": str(plain.form_id)}, [plain, asked]),
        ({"agent": str(asked.assignee_id)}, [asked]),
        ({"team": str(plain.team_id)}, [plain, asked]),
        ({"received": "7"}, [plain, asked]),
        ({"due": "late"}, []),
        ({"due": "free"}, []),
        ({"q": plain.reference}, [plain]),
        ({"q": "marchetti"}, [plain, asked]),
        ({"q": "rochat"}, []),
        (
            {"state": "nonsense", "team": "'", "service": "x", "agent": "-1", "p": "²", "view": "?"},
            [plain, asked],
        ),
        ({"p": "999999999"}, [plain, asked]),
        ({"q": "\0"}, [plain, asked]),
        ({"q": "rochat\0"}, []),
        ({"q": f"{plain.reference} {'marchetti ' * 20}"}, [plain]),
    ]:
        response = client.get(QUEUE, query)
        assert response.status_code == 200, query
        html = response.content.decode()
        found = [case for case in (plain, asked) if f">{case.reference}<" in html]
        assert found == shown, query


def listed(client, cases: dict[str, Case], query: dict) -> list[str]:
    """Return the names of the cases that the queue lists."""
    html = client.get(QUEUE, query).text
    return [name for name, case in cases.items() if f">{case.reference}<" in html]


def test_queue_filters_by_state(client, agent):
    cases = {
        "received": CaseFactory(),
        "in_progress": CaseFactory(taken=True),
        "waiting": CaseFactory(asked=True),
        "decided": CaseFactory(state="decided", outcome="accepted"),
        "closed": CaseFactory(refused=True),
    }
    assert {state: listed(client, cases, {"state": state}) for state in CaseState.values} == {
        state: [state] for state in cases
    }


def test_queue_filters_by_service_and_own_team(client, agent):
    cases = {name: CaseFactory() for name in ("plain", "service", "team", "foreign")}
    permit, police, roads = another_service(), TeamFactory(key="police"), TeamFactory(key="voirie")
    TeamMember.objects.create(team=police, user=agent, role=Role.TREAT)
    for name, moved in (
        ("service", {"form": permit}),
        ("team", {"team": police}),
        ("foreign", {"team": roads}),
    ):
        Case.objects.filter(pk=cases[name].pk).update(**moved)
    for query, shown in [
        ({"service": permit.pk}, ["service"]),
        ({"service": cases["plain"].form_id}, ["plain", "team"]),
        ({"team": police.pk}, ["team"]),
        ({"team": cases["plain"].team_id}, ["plain", "service"]),
        ({"team": police.pk, "service": permit.pk}, []),
        ({"team": roads.pk}, ["plain", "service", "team"]),  # a team that is not offered narrows nothing
    ]:
        assert listed(client, cases, query) == shown, query


def test_queue_filters_by_blocker_and_outcome(client, agent):
    blocked = CaseFactory(stages=[{"key": "dire", "type": "notify", "settings": {"letter": "disparue"}}])
    asked = [{"name": "Police", "email": "police@orvenay.example", "days": 5}]
    others = CaseFactory(
        stages=[{"key": "avis", "type": "opinions", "settings": {"text": "Votre avis ?", "asked": asked}}]
    )
    refused, accepted = CaseFactory(refused=True), CaseFactory(accepted=True)
    for query, shown in [
        ({"state": "lead"}, [blocked]),
        ({"state": "others"}, [others]),
        ({"outcome": "refused"}, [refused]),
        ({"outcome": "accepted", "view": "team"}, [accepted]),
        ({"state": "closed", "view": "team"}, [refused, accepted]),
        ({"outcome": "refused", "view": "mine"}, []),
    ]:
        html = client.get(QUEUE, query).text
        assert [one for one in (blocked, others, refused, accepted) if f">{one.reference}<" in html] == shown


def test_queue_has_constant_query_count(client, agent, django_assert_max_num_queries):
    CaseFactory(taken=True)
    client.get(QUEUE)
    with django_assert_max_num_queries(17) as few:
        client.get(QUEUE)
    asked = len(few)
    for _ in range(6):
        CaseFactory(asked=True)
    client.get(QUEUE)  # caches the titles of the services
    with django_assert_max_num_queries(asked):
        client.get(QUEUE)


def test_queue_shows_new_title_of_republished_service(client, agent):
    case = CaseFactory()
    client.get(QUEUE)
    newest = case.form.versions.published().latest("number")
    newest.content["texts"]["fr"]["title"] = "Papiers de domicile"
    newest.pk, newest.number = None, newest.number + 1
    newest.save()
    assert "Papiers de domicile" in client.get(QUEUE).text


def test_queue_escapes_applicant_and_team_names(client, agent):
    bold = "<b>Élodie</b>"
    Team.objects.update(name=bold)
    client.post(reverse("cases:lay_out"), {"columns": ["team", "reference"], "back": QUEUE})
    case = CaseFactory()
    case.submission.applicant_name = bold
    case.submission.save()
    Case.objects.update(contact=case.contact | {"name": bold})
    shown = client.get(QUEUE).text
    assert bold not in shown
    assert shown.count("&lt;b&gt;Élodie&lt;/b&gt;") >= 2


def test_long_queue_is_paginated(client, agent, monkeypatch):
    monkeypatch.setattr("eservices.cases.desk.case_queue.views.PAGE", 2)
    cases = [CaseFactory() for _ in range(3)]
    first, second = (client.get(QUEUE, {"p": number}).content.decode() for number in (1, 2))
    assert [f">{case.reference}<" in first for case in cases] == [True, True, False]
    assert [f">{case.reference}<" in second for case in cases] == [False, False, True]
    assert 'rel="next"' in first
    assert 'rel="prev"' in second


def test_queue_filters_by_deadline(client, agent):
    zone = ZoneInfo("Europe/Zurich")
    days = {"late": 23, "today": 24, "week": 26, "later": 30}  # of November; the 24th is a Tuesday
    with time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=zone), tick=False):
        cases = {
            due: CaseFactory(deadline=datetime(2026, 11, day, 16, tzinfo=zone)) for due, day in days.items()
        }
        cases["free"] = CaseFactory()
        Case.objects.filter(pk=cases["free"].pk).update(deadline=None)
        for due in cases:
            shown = client.get(QUEUE, {"due": due}).text
            found = [key for key, case in cases.items() if f">{case.reference}<" in shown]
            assert found == [due]


def test_queue_groups_show_total_count_on_each_page(client, agent, monkeypatch):
    monkeypatch.setattr("eservices.cases.desk.case_queue.views.PAGE", 3)
    for situation in [{"late": True}, {"late": True}, {}, {}, {"asked": True}]:
        CaseFactory(**situation)

    def sizes(**query) -> list[str]:
        html = client.get(QUEUE, query).text
        return re.findall(r'<th scope="rowgroup"[^>]*>[^<]*, (\d+)</th>', html)

    assert sizes() == ["2", "2"]
    assert sizes(p=2) == ["2", "1"]
    assert sizes(due="late") == ["2"]


# -- A case --------------------------------------------------------------------------------------------------
def test_case_page_shows_answers_escaped(client, agent):
    case = CaseFactory(answers={"nom": "<script>alert(1)</script>"})
    html = client.get(page(case)).content.decode()
    assert "Date de naissance" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert(1)</script>" not in html


def test_failed_message_is_reported_on_case_page(client, agent):
    case = CaseFactory()
    letter = {"carrier": "email", "recipient": case.email, "subject": case.subject}
    DeliveryFactory(**letter, title="Une question", state="done")
    assert "Courrier qui n’est pas arrivé" not in client.get(page(case)).content.decode()
    DeliveryFactory(**letter, title="Une décision", state="stuck", reason="550 5.1.1 no such user")
    told = client.get(page(case)).content.decode().partition("Courrier qui n’est pas arrivé")[2]
    assert "Une décision" in told
    assert "no such user" in told
    assert "Une question" not in told.partition("corrigez l’adresse")[0]


def test_reopened_case_page_takes_few_queries(client, agent, django_assert_max_num_queries):
    case = CaseFactory()
    client.get(page(case))
    with django_assert_max_num_queries(30):
        client.get(page(case))


def test_agent_accepts_case(client, agent):
    case = CaseFactory()
    response = client.post(page(case, "accept"), {"seen": audit_log.last_relevant_event(case)})
    assert response.status_code == 302
    case.refresh_from_db()
    assert (case.outcome, case.assignee) == ("accepted", agent)


def test_agent_refuses_case_with_reason(client, agent):
    case = CaseFactory()
    client.post(page(case, "refuse"), {"reason": "Il manque tout."})
    case.refresh_from_db()
    assert (case.state, case.outcome, case.reason) == ("closed", "refused", "Il manque tout.")


def test_refusal_without_reason_shows_error(client, agent):
    case = CaseFactory()
    response = client.post(page(case, "refuse"), {"reason": "  "})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    case.refresh_from_db()
    assert case.is_open


def test_stale_page_keeps_typed_reason_for_resending(client, agent):
    case = CaseFactory()
    seen = audit_log.last_relevant_event(case)
    actions.send_message(actor=applicant(case), case=case, text="Encore un mot.")
    typed = {"reason": "Une raison longuement pesée.", "seen": seen}
    response = client.post(page(case, "refuse"), typed)
    assert response.status_code == 409
    html = response.content.decode()
    assert "Une raison longuement pesée." in html
    fresh = re.search(r'name="seen" value="(\d+)" id="refuse_seen"', html)[1]
    assert client.post(page(case, "refuse"), typed | {"seen": fresh}).status_code == 302


def test_impossible_action_keeps_typed_reason(client, agent):
    case = CaseFactory(withdrawn=True)
    response = client.post(page(case, "refuse"), {"reason": "Une raison longuement pesée."})
    assert response.status_code == 409
    assert "Une raison longuement pesée." in response.content.decode()


def test_agent_taking_case_of_colleague_sees_who_has_it(client, agent):
    case = CaseFactory()
    actions.take_case(actor=member(first_name="Pascal"), case=case)
    response = client.post(page(case, "take"))
    assert response.status_code == 409
    assert "Pascal" in response.content.decode()


def test_question_note_and_message_are_stored_separately(client, agent):
    case = CaseFactory()
    client.post(page(case, "note"), {"text": "Vu au guichet."})
    client.post(page(case, "message"), {"text": "Bonjour Madame."})
    client.post(page(case, "ask"), {"text": "Et la page 3 ?"})
    assert [one.text for one in case.notes.all()] == ["Vu au guichet."]
    assert [one.text for one in case.messages.all()] == ["Bonjour Madame.", "Et la page 3 ?"]
    html = client.get(page(case)).content.decode()
    assert "Vu au guichet." in html
    assert Case.objects.get(pk=case.pk).state == "waiting"


def test_case_is_assigned_on_desk_only_to_team_member(client, agent):
    case, colleague = CaseFactory(), member(Role.TREAT)
    client.post(page(case, "assign"), {"agent": colleague.pk})
    case.refresh_from_db()
    assert case.assignee == colleague
    assert client.post(page(case, "assign"), {"agent": UserFactory().pk}).status_code == 422
    back = client.post(page(case, "assign"), {"agent": ""}, follow=True)
    case.refresh_from_db()
    assert case.assignee is None
    assert gettext("The case is assigned.") not in back.content.decode()


@pytest.mark.parametrize("do", ["nonsense", "complete", "open_case"])
def test_unknown_action_returns_404(client, agent, do):
    assert client.post(page(CaseFactory(), do)).status_code == 404


@pytest.mark.parametrize("seen", ["x", "-1", "9" * 40, "\0"])
def test_forged_event_number_is_refused(client, agent, seen):
    case = CaseFactory()
    assert client.post(page(case, "accept"), {"seen": seen}).status_code == 422


def test_action_without_csrf_token_is_refused(agent):
    from django.test import Client

    case, forger = CaseFactory(), Client(enforce_csrf_checks=True)
    forger.force_login(agent)
    assert forger.post(page(case, "accept")).status_code == 403


# -- Files ---------------------------------------------------------------------------------------------------
def test_file_is_served_as_attachment_and_reading_is_logged(client, agent):
    case = CaseFactory()
    response = client.get(reverse("cases:file", args=[case.reference, stored(case).pk]))
    assert b"".join(response.streaming_content) == b"%PDF-1.7\n"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert case.events.get(kind="file_read").actor == agent


def test_file_of_other_case_returns_404(client, agent):
    case, other = CaseFactory(), CaseFactory()
    assert client.get(reverse("cases:file", args=[case.reference, stored(other).pk])).status_code == 404


def test_case_page_shows_timeline_with_actors(client, agent):
    case = CaseFactory(taken=True)
    page = BeautifulSoup(client.get(reverse("cases:case", args=[case.reference])).text, "html.parser")
    told = [line.get_text(" ", strip=True) for line in page.select("aside ol.log > li")]
    taken = case.events.get(kind="taken")
    assert any(str(event_label("taken")) in line and str(taken.actor) in line for line in told), told


# -- Counter, menu, teams ------------------------------------------------------------------------------------
def test_counter_links_form_with_counter_channel(client, agent):
    CaseFactory()
    html = client.get("/admin/cases/counter/").content.decode()
    assert "/demande/attestation/?canal=counter" in html
    assert "canal=online" not in html


def test_menu_counts_open_cases_of_agent(client, agent):
    CaseFactory()
    CaseFactory(refused=True)
    assert re.search(r"\(1\)", client.get("/admin/").content.decode())


def test_admin_home_counts_and_links_cases_of_agent(client, agent):
    late, mine = CaseFactory(late=True), CaseFactory()
    actions.take_case(actor=agent, case=mine)
    CaseFactory(refused=True)
    html = client.get(reverse("wagtailadmin_home")).content.decode()
    counts = {key: int(size) for key, size in re.findall(r"\?view=(\w+)\"><b>(\d+)</b>", html)}
    assert counts == {"overdue": 1, "unassigned": 1, "mine": 1, "team": 2}
    assert html.index(page(late)) < html.index(page(mine))


def test_admin_home_hides_cases_of_other_teams(client):
    case = CaseFactory()
    client.force_login(member(team=TeamFactory(key="police")))
    assert page(case) not in client.get(reverse("wagtailadmin_home")).content.decode()
    client.force_login(UserFactory(is_staff=True, roles=["editors"]))
    assert "view=overdue" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_admin_home_searches_cases_for_agents(client, agent):
    """Wagtail's page search on this page refuses users who may see no page."""
    case = CaseFactory()
    form = _search_form(client)
    assert form["action"] == QUEUE
    found = client.get(form["action"], {form.select_one("input")["name"]: case.reference}, follow=True)
    assert f'href="{case.reference}/' in found.text


def test_admin_home_searches_pages_for_editors(client):
    home = make_site()
    someone = UserFactory(is_staff=True, roles=["moderators"])
    GroupPagePermission.objects.create(group=someone.groups.get(), page=home, permission_type="change")
    client.force_login(someone)
    form = _search_form(client)
    assert client.get(form["action"], {"q": home.title}).status_code == 200


def test_admin_home_has_no_search_without_pages_or_cases(client):
    client.force_login(UserFactory(is_staff=True, roles=["inspectors"]))
    assert _search_form(client) is None


@pytest.mark.parametrize("role", ["agents", "leads", "editors", "moderators"])
def test_admin_home_has_no_link_that_refuses_access(client, role):
    home = make_site()
    if role in {"agents", "leads"}:
        someone = member(roles=[role])
    else:
        someone = UserFactory(is_staff=True, roles=[role])
        GroupPagePermission.objects.create(group=someone.groups.get(), page=home, permission_type="add")
    client.force_login(someone)
    html = BeautifulSoup(client.get(reverse("wagtailadmin_home")).content, "html.parser")
    links = {one["href"].partition("#")[0] for one in html.select("main a[href^='/admin/']")}
    links |= {one["action"] for one in html.select("main form[action^='/admin/']")}
    assert links
    ends = {link: client.get(link, follow=True) for link in links}
    refused = gettext("Sorry, you do not have permission to access this area.")
    assert [link for link, end in ends.items() if end.status_code != 200 or refused in end.text] == []


def _search_form(client):
    html = BeautifulSoup(client.get(reverse("wagtailadmin_home")).content, "html.parser")
    return html.select_one("main form[role=search]")


def test_menu_hides_snippets_and_shows_teams_only_to_leads(client, agent):
    snippets, teams = reverse("wagtailsnippets:index"), "/admin/snippets/eservices_cases/team/"
    html = client.get(reverse("wagtailadmin_home")).content.decode()
    assert f'"{snippets}"' not in html
    assert teams not in html
    agent.groups.add(ensure_roles()["leads"])
    agent.memberships.update(role=Role.CONFIGURE)
    html = client.get(reverse("wagtailadmin_home")).content.decode()
    assert f'"{snippets}"' not in html
    assert teams in html


def test_assignment_on_timeline_names_assignee_once(client, agent):
    case, colleague = CaseFactory(), member(first_name="Sophie", last_name="Aubert")
    for to in (agent, colleague, None):
        actions.assign_case(actor=agent, case=case, agent=to)
    details = [line.detail for line in timeline.timeline_items(case) if line.what == gettext("Assigned")]
    assert details == [gettext("nobody"), "Sophie Aubert", ""]


def test_case_page_names_case_language_in_agent_language(client, agent):
    case = CaseFactory(language="de")
    assert gettext("German") in client.get(page(case)).content.decode()


def test_first_acceptance_announces_second_decision(agent):
    case = CaseFactory(stages=[{"key": "visa", "type": "decision"}, {"key": "board", "type": "decision"}])
    case.version.content["texts"]["fr"]["stage.board"] = "La Municipalité"
    case.version.save()
    assert "La Municipalité" in case_screen.describe_consequences(Case.objects.get(pk=case.pk), agent)


def test_team_form_does_not_edit_members(client):
    team = TeamFactory()
    client.force_login(SuperuserFactory())
    url = reverse("wagtailsnippets_eservices_cases_team:edit", args=[team.pk])
    assert "memberships" not in client.get(url).text


def test_desk_and_site_styles_share_tokens(settings):
    css = settings.BASE_DIR / "mysite/static/css"

    def tokens(name):
        return dict(re.findall(r"--(paper|ink|lac|rule|gold|err):\s*(#\w+)", (css / name).read_text())[:6])

    assert tokens("desk.css") == tokens("site.css")


def test_agent_reads_stages_in_own_language(client):
    case = CaseFactory(taken=True)
    case.version.content["texts"]["de"] = {"stage.decision": "Prüfung durch uns"}
    case.version.save()
    Case.objects.filter(pk=case.pk).update(language="de")
    client.force_login(member(team=case.team))
    shown = client.get(reverse("cases:case", args=[case.reference])).content.decode()
    assert "Contrôle par nos soins" in shown
    assert "Prüfung durch uns" not in shown


def test_decided_case_waits_for_nobody(client, agent):
    case = CaseFactory()
    actions.accept_case(actor=agent, case=case)
    assert case_screen.describe_situation(Case.objects.get(pk=case.pk)).startswith("Décidé")


@pytest.mark.parametrize(
    ("situation", "word"),
    [
        ({"today": True}, "aujourd’hui"),
        ({"late": True}, "2 jours de retard"),
        ({"asked": True}, "au requérant"),
    ],
)
def test_case_page_words_deadline_like_queue(client, agent, situation, word):
    client.force_login(agent)
    page = client.get(reverse("cases:case", args=[CaseFactory(**situation).reference])).text
    told = page.split("<h2>Échéance</h2>")[1].split("</section>")[0]
    assert word in told
    assert "<b>" not in told


@pytest.mark.parametrize(
    ("language", "word"), [("fr", "Attestation de domicile"), ("de", "Wohnsitzbestätigung, pro Stück")]
)
def test_charges_are_labelled_in_agent_language(client, agent, language, word):
    """The request keeps the applicant's language, and so do its charges."""
    case = CaseFactory(stages=[PAYMENT, DECISION], language="fr" if language == "de" else "de")
    version = case.version
    content = deepcopy(version.content)
    content["texts"]["de"]["fee.attestation"] = "Wohnsitzbestätigung, pro Stück"
    FormVersion.objects.filter(pk=version.pk).update(content=content)
    UserProfile.objects.create(user=agent, preferred_language=language)
    shown = client.get(page(case)).text
    price = shown.partition('id="price"')[2].partition("</section>")[0]
    payment = shown.partition('id="payment"')[2].partition("</section>")[0]
    assert word in price
    assert word in payment


def test_confirmation_messages_use_language_of_agent_profile(client, agent):
    case = CaseFactory(stages=[PAYMENT, DECISION])
    UserProfile.objects.create(user=agent, preferred_language="de")
    french = {"headers": {"accept-language": "fr-CH"}, "follow": True}
    taken = client.post(page(case, "take"), **french).text
    assert "Das Dossier ist bei Ihnen." in taken
    waive = reverse("money:charge", args=[case.charges.get().pk, "waive"])
    assert "Es ist nichts mehr zu bezahlen." in client.post(waive, {"reason": "Sozialhilfe"}, **french).text
