"""The queue as a whole: the next case, several at once, the list as a file."""

import csv
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, reverse_lazy
from django.utils import timezone, translation
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from eservices.cases import actions, audit_log, process
from eservices.cases.desk.case_queue import exports, queries
from eservices.cases.event_labels import event_label
from eservices.cases.models import Case, CaseEvent, QueueLayout, Role, SavedView, TeamMember
from eservices.cases.timeline import read_log_items, timeline_items
from eservices.formbuilder.models import FormVersion
from tests.factories.accounts import UserFactory
from tests.factories.cases import DECISION, CaseFactory, TeamFactory, copies, member
from tests.factories.submissions import FormFactory, certificate

pytestmark = pytest.mark.django_db


# -- Next case -----------------------------------------------------------------------------------------------
def test_the_next_case_is_the_most_urgent_that_nobody_has(client):
    CaseFactory()
    urgent = CaseFactory(late=True)
    CaseFactory(taken=True, late=True)
    agent = member()
    client.force_login(agent)

    response = client.post(reverse("cases:next"))

    assert response.url == reverse("cases:case", args=[urgent.reference])
    assert Case.objects.get(pk=urgent.pk).assignee == agent


def test_from_a_case_an_agent_goes_on_to_the_next_and_who_only_reads_does_not(client):
    case = CaseFactory(taken=True)
    screen, next_case = reverse("cases:case", args=[case.reference]), reverse("cases:next")
    for role, offered in ((Role.TREAT, True), (Role.READ, False)):
        client.force_login(member(role))
        assert (f'action="{next_case}"' in client.get(screen).text) == offered


def test_the_next_case_takes_the_same_few_queries_however_many_wait(client):
    client.force_login(member())

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.post(reverse("cases:next")).status_code == 302
        return len(queries)

    CaseFactory()
    CaseFactory()
    few = cost()
    for _number in range(8):
        CaseFactory()
    assert cost() <= few


def test_a_case_that_was_handed_out_is_not_handed_out_again():
    CaseFactory()
    CaseFactory()

    given = [actions.take_next(actor=member(), cases=Case.objects.all()) for _agent in range(3)]

    assert given[0] != given[1]
    assert given[2] is None


@pytest.mark.parametrize("situation", ["asked", "refused", "rehearsal"])
def test_what_waits_is_closed_or_rehearsed_is_never_the_next(client, situation):
    CaseFactory(**{situation: True})
    client.force_login(member())

    assert client.post(reverse("cases:next")).url == reverse("cases:queue")


@pytest.mark.parametrize(
    "stage",
    [
        {"key": "jour", "type": "wait", "settings": {"days": 3}},
        {
            "key": "avis",
            "type": "opinions",
            "settings": {"text": "?", "asked": [{"name": "Police", "email": "p@x.example", "days": 5}]},
        },
    ],
    ids=["wait", "opinions"],
)
def test_what_waits_for_a_day_or_for_others_is_not_the_next_until_an_agent_has_to_act(client, stage):
    case = CaseFactory(stages=[stage, DECISION])
    client.force_login(member())
    assert client.post(reverse("cases:next")).url == QUEUE
    with time_machine.travel(timezone.now() + timedelta(days=10)):
        process.advance_case(case.pk)
        client.force_login(member())
        assert case.reference in client.post(reverse("cases:next")).url


def test_who_may_only_read_takes_nothing(client):
    case = CaseFactory()
    client.force_login(member(Role.READ))

    client.post(reverse("cases:next"))

    assert Case.objects.get(pk=case.pk).assignee is None


# -- Several at once -----------------------------------------------------------------------------------------
def test_several_cases_are_assigned_at_once(client):
    cases, agent = [CaseFactory(), CaseFactory()], member()
    client.force_login(member())

    client.post(
        reverse("cases:assign_several"),
        {"cases": [one.reference for one in cases], "agent": agent.pk, "back": "/admin/cases/?view=mine"},
    )

    assert set(Case.objects.values_list("assignee", flat=True)) == {agent.pk}


def test_what_cannot_be_assigned_is_said_and_the_rest_is_done(client):
    closed, open_case, agent = CaseFactory(refused=True), CaseFactory(), member()
    client.force_login(member())

    response = client.post(
        reverse("cases:assign_several"),
        {"cases": [closed.reference, open_case.reference], "agent": agent.pk},
        follow=True,
    )

    assert Case.objects.get(pk=open_case.pk).assignee == agent
    assert f"{closed.reference}\u00a0:" in response.text


