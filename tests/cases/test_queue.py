"""The case queue: the next case, bulk actions, exports, saved views, columns, and large queues."""

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
from eservices.cases.desk.case_queue.rows import CHOICES as COLUMNS
from eservices.cases.event_labels import event_label
from eservices.cases.models import Case, CaseEvent, QueueLayout, Role, SavedView, TeamMember
from eservices.cases.timeline import read_log_items, timeline_items
from eservices.formbuilder.models import FormVersion
from tests.factories.accounts import UserFactory
from tests.factories.cases import DECISION, CaseFactory, TeamFactory, copies, member
from tests.factories.submissions import FormFactory, certificate

pytestmark = pytest.mark.django_db


# -- Next case -----------------------------------------------------------------------------------------------
def test_next_case_is_most_urgent_unassigned(client):
    CaseFactory()
    urgent = CaseFactory(late=True)
    CaseFactory(taken=True, late=True)
    agent = member()
    client.force_login(agent)

    response = client.post(reverse("cases:next"))

    assert response.url == reverse("cases:case", args=[urgent.reference])
    assert Case.objects.get(pk=urgent.pk).assignee == agent


def test_next_case_is_not_offered_to_agent_who_only_reads(client):
    case = CaseFactory(taken=True)
    screen, next_case = reverse("cases:case", args=[case.reference]), reverse("cases:next")
    for role, offered in ((Role.TREAT, True), (Role.READ, False)):
        client.force_login(member(role))
        assert (f'action="{next_case}"' in client.get(screen).text) == offered


def test_next_case_has_constant_query_count(client):
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


def test_assigned_case_is_not_given_out_again():
    CaseFactory()
    CaseFactory()

    given = [actions.take_next(actor=member(), cases=Case.objects.all()) for _agent in range(3)]

    assert given[0] != given[1]
    assert given[2] is None


@pytest.mark.parametrize("situation", ["asked", "refused", "rehearsal"])
def test_waiting_closed_or_rehearsal_case_is_never_next(client, situation):
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
def test_case_waiting_for_date_or_opinions_is_not_next(client, stage):
    case = CaseFactory(stages=[stage, DECISION])
    client.force_login(member())
    assert client.post(reverse("cases:next")).url == QUEUE
    with time_machine.travel(timezone.now() + timedelta(days=10)):
        process.advance_case(case.pk)
        client.force_login(member())
        assert case.reference in client.post(reverse("cases:next")).url


def test_agent_who_only_reads_takes_no_case(client):
    case = CaseFactory()
    client.force_login(member(Role.READ))

    client.post(reverse("cases:next"))

    assert Case.objects.get(pk=case.pk).assignee is None


# -- Bulk actions --------------------------------------------------------------------------------------------
def test_several_cases_are_assigned_together(client):
    cases, agent = [CaseFactory(), CaseFactory()], member()
    client.force_login(member())

    client.post(
        reverse("cases:assign_several"),
        {"cases": [one.reference for one in cases], "agent": agent.pk, "back": "/admin/cases/?view=mine"},
    )

    assert set(Case.objects.values_list("assignee", flat=True)) == {agent.pk}


def test_bulk_assignment_reports_cases_it_cannot_assign(client):
    closed, open_case, agent = CaseFactory(refused=True), CaseFactory(), member()
    client.force_login(member())

    response = client.post(
        reverse("cases:assign_several"),
        {"cases": [closed.reference, open_case.reference], "agent": agent.pk},
        follow=True,
    )

    assert Case.objects.get(pk=open_case.pk).assignee == agent
    assert f"{closed.reference}\u00a0:" in response.text


def test_bulk_assignment_skips_cases_of_other_team(client):
    case = CaseFactory()
    stranger = member(team=TeamFactory(key="police", name="Police"))
    client.force_login(stranger)

    client.post(reverse("cases:assign_several"), {"cases": [case.reference], "agent": stranger.pk})

    assert Case.objects.get(pk=case.pk).assignee is None


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_bulk_action_does_not_redirect_to_other_site(client, back):
    client.force_login(member())

    response = client.post(reverse("cases:assign_several"), {"cases": ["X"], "agent": "", "back": back})

    assert response.url == reverse("cases:queue")


