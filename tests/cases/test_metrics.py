"""Metrics of the counter: their computation and who sees them."""

import csv
import re
from datetime import date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from wagtail.users.models import UserProfile

from eservices.cases import actions, jobs, process
from eservices.cases.metrics import charts, figures
from eservices.cases.metrics.figures import CaseRecord, DecisionFigures, DecisionTime
from eservices.cases.models import Case, Team
from eservices.formbuilder.models import Form
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, TeamFactory, another_service, applicant, member

ZONE = ZoneInfo("Europe/Zurich")
HOLIDAYS = {date(2026, 11, 25)}  # a Wednesday


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


# -- Computation ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (CaseRecord("f", at(23, 9), decided=at(23, 9, 5)), DecisionTime(0, 5)),
        (CaseRecord("f", at(20, 16), decided=at(23, 9)), DecisionTime(1)),  # over a weekend
        (CaseRecord("f", at(24), decided=at(26)), DecisionTime(1)),  # over a holiday
        (CaseRecord("f", at(16), decided=at(24), waits=((at(17), at(20)),)), DecisionTime(3)),
        (
            CaseRecord("f", at(16), decided=at(24), rested=((at(17), at(20)),)),
            DecisionTime(3),
        ),  # such as for a payment
        (
            CaseRecord("f", at(16), decided=at(24), waits=((at(17), None),), rested=((at(18), at(20)),)),
            DecisionTime(1),
        ),
        (
            CaseRecord("f", at(23, 9), decided=at(23, 12), waits=((at(23, 9, 30), at(23, 11, 30)),)),
            DecisionTime(0, 60),
        ),
    ],
)
def test_working_time_excludes_waits_and_holidays(record, expected):
    assert figures.working_time(record, HOLIDAYS) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("asked", at(3)), ("answered", at(4))], [(at(3), at(4))]),
        ([("asked", at(3)), ("unanswered", at(10)), ("answered", at(13))], [(at(3), at(10))]),
        ([("asked", at(3)), ("unanswered", at(10)), ("asked", at(12))], [(at(3), at(10)), (at(12), None)]),
        ([("asked", at(3)), ("asked", at(4)), ("answered", at(5))], [(at(3), at(5))]),
        ([("asked", at(3)), ("refused", at(4)), ("reopened", at(5))], [(at(3), at(4))]),
        (
            [("asked", at(3)), ("reopened", at(10))],
            [(at(3), at(10))],
        ),  # withdrawn or lapsed before it was reopened
    ],
)
def test_question_is_waiting_period_until_answer_or_term(told, expected):
    assert figures.waiting_periods(told) == tuple(expected)


def test_weekly_metrics_count_received_open_and_late_cases():
    found = [
        CaseRecord("f", at(10), closed=at(12), decided=at(12), deadline=at(17)),
        CaseRecord("f", at(11), deadline=at(13)),
        CaseRecord("f", at(18), deadline=at(20), waits=((at(19), None),)),
        CaseRecord("f", at(18), deadline=at(20), rests=at(19)),
        CaseRecord("f", at(2), closed=at(23), deadline=at(13), rested=((at(12), at(23)),)),
    ]

    weeks = figures.figures_by_week(found, at(24), weeks=3)

    assert [week.decisions and week.decisions.decided for week in weeks] == [1, None, None]
    assert [(week.number, week.received, week.open, week.late) for week in weeks] == [
        (46, 2, 2, 1),
        (47, 2, 4, 1),  # cases that wait for an answer or a payment of the applicant are not late
        (48, 0, 3, 1),
    ]


def test_service_metrics_have_median_and_kept_promises():
    found = [CaseRecord("f", at(2), decided=at(2 + days), deadline=at(6)) for days in range(1, 10)]
    found.append(CaseRecord("f", at(2), decided=at(20), deadline=at(6), waits=((at(3), at(4)),)))

    (service,) = figures.figures_by_service(found, at(1), at(30), set())

    assert service.decisions == DecisionFigures(
        decided=10, half=DecisionTime(4), nine_of_ten=DecisionTime(7), kept=0.4, first_time_right=0.9
    )
    assert (service.received, service.open, service.late) == (10, 10, 10)