def test_cases_of_another_team_stay_as_they_are(client):
    case = CaseFactory()
    stranger = member(team=TeamFactory(key="police", name="Police"))
    client.force_login(stranger)

    client.post(reverse("cases:assign_several"), {"cases": [case.reference], "agent": stranger.pk})

    assert Case.objects.get(pk=case.pk).assignee is None


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_it_never_leads_to_another_site(client, back):
    client.force_login(member())

    response = client.post(reverse("cases:assign_several"), {"cases": ["X"], "agent": "", "back": back})

    assert response.url == reverse("cases:queue")


# -- As a file -----------------------------------------------------------------------------------------------
def exported(client, kind: str, query: str = ""):
    response = client.get(reverse("cases:export", args=[kind]) + query)
    return table(kind, b"".join(response.streaming_content))


def table(kind: str, content: bytes) -> list[list]:
    if kind == "csv":
        return list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))
    return [list(row) for row in load_workbook(BytesIO(content)).active.values]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_filtered_list_comes_as_a_file(client, kind):
    wanted = CaseFactory(refused=True)
    CaseFactory()
    client.force_login(member())

    header, *rows = exported(client, kind, "?view=closed")

    assert header[0] == "Référence"
    assert [row[0] for row in rows] == [wanted.reference]


def test_who_took_the_list_away_and_how_it_was_narrowed_stands_in_the_log(client):
    agent = member()
    client.force_login(agent)
    exported(client, "csv", "?view=all&q=Marchetti")
    entry = ModelLogEntry.objects.get(action="cases.export")
    assert entry.user == agent
    assert entry.data == {"filters": "view=all&q=Marchetti", "format": "csv"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ['=HYPERLINK("http://evil")', "+1", "-1", "@SUM(A1)", "\t=1", "a\x0bb"])
def test_no_cell_is_a_formula(client, kind, name):
    case = CaseFactory()
    case.submission.applicant_name = name
    case.submission.save()
    client.force_login(member())

    cell = exported(client, kind)[1][2]

    if kind == "csv":
        assert cell.startswith("'") or cell[0].isalpha()
    else:
        response = client.get(reverse("cases:export", args=["xlsx"]))
        assert load_workbook(BytesIO(b"".join(response))).active.cell(2, 3).data_type == "s"


def test_a_cell_of_a_workbook_keeps_every_sign_but_those_that_it_cannot_hold(client):
    case = CaseFactory()
    case.submission.applicant_name = "Zoë\u00a0نور\u200f 👨\u200d👩\u200d👧\x0b\ufffe"
    case.submission.save()
    client.force_login(member())

    assert exported(client, "xlsx")[1][2] == "Zoë\u00a0نور\u200f 👨\u200d👩\u200d👧"


def test_the_file_takes_as_many_queries_for_many_cases_as_for_one(client, django_assert_max_num_queries):
    for _case in range(3):
        CaseFactory()
    client.force_login(member())
    exported(client, "csv")

    with django_assert_max_num_queries(14):
        exported(client, "csv")


def narrowed(client, kind: str, case: Case) -> list[dict]:
    """The list of one service: a row by its headings, for each case."""
    header, *rows = exported(client, kind, f"?view=all&service={case.form_id}")
    return [dict(zip(header, row, strict=True)) for row in rows]