# -- Exports -------------------------------------------------------------------------------------------------
def exported(client, kind: str, query: str = ""):
    response = client.get(reverse("cases:export", args=[kind]) + query)
    return table(kind, b"".join(response.streaming_content))


def table(kind: str, content: bytes) -> list[list]:
    if kind == "csv":
        return list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))
    return [list(row) for row in load_workbook(BytesIO(content)).active.values]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_filtered_queue_is_exported(client, kind):
    wanted = CaseFactory(refused=True)
    CaseFactory()
    client.force_login(member())

    header, *rows = exported(client, kind, "?view=closed")

    assert header[0] == "Référence"
    assert [row[0] for row in rows] == [wanted.reference]


def test_export_is_logged_with_user_and_filters(client):
    agent = member()
    client.force_login(agent)
    exported(client, "csv", "?view=all&q=Marchetti")
    entry = ModelLogEntry.objects.get(action="cases.export")
    assert entry.user == agent
    assert entry.data == {"filters": "view=all&q=Marchetti", "format": "csv"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ['=HYPERLINK("http://evil")', "+1", "-1", "@SUM(A1)", "\t=1", "a\x0bb"])
def test_export_contains_no_formulas(client, kind, name):
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


def test_workbook_cell_drops_only_unsupported_characters(client):
    case = CaseFactory()
    case.submission.applicant_name = "Zoë\u00a0نور\u200f 👨\u200d👩\u200d👧\x0b\ufffe"
    case.submission.save()
    client.force_login(member())

    assert exported(client, "xlsx")[1][2] == "Zoë\u00a0نور\u200f 👨\u200d👩\u200d👧"


def test_export_has_constant_query_count(client, django_assert_max_num_queries):
    for _case in range(3):
        CaseFactory()
    client.force_login(member())
    exported(client, "csv")

    with django_assert_max_num_queries(14):
        exported(client, "csv")


def narrowed(client, kind: str, case: Case) -> list[dict]:
    """Return the exported rows of the service of the case, each a dictionary by heading."""
    header, *rows = exported(client, kind, f"?view=all&service={case.form_id}")
    return [dict(zip(header, row, strict=True)) for row in rows]