def test_service_without_decision_in_period_is_left_out():
    assert (
        figures.figures_by_service(
            [CaseRecord("f", at(2)), CaseRecord("f", at(2), decided=at(3))], at(10), at(20), set()
        )
        == []
    )


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_chart_marks_stay_within_plot(values):
    for mark in [*charts.chart_bars(values, 122), *charts.chart_points(values, 122)]:
        assert 0 <= mark.y <= 120
        assert 0 <= mark.x <= 100
        assert mark.x + mark.width <= 100.1


def test_chart_label_does_not_exceed_plot():
    narrow, wide = charts.chart_bars([1] * 12, 122), charts.chart_bars([1, 2], 122)
    assert [mark.anchor for mark in (narrow[0], narrow[5], narrow[-1])] == ["start", "middle", "end"]
    assert (narrow[0].label_x, narrow[-1].label_x) == (narrow[0].left_percent, "99.3%")
    assert {mark.anchor for mark in wide} == {"middle"}


def test_chart_of_zeros_is_flat():
    assert {mark.height for mark in charts.chart_bars([0, 0, 0], 122)} == {0}


# -- Admin views ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
class TestScreens:
    @time_machine.travel(at(24, 14))
    def test_agent_sees_metrics_only_of_own_teams(self, client):
        CaseFactory(accepted=True)
        CaseFactory(late=True)
        other = member(team=TeamFactory(key="police", name="Police"))
        client.force_login(member())
        assert "2 reçus, 1 décidé" in client.get(reverse("cases:figures")).text.replace("décidés", "décidé")

        client.force_login(other)

        assert "0 reçu" in client.get(reverse("cases:figures")).text.replace("reçus", "reçu")

    @time_machine.travel(at(24, 14))
    def test_rehearsals_are_not_counted(self, client):
        CaseFactory(accepted=True, rehearsal=True)
        client.force_login(member())

        assert "0 reçu" in client.get(reverse("cases:figures")).text.replace("reçus", "reçu")

    @time_machine.travel(at(24, 14))
    def test_metrics_are_exported_as_csv(self, client):
        CaseFactory(accepted=True)
        client.force_login(member())

        response = client.get(reverse("cases:figures_csv"))

        rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
        told = (
            "Semaine",
            "Premier jour",
            "Prestation",
            "Reçus",
            "Ouverts en fin de semaine",
            "En retard",
            "Décidés",
            "À temps",
        )
        said = ("48", "2026-11-23", "Attestation de domicile", "1", "0", "0", "1", "1,00")
        assert [tuple(row[name] for name in told) for row in rows] == [said]

    @time_machine.travel(at(24, 14))
    @pytest.mark.parametrize(
        ("language", "first", "last"),
        [("de", "Woche", "Auf Anhieb vollständig"), ("it", "Settimana", "Complete subito")],
    )
    def test_csv_columns_are_in_agent_language(self, client, language, first, last):
        CaseFactory(accepted=True)
        agent = member()
        UserProfile.objects.create(user=agent, preferred_language=language)
        client.force_login(agent)

        columns = client.get(reverse("cases:figures_csv")).content.decode("utf-8-sig").split("\r\n")[0]

        assert columns.split(";")[0] == first
        assert columns.split(";")[-1] == last

    @time_machine.travel(at(24, 14))
    @pytest.mark.parametrize(
        ("language", "hour"), [("fr", "14 h."), ("de", " 14 Uhr."), ("it", "14:00."), ("en", "14:00.")]
    )
    def test_hour_of_metrics_is_formatted_by_language(self, client, language, hour):
        agent = member()
        UserProfile.objects.create(user=agent, preferred_language=language)
        client.force_login(agent)
        [said] = re.findall(r"\b48[^<]*24[^<]*", client.get(reverse("cases:figures")).text)
        assert said.strip().replace("\u00a0", " ").endswith(hour)

    @time_machine.travel(at(24, 14))
    def test_metrics_are_filtered_by_service(self, client):
        case = CaseFactory(accepted=True)
        client.force_login(member())
        url = reverse("cases:figures")

        assert "1 reçu" in client.get(url, {"service": str(case.form_id)}).text
        other = client.get(url, {"service": "00000000-0000-0000-0000-000000000000"})
        assert other.status_code == 200  # an unknown service is ignored

    @pytest.mark.parametrize("query", ["?weeks=99999", "?team=%00", "?weeks=x&team=1e9"])
    def test_invalid_period_is_ignored(self, client, query):
        client.force_login(member())

        assert client.get(reverse("cases:figures") + query).status_code == 200

    @pytest.mark.parametrize("name", ["cases:figures", "cases:figures_csv"])
    def test_metrics_are_refused_without_cases(self, client, name):
        client.force_login(UserFactory(is_staff=True, roles=["editors"]))
        assert client.get(reverse(name)).status_code == 404

        client.logout()

        assert client.get(reverse(name)).status_code == 302

    @time_machine.travel(at(24, 14))
    def test_public_metrics_show_promises_without_personal_data(self, client):
        kept = {"accepted": True, "opened_at": at(23)}
        cases = [CaseFactory(**kept | {"answered": n == 6}) for n in range(7)]
        cases += [CaseFactory(refused=True, opened_at=at(17), deadline=at(20)) for _late in range(3)]

        shown = client.get(reverse("counter:promises")).text.replace("\u202f", " ").replace("\u00a0", " ")

        [line] = [row for row in shown.split("<tr>") if "Attestation de domicile" in row]
        said = re.findall(r">\s*(\d+ [j%])", line)  # median, nine in ten, promised, in time, complete at once
        assert said == ["1 j", "5 j", "3 j", "70 %", "90 %"]
        personal = {"Marchetti", "Élodie", "Orvenay."} | {case.reference for case in cases}
        assert not [one for one in personal if one in shown]

    @time_machine.travel(at(24, 14), tick=False)
    def test_payment_time_does_not_count_as_working_time(self):
        case = CaseFactory(accepted=True)
        case.stages.update(type="payment", entered_at=at(17), done_at=at(20))
        [record] = figures.load_records(Case.objects.all(), at(1), ZONE)
        assert record.rested == ((at(17), at(20)),)
        case.stages.update(type="decision")
        [record] = figures.load_records(Case.objects.all(), at(1), ZONE)
        assert record.rested == ()

    @time_machine.travel(at(24, 14))
    def test_service_with_few_decisions_is_not_public(self, client):
        CaseFactory(accepted=True)

        assert "Attestation de domicile" not in client.get(reverse("counter:promises")).text

    @time_machine.travel(at(24, 14))
    def test_metrics_query_count_does_not_grow_with_cases(self, client, django_assert_max_num_queries):
        for _case in range(3):
            CaseFactory(accepted=True)
        client.force_login(member())
        client.get(reverse("cases:figures"))

        with django_assert_max_num_queries(20):
            client.get(reverse("cases:figures"))