HOME = {"street": "=Rue du Lac", "number": "12 bis", "postcode": "1199", "town": "Orvenay"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_of_one_service_says_what_was_answered(client, kind):
    case = CaseFactory(answers={"adresse": HOME})
    case.amended = {"nom": "Marchetti-Rochat"}
    case.save()
    client.force_login(member())

    (row,) = narrowed(client, kind, case)

    assert row["Nom"] == "Marchetti-Rochat"  # as an agent put it right
    street = next(cell for cell in row.values() if cell and "Rue du Lac" in str(cell))
    assert street == ("'=Rue du Lac" if kind == "csv" else "=Rue du Lac")
    assert "12 bis" in row.values()
    assert "Nom" not in exported(client, kind, "?view=all")[0]  # of all services there is no answer


def test_an_answer_is_said_in_the_words_of_its_own_version_and_stands_under_the_newest(client):
    case = CaseFactory()
    content = certificate()
    content["steps"][1]["fields"].append({"key": "nouveau", "type": "integer"})
    content["texts"]["fr"] |= {"field.nouveau.label": "Nouveau", "option.pour.moi": "Autre mot"}
    fresh = CaseFactory(answers={"nouveau": -5})
    fresh.version.content = content
    fresh.version.save()
    client.force_login(member())

    rows = {row["Référence"]: row for row in narrowed(client, "xlsx", case)}

    asked = case.version.definition.text("field.pour.label", "fr")
    assert rows[case.reference][asked] == case.version.definition.text("option.pour.moi", "fr")
    assert rows[fresh.reference][asked] == "Autre mot"
    assert rows[fresh.reference]["Nouveau"] == -5
    assert rows[case.reference]["Nouveau"] in (None, "")


def test_what_is_secret_has_no_column_and_what_was_erased_stays_out(client):
    case = CaseFactory(answers={"remarque": "dossier-medical"})
    case.version.content["steps"][4]["fields"][1]["secret"] = True
    case.version.save()
    del case.submission.answers["nom"]
    case.submission.save()
    client.force_login(member())

    (row,) = narrowed(client, "csv", case)

    assert "dossier-medical" not in str(row)
    assert "Remarque" not in row
    assert row["Nom"] == ""


def test_a_protected_person_is_in_the_list_only_of_who_treats_them(client):
    case = CaseFactory(protected=True)
    client.force_login(member())
    assert narrowed(client, "csv", case) == []
    trusted = member()
    trusted.memberships.update(sees_protected=True)
    client.force_login(trusted)
    assert [row["Nom"] for row in narrowed(client, "csv", case)] == [case.answers["nom"]]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_who_takes_the_answers_of_a_service_away_has_read_each_of_its_cases(client, monkeypatch, kind):
    monkeypatch.setattr("eservices.cases.desk.case_queue.exports.BATCH_SIZE", 2)
    taken, agent = [CaseFactory() for _case in range(3)], member()
    other = CaseFactory()
    Case.objects.filter(pk=other.pk).update(form=FormFactory(slug="autre"))
    client.force_login(agent)

    exported(client, kind, "?view=all")
    assert not CaseEvent.objects.filter(kind="answers_read").exists()  # the list says no answers
    narrowed(client, kind, taken[0])

    for case in taken:
        assert [(one.what, one.who) for one in read_log_items(case)] == [
            (event_label("answers_read"), str(agent))
        ]
        assert not any(one.what == event_label("answers_read") for one in timeline_items(case))
    assert read_log_items(other) == []
    assert list(audit_log.audit_errors()) == []


def test_who_takes_the_answers_again_leaves_a_trace_once_an_hour_and_others_their_own(client):
    case, agent, colleague = CaseFactory(), member(), member()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for minutes in (0, 30, 31):
            clock.shift(minutes * 60)
            client.force_login(agent)
            narrowed(client, "csv", case)
        client.force_login(colleague)
        narrowed(client, "csv", case)

    read = case.events.filter(kind="answers_read").order_by("number").values_list("actor", flat=True)
    assert list(read) == [agent.pk, agent.pk, colleague.pk]
    assert list(audit_log.audit_errors()) == []


def test_a_case_is_read_before_its_answers_leave(client, monkeypatch):
    monkeypatch.setattr("eservices.cases.desk.case_queue.exports.BATCH_SIZE", 1)
    case = CaseFactory()
    CaseFactory()
    client.force_login(member())
    response = client.get(reverse("cases:export", args=["csv"]) + f"?view=all&service={case.form_id}")
    lines = iter(response.streaming_content)

    next(lines)
    assert not CaseEvent.objects.filter(kind="answers_read").exists()  # nothing but the headings has left
    first = next(lines).decode()
    (event,) = CaseEvent.objects.filter(kind="answers_read")
    assert event.case.reference in first


def test_the_log_says_of_which_service_the_answers_were_taken_and_of_how_many_cases(client):
    case, agent = CaseFactory(), member()
    CaseFactory()
    client.force_login(agent)
    narrowed(client, "csv", case)
    entry = ModelLogEntry.objects.get(action="cases.export")
    title = case.version.definition.title("fr")
    assert (entry.user, entry.data["answers_of"], entry.data["cases"]) == (agent, title, 2)
    with translation.override("fr"):
        assert title in entry.message
        assert "2" in entry.message


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_answers_of_no_case_are_a_file_of_headings_and_nobody_has_read_anything(client, kind):
    case = CaseFactory()
    client.force_login(member())

    header, *rows = exported(client, kind, f"?view=closed&service={case.form_id}")

    assert {"Référence", "Nom"} <= set(header)
    assert rows == []
    assert ModelLogEntry.objects.get(action="cases.export").data["cases"] == 0
    assert not CaseEvent.objects.filter(kind="answers_read").exists()


def test_answers_take_as_many_queries_for_500_cases_as_for_one_and_a_few_for_each_500_more(client):
    case = CaseFactory()

    def queries() -> int:
        client.force_login(member())  # who has read nothing yet
        exported(client, "csv")
        with CaptureQueriesContext(connection) as seen:
            narrowed(client, "csv", case)
        return len(seen)

    one = queries()
    copies(case, 499)
    assert queries() == one
    copies(case, 700)
    many = queries()
    # Of each further batch: its cases, their tags, which are unread, their last events, the new ones, a transaction.
    assert many == one + 2 * 7
    assert CaseEvent.objects.filter(kind="answers_read").count() == 1 + 500 + 1200
    assert list(audit_log.audit_errors()) == []


def test_the_days_of_a_workbook_are_not_too_wide_for_their_column_and_its_header_stays_in_sight(client):
    CaseFactory()
    client.force_login(member())
    sheet = load_workbook(BytesIO(client.get(reverse("cases:export", args=["xlsx"])).getvalue())).active
    assert sheet.sheet_format.defaultColWidth >= len("22.11.2026") + 1
    assert sheet.freeze_panes == "A2"


def test_in_italian_where_a_case_stands_agrees_with_the_word_for_it(client):
    cases = [
        CaseFactory(),
        CaseFactory(accepted=True),
        CaseFactory(refused=True),
        CaseFactory(withdrawn=True),
    ]
    agent = member()
    UserProfile.objects.create(user=agent, preferred_language="it")
    client.force_login(agent)

    rows = {row[0]: row[3:5] for row in exported(client, "csv", "?view=all")}

    assert [rows[case.reference] for case in cases] == [
        ["ricevuta", ""],
        ["chiusa", "accettata"],
        ["chiusa", "rifiutata"],
        ["chiusa", "ritirata"],
    ]


def test_a_team_is_called_in_the_language_of_the_agent_in_the_list_its_filter_and_its_file(client):
    team = CaseFactory().team
    team.names = [("de", "Einwohnerkontrolle")]
    team.save()
    agent = member(team=team)
    TeamMember.objects.create(team=TeamFactory(key="police", name="Police"), user=agent, role=Role.READ)
    UserProfile.objects.create(user=agent, preferred_language="de")
    QueueLayout.objects.create(user=agent, columns=["team"])
    client.force_login(agent)

    page = client.get(reverse("cases:queue")).text
    _header, row = table("csv", client.get(reverse("cases:export", args=["csv"])).getvalue())

    assert page.count("Einwohnerkontrolle") == 2
    assert team.name not in page
    assert "Einwohnerkontrolle" in row


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(("language", "around"), [("de", "fr"), ("fr", "de")])
def test_the_whole_file_is_in_the_language_and_the_time_zone_of_the_agents_admin(
    client, monkeypatch, kind, language, around
):
    """Of the last row as of the first, whatever is spoken where the file is sent."""
    monkeypatch.setattr("eservices.cases.desk.case_queue.exports.BATCH_SIZE", 1)
    content = certificate()
    content["steps"][1]["fields"].append({"key": "oui", "type": "yes_no"})
    cases = [CaseFactory(answers={"oui": True}, refused=True) for _case in range(2)]
    FormVersion.objects.update(content=content)
    Case.objects.update(opened_at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    agent = member()
    UserProfile.objects.create(user=agent, preferred_language=language, current_time_zone="Pacific/Auckland")
    client.force_login(agent)

    response = client.get(
        reverse("cases:export", args=[kind]) + f"?view=all&service={cases[0].form_id}",
        headers={"accept-language": around},
    )
    pieces = []
    with translation.override(around):
        for piece in response.streaming_content:
            pieces.append(piece)
            assert translation.get_language() == around  # others speak as they did
            assert timezone.get_current_timezone_name() == settings.TIME_ZONE
    header, *rows = table(kind, b"".join(pieces))

    with translation.override(language):
        names = exports.export_header()
        said = [
            cases[0].get_state_display(),
            cases[0].get_outcome_display(),
            cases[0].submission.get_channel_display(),
            {"fr": "Oui", "de": "Ja"}[language],
        ]
    assert header[: len(names)] == names
    assert len(rows) == 2
    for row in rows:
        assert set(said) <= set(row)
        assert str(row[8])[:10] == "2026-03-03"


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("post", "/admin/cases/next/"),
        ("post", "/admin/cases/several/assign/"),
        ("get", "/admin/cases/export.csv"),
    ],
)
def test_who_treats_no_cases_finds_nothing(client, method, url):
    client.force_login(UserFactory(is_staff=True, roles=["editors"]))

    assert getattr(client, method)(url).status_code == 404


