"""Bulk creation of cases of 30 teams in PostgreSQL: people and services by their factories, the rest in SQL.

A town of 40,000 gets 48,000 cases a year. The cases are distributed evenly over as many years as that takes, each at
random to one of the services. A tenth is open; of these, one in ten waits for its applicant, two in ten have no agent.
"""

import json
import sys

from django.db import connection, transaction
from django.db.models import AutoField, Count
from django.utils import timezone

TEAMS = 30
OWN_TEAMS = 3
SERVICES = 40
AGENTS_PER_TEAM = 5
A_YEAR = 48_000
BEARERS = 6_300  # cases per surname, whatever the number of cases: nearly a thousand are the agent's
COMMON = "demande"  # in every case
VOCABULARY = 5_000

LAID = f"""
CREATE UNLOGGED TABLE laid AS
SELECT n, gen_random_uuid() AS submission, gen_random_uuid() AS id,
    opened, opened + interval '1 day' * (1 + n %% 20) AS deadline,
    CASE WHEN dice < 10 THEN NULL ELSE least(opened + interval '1 hour' * (1 + n %% 300), now()) END AS closed,
    dice < 1 AS waits,
    1 + lot %% {SERVICES} AS service, 1 + lot %% {SERVICES} %% {TEAMS} AS team,
    CASE WHEN dice IN (8, 9) THEN NULL ELSE 1 + n %% {AGENTS_PER_TEAM} END AS agent,
    initcap(translate(to_char(family / {BEARERS}, 'FM00000'), '0123456789', 'aboudilmer')) || 'rat' AS surname,
    (ARRAY['Élodie','Marc','Anna','Luc','Giulia','Peter','Inês','Rui','Mireille','Jürg'])[1 + n %% 10] AS first,
    'Rue du Lac ' || n %% 200 || ', 1' || to_char(n %% 1000, 'FM000') || ' Orvenay. Je demande pour '
        || (SELECT string_agg('mot' || translate(((n * k * 13) %% {VOCABULARY})::text, '0123456789', 'aboudilmer'), ' ')
            FROM generate_series(1, 8) AS k) AS text
FROM (SELECT n, abs(hashint8(n)) / 7 AS lot, abs(hashint8(n + 1)) %% 100 AS dice,
          abs(hashint8(n + 2)) %% %(cases)s AS family,
          now() - interval '1 second' * ((%(cases)s - n) * 31536000.0 / {A_YEAR}) AS opened
      FROM generate_series(1, %(cases)s::bigint) AS n) AS numbers
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = %s::regclass AND NOT indisunique
"""
LAID_OF_SERVICE = "laid JOIN measured_services USING (service)"
SUBMISSION = {
    "id": "submission",
    "version_id": "version",
    "language": "'fr'",
    "answers": """jsonb_build_object('nom', surname, 'prenom', first, 'remarque', text, 'exemplaires', 1, 'pour', 'moi',
        'naissance', '1986-06-14', 'courriel', lower(surname) || n || '@courriel.example')""",
    "applicant_name": "first || ' ' || surname",
    "email": "lower(surname) || n || '@courriel.example'",
    "sent_at": "opened",
}
CASE = {
    "id": "laid.id",
    "reference": "'ORV-' || n",
    "submission_id": "submission",
    "version_id": "version",
    "form_id": "form",
    "language": "'fr'",
    "team_id": "measured_teams.id",
    "assignee_id": "measured_agents.id",
    "state": """CASE WHEN closed IS NOT NULL THEN 'closed' WHEN waits THEN 'waiting' WHEN agent IS NULL THEN 'received'
        ELSE 'in_progress' END""",
    "outcome": "CASE WHEN closed IS NULL THEN '' ELSE 'accepted' END",
    "opened_at": "opened",
    "deadline": "CASE WHEN closed IS NULL THEN now() + (deadline - opened) - interval '2 days' ELSE deadline END",
    "due_at": "NULL",
    "closed_at": "closed",
    "paused_at": "CASE WHEN waits AND closed IS NULL THEN now() - interval '1 minute' * (n % 9000) END",
    "search_text": """' orv ' || n || ' ' || lower(translate(first, 'Éêü', 'Eeu')) || ' ' || lower(surname) || E' \\n '
        || lower(replace(replace(text, ',', ''), '.', '')) || E' \\n pour=moi naissance=1986-06-14 '""",
}
OF_PEOPLE = """JOIN measured_teams USING (team)
    LEFT JOIN measured_agents ON measured_agents.team = laid.team AND measured_agents.number = laid.agent"""
STAGE = {
    "case_id": "id",
    "position": "0",
    "key": "'decision'",
    "type": "'decision'",
    "progress": "CASE WHEN closed IS NULL THEN 'active' ELSE 'done' END",
    "waiting_for": "CASE WHEN closed IS NULL THEN 'agent' ELSE '' END",
    "entered_at": "opened",
    "done_at": "closed",
}
LINK = {
    "case_id": "id",
    "secret": "left(replace(id::text, '-', ''), 22)",
    "mailed": "true",
    "created_at": "opened",
}
EVENT = {
    "case_id": "id",
    "number": "number",
    "kind": "kind",
    "actor_kind": "'agent'",
    "at": "CASE number WHEN 1 THEN opened WHEN 2 THEN opened + interval '1 hour' ELSE closed END",
}
TOLD = """laid JOIN (VALUES (1, 'opened'), (2, 'taken'), (3, 'accepted')) AS told (number, kind)
    ON number = 1 OR (number = 2 AND agent IS NOT NULL) OR (number = 3 AND closed IS NOT NULL)"""