@pytest.mark.django_db
@time_machine.travel(at(24, 14))
def test_plotted_values_are_also_in_table(client):
    CaseFactory(accepted=True)
    CaseFactory()
    client.force_login(member())
    page = client.get(reverse("cases:figures")).text
    assert "<svg" in page
    rows = re.findall(r"<tr.*?</tr>", page[page.index("<table") :], re.DOTALL)
    (week,) = [row for row in rows if re.search(r"<th[^>]*>[^<]*48", row)]
    assert re.findall(r"<td[^>]*>\s*(\d+)", week)[0] == "2"  # received in that week


# -- Calculated by hand --------------------------------------------------------------------------------------
def came(day: int, **moved) -> Case:
    """Create a case received on that day of November; ``moved``: its other service or team."""
    with time_machine.travel(at(day)):
        case = CaseFactory()
    Case.objects.filter(pk=case.pk).update(**moved)
    return Case.objects.get(pk=case.pk)


def then(day: int, deed: str, case: Case, **said) -> None:
    """Perform an action on the case on another day of November."""
    with time_machine.travel(at(day)):
        actor = applicant(case) if deed == "answer_question" else member(team=case.team)
        getattr(actions, deed)(actor=actor, case=Case.objects.get(pk=case.pk), **said)
        process.advance_case(case.pk)