HOME = {"street": "=Rue du Lac", "number": "12 bis", "postcode": "1199", "town": "Orvenay"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_of_one_service_contains_answers(client, kind):
    case = CaseFactory(answers={"adresse": HOME})
    case.amended = {"nom": "Marchetti-Rochat"}
    case.save()
    client.force_login(member())

    (row,) = narrowed(client, kind, case)

    assert row["Nom"] == "Marchetti-Rochat"  # the correction of an agent
    street = next(cell for cell in row.values() if cell and "Rue du Lac" in str(cell))
    assert street == ("'=Rue du Lac" if kind == "csv" else "=Rue du Lac")
    assert "12 bis" in row.values()
    assert "Nom" not in exported(client, kind, "?view=all")[0]  # an export of all services has no answers


def test_export_words_answers_by_version_under_newest_columns(client):
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


def test_export_omits_secret_and_erased_answers(client):
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


def test_export_includes_protected_case_for_authorized_agent(client):
    case = CaseFactory(protected=True)
    client.force_login(member())
    assert narrowed(client, "csv", case) == []
    trusted = member()
    trusted.memberships.update(sees_protected=True)
    client.force_login(trusted)
    assert [row["Nom"] for row in narrowed(client, "csv", case)] == [case.answers["nom"]]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_of_answers_is_logged_as_read_in_each_case(client, monkeypatch, kind):
    monkeypatch.setattr("eservices.cases.desk.case_queue.exports.BATCH_SIZE", 2)
    taken, agent = [CaseFactory() for _case in range(3)], member()
    other = CaseFactory()
    Case.objects.filter(pk=other.pk).update(form=FormFactory(slug="autre"))
    client.force_login(agent)

    exported(client, kind, "?view=all")
    assert not CaseEvent.objects.filter(
        kind="answers_read"
    ).exists()  # the export of all services has no answers
    narrowed(client, kind, taken[0])

    for case in taken:
        assert [(one.what, one.who) for one in read_log_items(case)] == [
            (event_label("answers_read"), str(agent))
        ]
        assert not any(one.what == event_label("answers_read") for one in timeline_items(case))
    assert read_log_items(other) == []
    assert list(audit_log.audit_errors()) == []


def test_export_of_answers_is_logged_hourly_per_agent(client):
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


def test_export_logs_read_before_sending_answers(client, monkeypatch):
    monkeypatch.setattr("eservices.cases.desk.case_queue.exports.BATCH_SIZE", 1)
    case = CaseFactory()
    CaseFactory()
    client.force_login(member())
    response = client.get(reverse("cases:export", args=["csv"]) + f"?view=all&service={case.form_id}")
    lines = iter(response.streaming_content)

    next(lines)
    assert not CaseEvent.objects.filter(kind="answers_read").exists()  # only the headings are sent
    first = next(lines).decode()
    (event,) = CaseEvent.objects.filter(kind="answers_read")
    assert event.case.reference in first


def test_export_log_entry_names_service_and_case_count(client):
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
def test_empty_export_has_headings_and_logs_no_read(client, kind):
    case = CaseFactory()
    client.force_login(member())

    header, *rows = exported(client, kind, f"?view=closed&service={case.form_id}")

    assert {"Référence", "Nom"} <= set(header)
    assert rows == []
    assert ModelLogEntry.objects.get(action="cases.export").data["cases"] == 0
    assert not CaseEvent.objects.filter(kind="answers_read").exists()


def test_export_of_answers_needs_few_queries_per_batch(client):
    case = CaseFactory()

    def queries() -> int:
        client.force_login(member())  # an agent without logged reads
        exported(client, "csv")
        with CaptureQueriesContext(connection) as seen:
            narrowed(client, "csv", case)
        return len(seen)

    one = queries()
    copies(case, 499)
    assert queries() == one
    copies(case, 700)
    many = queries()
    # Queries of each further batch: cases, tags, unlogged reads, last events, new events, and two for the transaction.
    assert many == one + 2 * 7
    assert CaseEvent.objects.filter(kind="answers_read").count() == 1 + 500 + 1200
    assert list(audit_log.audit_errors()) == []


def test_workbook_fits_dates_and_freezes_header(client):
    CaseFactory()
    client.force_login(member())
    sheet = load_workbook(BytesIO(client.get(reverse("cases:export", args=["xlsx"])).getvalue())).active
    assert sheet.sheet_format.defaultColWidth >= len("22.11.2026") + 1
    assert sheet.freeze_panes == "A2"


def test_italian_export_inflects_states_and_outcomes(client):
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


def test_team_name_is_in_agent_language_in_queue_and_export(client):
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
def test_whole_export_uses_agent_language_and_time_zone(client, monkeypatch, kind, language, around):
    """Applies to every row, whatever language is active where the response is sent."""
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
            assert translation.get_language() == around  # other requests keep their language
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
def test_queue_addresses_return_404_without_team(client, method, url):
    client.force_login(UserFactory(is_staff=True, roles=["editors"]))

    assert getattr(client, method)(url).status_code == 404


# -- Saved views and columns ---------------------------------------------------------------------------------
QUEUE = reverse_lazy("cases:queue")


def keep(client, name="Arrivées", query="view=all&state=in_progress", **fields):
    return client.post(reverse("cases:save_view"), {"name": name, "query": query} | fields)


def test_saved_view_is_listed_as_tab_with_its_filters(client):
    taken, fresh = CaseFactory(taken=True), CaseFactory()
    client.force_login(member())

    html = client.get(keep(client).url).text

    assert re.search(r'aria-current="page">Arrivées <b>1</b>', html)
    assert f">{taken.reference}<" in html
    assert f">{fresh.reference}<" not in html


def test_saved_view_of_team_is_shown_only_to_members(client):
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


def test_saved_view_is_deleted_only_by_owner_or_lead(client):
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
def test_saved_view_with_invalid_query_opens_queue(client, query):
    client.force_login(member())
    keep(client, query=query)
    assert client.get(QUEUE).status_code == 200


def test_saved_view_with_too_many_filters_is_refused(client):
    client.force_login(member())
    response = keep(client, query=f"view=all&is_nom={'é' * 900}")
    assert "trop de filtres" in client.get(response.url).text
    assert not SavedView.objects.exists()


def test_saved_view_without_name_is_refused(client):
    client.force_login(member())
    keep(client, name=" ")
    assert not SavedView.objects.exists()


def headings(html: str) -> list[str]:
    return re.findall(r'<th scope="col" class="[^"]+"[^>]*>([^<]+)</th>', html)


def test_queue_shows_columns_chosen_by_agent(client):
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


def test_queue_with_all_columns_has_constant_query_count(client):
    """A field that is missing in ``queries.ROW_FIELDS`` is read once per row."""
    agent = member()
    QueueLayout.objects.create(user=agent, columns=[key for key, _label in COLUMNS])
    client.force_login(agent)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(QUEUE).status_code == 200
        return len(seen)

    case = CaseFactory()
    client.get(QUEUE)  # fill the caches
    few = cost()
    copies(case, 4)
    assert cost() <= few


def test_queue_shows_age_of_open_cases(client):
    for hours in (0, 13, 24 * 9):
        CaseFactory(opened_at=timezone.now() - timedelta(hours=hours))
    CaseFactory(refused=True)
    client.force_login(member())
    ages = re.findall(r"<small>(reçu [^<]+)</small>", client.get(f"{QUEUE}?view=all").text)
    assert sorted(ages) == ["reçu aujourd’hui", "reçu hier", "reçu il y a 9 jours"]


def test_queue_last_activity_ignores_reads(client):
    case = CaseFactory(asked=True)
    client.force_login(member())
    client.get(reverse("cases:case", args=[case.reference]))
    html = client.get(QUEUE).text
    assert str(event_label("asked")) in html
    assert str(event_label("case_read")) not in html


def test_queue_calls_only_decision_stages_decisions(client):
    check = {"key": "controle", "type": "check", "settings": {"format": 1, "items": "Le bail"}}
    CaseFactory(stages=[check])
    client.force_login(member())
    html = client.get(QUEUE).text
    assert "À traiter" in html
    assert "À décider" not in html


# -- Large queues --------------------------------------------------------------------------------------------
def test_queue_stops_counting_at_limit(client, monkeypatch):
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


def test_queue_counts_exactly_up_to_a_thousand_cases(client):
    case = CaseFactory()
    client.force_login(member())

    def counts() -> list[str]:
        """Return the counts of the view and of the search."""
        html = client.get(QUEUE, {"view": "all", "q": "marchetti"}).text
        signs = (r'aria-current="page">[^<]*<b>(.+?)</b>', r"marchetti\s»\s: (.+?)</")
        return [re.search(sign, html)[1] for sign in signs]

    copies(case, 999)
    assert counts() == ["1000", "1000"]
    copies(case, 1)
    assert counts() == ["1\xa0000+", "1\xa0000+"]


def test_queue_pages_continue_after_counting_limit(client, monkeypatch):
    monkeypatch.setattr(queries, "MAX_COUNT", 2)
    monkeypatch.setattr("eservices.cases.desk.case_queue.views.PAGE", 2)
    cases = [CaseFactory() for _case in range(5)]
    client.force_login(member())
    last = client.get(QUEUE, {"p": 3}).text
    assert f">{cases[4].reference}<" in last
    assert 'rel="next"' not in last


def test_queue_filters_by_period_and_agent(client):
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


def test_export_is_streamed(client):
    CaseFactory()
    client.force_login(member())
    for kind in ("csv", "xlsx"):
        response = client.get(reverse("cases:export", args=[kind]))
        assert response.streaming
        assert "no-store" in response["Cache-Control"]
        b"".join(response)