def fill(cases: int):
    """Fill the empty database. Return the agent of three teams for whom the benchmark measures."""
    from eservices.cases.models import Case, CaseEvent, CaseStage, StatusLink
    from eservices.submissions.models import Submission
    from tests.factories.accounts import AgentFactory

    teams = _teams()
    agent = AgentFactory(first_name="Nadia", last_name="Favre", password=None)
    for team in teams[:OWN_TEAMS]:
        _join(team, agent)
    _name("measured_teams", "team, id", [(n, team.pk) for n, team in enumerate(teams, 1)])
    _name("measured_agents", "team, number, id", _colleagues(teams, agent))
    _name("measured_services", "service, form, version", _services(teams))
    with connection.cursor() as cursor:
        cursor.execute(LAID, {"cases": cases})
        _insert(cursor, Submission, SUBMISSION, LAID_OF_SERVICE)
        _insert(cursor, Case, CASE, f"{LAID_OF_SERVICE} {OF_PEOPLE}")
        _insert(cursor, CaseStage, STAGE, "laid")
        _insert(cursor, StatusLink, LINK, "laid")
        _insert(cursor, CaseEvent, EVENT, TOLD)
        cursor.execute("DROP TABLE laid, measured_teams, measured_agents, measured_services")
    return agent


def known(agent) -> dict:
    """Return the data for the requests: a session of the agent, search terms, a service and a case."""
    from eservices.cases.access import cases_for

    own = cases_for(agent)
    case = own.filter(closed_at=None).order_by("deadline").first()
    return {
        "session": sign_in(agent),
        "rare": _asked(own, _name_of_many(own)),
        "common": _asked(own, COMMON),
        "service": str(case.form_id),
        "reference": case.reference,
    }


def sign_in(agent) -> str:
    """Return the key of a new session of an agent."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from eservices.space.authentication.session_lifetime import SIGNED_IN_AT

    session = SessionStore()
    session[SIGNED_IN_AT] = timezone.now().timestamp()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(agent.pk), agent.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.create()
    return session.session_key


def _name_of_many(cases) -> str:
    """Return the most frequent surname among those with few enough cases to be ranked."""
    from eservices.cases.desk.case_queue.queries import MAX_COUNT

    names = cases.values_list("submission__answers__nom").annotate(bearers=Count("pk"))
    return names.filter(bearers__lte=MAX_COUNT).order_by("-bearers")[0][0]


def _asked(cases, term: str) -> dict:
    return {"term": term, "found": cases.search(term).count()}


def _teams() -> list:
    from eservices.cases.models import Team

    return [Team.objects.create(key=f"team-{n}", name=f"Service {n}") for n in range(1, TEAMS + 1)]


def _join(team, agent) -> None:
    from eservices.cases.models import Role, TeamMember

    TeamMember.objects.create(team=team, user=agent, role=Role.LEAD)


def _colleagues(teams, agent) -> list[tuple]:
    """Return the agents of every team by number. The measuring agent is the first of the own teams."""
    from tests.factories.accounts import AgentFactory

    found = []
    for n, team in enumerate(teams, 1):
        people = [agent] if n <= OWN_TEAMS else []
        while len(people) < AGENTS_PER_TEAM:
            people.append(AgentFactory(password=None))
            _join(team, people[-1])
        found += [(n, number, one.pk) for number, one in enumerate(people, 1)]
    return found


def _services(teams) -> list[tuple]:
    from tests.factories.submissions import FormFactory, FormVersionFactory, certificate

    found = []
    for n in range(1, SERVICES + 1):
        content = certificate(stages=[{"key": "decision", "type": "decision"}], slug=f"service-{n}")
        content["settings"]["team"] = teams[(n - 1) % TEAMS].key
        content["texts"]["fr"]["title"] = f"Attestation numéro {n}"
        version = FormVersionFactory(form=FormFactory(slug=content["slug"]), content=content)
        found.append((n, version.form_id, version.pk))
    return found


def _name(table: str, columns: str, rows: list[tuple]) -> None:
    kind = {"form": "uuid"}
    typed = ", ".join(f"{name} {kind.get(name, 'bigint')}" for name in columns.split(", "))
    marks = ", ".join(["%s"] * len(rows[0]))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE {table} ({typed})")
        cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _insert(cursor, model, columns: dict[str, str], source: str) -> None:
    """Insert rows of ``model`` by SQL; columns that are not in ``columns`` get the model's default.

    The indexes are dropped and created again at the end, which is several times as fast.
    """
    rest = {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.concrete_fields
        if field.column not in columns and not isinstance(field, AutoField)
    }
    names = ", ".join([*columns, *rest])
    values = ", ".join([*(one.replace("%", "%%") for one in columns.values()), *["%s"] * len(rest)])
    table = model._meta.db_table
    cursor.execute(INDEXES, [table])
    indexes = cursor.fetchall()
    with transaction.atomic():
        cursor.execute(
            "SET LOCAL session_replication_role = replica"
        )  # foreign keys are valid by construction
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {source}", [*rest.values()])
        for _name, definition in indexes:
            cursor.execute(definition)


def main() -> None:
    """Fill the database and print the data for the requests as JSON.

    usage: python -m tests.benchmarks.many_cases CASES, with the settings and the database in the environment.
    """
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    agent = fill(int(sys.argv[1]))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    print(json.dumps(known(agent)))


if __name__ == "__main__":
    main()