# -- Views kept under a name, columns ------------------------------------------------------------------------
QUEUE = reverse_lazy("cases:queue")


def keep(client, name="Arrivées", query="view=all&state=in_progress", **fields):
    return client.post(reverse("cases:save_view"), {"name": name, "query": query} | fields)


def test_a_view_is_kept_with_its_filters_and_stands_among_the_tabs(client):
    taken, fresh = CaseFactory(taken=True), CaseFactory()
    client.force_login(member())

    html = client.get(keep(client).url).text

    assert re.search(r'aria-current="page">Arrivées <b>1</b>', html)
    assert f">{taken.reference}<" in html
    assert f">{fresh.reference}<" not in html


def test_a_view_of_a_team_is_its_members_and_nobody_elses(client):
    team, other = TeamFactory(), TeamFactory(key="police", name="Police")
    owner, colleague, stranger = member(), member(Role.READ), member(team=other)
    client.force_login(owner)
    keep(client, team=team.pk)
    keep(client, name="À moi seule")
    client.get(QUEUE)

    client.force_login(colleague)
    html = client.get(QUEUE).text
    assert ">Arrivées <b>" in html
    assert "À moi seule" not in html

    client.force_login(stranger)
    assert ">Arrivées <b>" not in client.get(QUEUE).text
    keep(client, name="Forcée", team=team.pk)
    assert not SavedView.objects.filter(name="Forcée").exists()