@pytest.fixture
def november(db):
    """Four weeks of cases of two services that promise three working days, and a case of another team."""
    permits, police = another_service(), TeamFactory(key="police", name="Police")
    then(4, "accept_case", came(2))  # two days
    asked = came(10)
    then(11, "ask_applicant", asked, text="Il manque la page 3 du bail.")
    then(12, "answer_question", asked, text="La voici.")
    then(16, "accept_case", asked)  # four days, one of which waited for the applicant
    then(19, "refuse_case", came(11, form=permits), reason="Trop haut.")  # six days, three too many
    came(17)  # due on the 20th, still open
    came(23, form=permits)
    then(18, "accept_case", came(17, team=police))


@pytest.mark.django_db
def test_time_after_question_term_counts_as_working_time():
    case = came(2)
    then(
        3, "ask_applicant", case, text="Il manque la page 3 du bail.", days=3
    )  # until the evening of Friday the 6th
    with time_machine.travel(at(7, 0)):
        jobs.process_due_questions(timezone.now())
    then(12, "answer_question", case, text="La voici.")
    then(13, "accept_case", case)
    [record] = figures.load_records(Case.objects.all(), at(1), ZONE)
    assert [[moment.day for moment in wait] for wait in record.waits] == [[3, 7]]
    assert figures.working_time(record, HOLIDAYS) == DecisionTime(
        6
    )  # three of the nine days waited for the applicant
    assert record.deadline == at(10, 17), "three days, put off by as many"


def sheet(client, **asked) -> list[tuple]:
    """Return the rows of the CSV by week and service, without their year and first day."""
    text = client.get(reverse("cases:figures_csv"), asked).content.decode("utf-8-sig")
    return sorted((row[0], *row[2:]) for row in list(csv.reader(StringIO(text), delimiter=";"))[1:])


@time_machine.travel(at(24, 14))
def test_metrics_match_calculation_by_hand(client, november):
    client.force_login(member())
    page = client.get(reverse("cases:figures"), {"weeks": 4})
    table = page.text.split('<table class="sheet">')[1].split("</table>")[0]
    rows = [re.findall(r"<t[hd][^>]*>\s*([\d–]+)", row) for row in table.split("<tr>")[2:]]
    assert rows == [  # week, received, open, late, decided, median days, complete at once in per cent
        ["45", "1", "0", "0", "1", "2", "100"],
        ["46", "2", "2", "0", "0", "–", "–"],
        ["47", "1", "1", "1", "2", "3", "50"],
        ["48", "1", "2", "1", "0", "–", "–"],
    ]
    drawn = [[mark.value for mark in page.context[name]] for name in ("received", "standing", "late")]
    assert drawn == [[1, 2, 1, 1], [0, 2, 1, 2], [0, 0, 1, 1]]
    permits = [
        ("46", "Attestation de domicile", "1", "1", "0", "0", "", "", "", ""),
        ("47", "Attestation de domicile", "0", "0", "0", "1", "6,00", "6,00", "0,00", "1,00"),
        ("48", "Attestation de domicile", "1", "1", "0", "0", "", "", "", ""),
    ]
    certificates = [
        ("45", "Attestation de domicile", "1", "0", "0", "1", "2,00", "2,00", "1,00", "1,00"),
        ("46", "Attestation de domicile", "1", "1", "0", "0", "", "", "", ""),
        ("47", "Attestation de domicile", "1", "1", "1", "1", "3,00", "3,00", "1,00", "0,00"),
        ("48", "Attestation de domicile", "0", "1", "1", "0", "", "", "", ""),
    ]
    assert sheet(client, weeks=4) == sorted(permits + certificates)
    assert sheet(client, weeks=4, service=Form.objects.get(slug="permis").pk) == permits


@time_machine.travel(at(24, 14))
def test_team_filter_does_not_reveal_other_teams(client, november):
    client.force_login(member(team=Team.objects.get(key="police")))
    own = [("47", "Attestation de domicile", "1", "0", "0", "1", "1,00", "1,00", "1,00", "1,00")]
    assert sheet(client, weeks=4) == own
    for asked in ({"service": Form.objects.get(slug="permis").pk}, {"team": TeamFactory().pk}):
        assert sheet(client, weeks=4, **asked) == own  # the filter is ignored