def test_a_view_is_dropped_by_its_owner_or_a_lead_of_its_team_only(client):
    client.force_login(member(Role.TREAT))
    keep(client, team=TeamFactory().pk)
    url = reverse("cases:drop_view", args=[SavedView.objects.get().pk])
    for who, status in ((member(Role.DECIDE), 404), (member(team=TeamFactory(key="police")), 404)):
        client.force_login(who)
        assert client.post(url).status_code == status
    client.force_login(member(Role.LEAD))
    assert client.post(url).status_code == 302
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "query", ["view=nonsense&team=%00&is_x=y&p=9", "%", "q=" + "x" * 1990, "received=1e9"]
)
def test_a_strange_query_is_kept_as_what_it_says_and_breaks_no_list(client, query):
    client.force_login(member())
    keep(client, query=query)
    assert client.get(QUEUE).status_code == 200


def test_a_view_of_more_filters_than_can_be_kept_is_refused(client):
    client.force_login(member())
    response = keep(client, query=f"view=all&is_nom={'é' * 900}")
    assert "trop de filtres" in client.get(response.url).text
    assert not SavedView.objects.exists()


def test_a_view_without_a_name_is_not_kept(client):
    client.force_login(member())
    keep(client, name=" ")
    assert not SavedView.objects.exists()


def headings(html: str) -> list[str]:
    return re.findall(r'<th scope="col" class="[^"]+"[^>]*>([^<]+)</th>', html)


def test_an_agent_sees_the_columns_that_the_agent_chose(client):
    CaseFactory()
    agent = member()
    client.force_login(agent)
    usual = ["Échéance ↑", "Réf.", "Personne", "Prestation", "État", "Agent", "Dernière activité"]
    assert headings(client.get(QUEUE).text) == usual
    client.post(reverse("cases:lay_out"), {"columns": ["team", "received"], "dense": "on"})
    html = client.get(QUEUE).text
    assert headings(html) == ["Échéance ↑", "Personne", "État", "Reçu", "Équipe"]
    assert 'class="queue dense"' in html
    client.post(reverse("cases:lay_out"), {"columns": ["password"]})
    assert agent.queue_layout.columns == ["team", "received"]


def test_each_open_case_says_how_long_ago_it_was_received(client):
    for hours in (0, 13, 24 * 9):
        CaseFactory(opened_at=timezone.now() - timedelta(hours=hours))
    CaseFactory(refused=True)
    client.force_login(member())
    ages = re.findall(r"<small>(reçu [^<]+)</small>", client.get(f"{QUEUE}?view=all").text)
    assert sorted(ages) == ["reçu aujourd’hui", "reçu hier", "reçu il y a 9 jours"]


def test_what_happened_last_is_what_changed_the_case_and_not_who_looked_at_it(client):
    case = CaseFactory(asked=True)
    client.force_login(member())
    client.get(reverse("cases:case", args=[case.reference]))
    html = client.get(QUEUE).text
    assert str(event_label("asked")) in html
    assert str(event_label("case_read")) not in html


def test_what_an_agent_has_to_do_is_called_a_decision_only_where_it_is_one(client):
    check = {"key": "controle", "type": "check", "settings": {"format": 1, "items": "Le bail"}}
    CaseFactory(stages=[check])
    client.force_login(member())
    html = client.get(QUEUE).text
    assert "À traiter" in html
    assert "À décider" not in html


# -- Much ----------------------------------------------------------------------------------------------------
def test_counting_stops(client, monkeypatch):
    monkeypatch.setattr(queries, "MAX_COUNT", 2)
    for _case in range(4):
        CaseFactory()
    client.force_login(member())
    html = client.get(QUEUE, {"p": 9}).text
    assert html.count(queries.format_count(3)) >= 3
    assert queries.count_each({"none": Case.objects.none(), "all": Case.objects.all()}) == {
        "none": 0,
        "all": 3,
    }


def test_a_thousand_cases_are_counted_and_one_more_is_a_thousand_and_more(client):
    case = CaseFactory()
    client.force_login(member())

    def counts() -> list[str]:
        """Of the view, and of what was found."""
        html = client.get(QUEUE, {"view": "all", "q": "marchetti"}).text
        signs = (r'aria-current="page">[^<]*<b>(.+?)</b>', r"marchetti\s»\s: (.+?)</")
        return [re.search(sign, html)[1] for sign in signs]

    copies(case, 999)
    assert counts() == ["1000", "1000"]
    copies(case, 1)
    assert counts() == ["1\xa0000+", "1\xa0000+"]


def test_pages_go_on_where_counting_has_stopped(client, monkeypatch):
    monkeypatch.setattr(queries, "MAX_COUNT", 2)
    monkeypatch.setattr("eservices.cases.desk.case_queue.views.PAGE", 2)
    cases = [CaseFactory() for _case in range(5)]
    client.force_login(member())
    last = client.get(QUEUE, {"p": 3}).text
    assert f">{cases[4].reference}<" in last
    assert 'rel="next"' not in last


def test_periods_agents_and_saved_views_narrow(client):
    agent = member()
    mine, free = CaseFactory(), CaseFactory()
    actions.take_case(actor=agent, case=mine)
    Case.objects.filter(pk=free.pk).update(opened_at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    client.force_login(agent)
    for filters, shown in [
        ({"agent": "me"}, [mine]),
        ({"agent": "nobody"}, [free]),
        ({"since": "2026-03-02", "until": "2026-03-02"}, [free]),
        ({"until": "2026-03-01"}, []),
        ({"since": "0001-01-01", "until": "9999-12-31"}, [mine, free]),
        ({"since": "nonsense", "until": "2026-13-45"}, [mine, free]),
        ({"view": "all", "agent": "me", "state": "in_progress"}, [mine]),
    ]:
        html = client.get(QUEUE, filters).text
        assert [case for case in (mine, free) if f">{case.reference}<" in html] == shown, filters


def test_the_table_is_sent_while_it_is_written(client):
    CaseFactory()
    client.force_login(member())
    for kind in ("csv", "xlsx"):
        response = client.get(reverse("cases:export", args=[kind]))
        assert response.streaming
        assert "no-store" in response["Cache-Control"]
        b"".join(response)
