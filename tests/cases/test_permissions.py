"""Permissions of every address and action of the desk: agent, colleague of another team, stranger, anonymous.

An address or action that is missing in these tables fails the tests: add it here with those who may use it.
"""

import uuid
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from eservices.bookings import case_views
from eservices.cases import access, case_deliveries
from eservices.cases.desk.case import case_actions
from eservices.cases.desk.mailroom import views as postroom
from eservices.cases.desk.team_views import TeamView
from eservices.cases.models import Case, Role, TeamMember
from eservices.deliveries import access as outbox
from eservices.payments.admin_views import charges
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.cases import CaseFactory, TeamFactory, member
from tests.factories.whole_case import (
    ASIDE,
    BATCH,
    BOOKING,
    CHANGE,
    CHARGE,
    DISPOSAL,
    DOCUMENT,
    FILE,
    HOLD,
    LETTER,
    MAIL,
    MONEY,
    REF,
    REFUND,
    REMEDIES,
    RULING,
    TAG,
    TEAM,
    TEXT,
    TILL,
    VIEW,
    parts_of,
    whole_case,
)
from tests.support.address_rows import both, came_in, get, post, refused, registered, reveals_nothing

pytestmark = pytest.mark.django_db

# The apps whose screens show cases or do something to them. What is booked of a thing without a case, and the forms
# that editors build: tests/bookings/test_schedule.py, tests/catalogue.
APPS = (
    *(f"eservices.{app}." for app in ("cases", "deliveries", "documents", "payments", "register", "reports")),
    "eservices.bookings.case_views",
)
SNIPPET = "_eservices_cases_"  # part of the names of Wagtail's snippet views
SIGN_IN = reverse("wagtailadmin_login")
READ, TREAT, DECIDE, LEAD = Role.READ, Role.TREAT, Role.DECIDE, Role.LEAD

# Open to every agent; they list the agent's own cases.
OF_DESK = [
    get("cases:queue"),
    get("cases:counter"),
    post("cases:next"),
    post("cases:assign_several"),
    post("cases:tag_several"),
    post("cases:remind_several"),
    post("cases:decide_several"),
    post("cases:save_view"),
    post("cases:lay_out"),
    get("cases:export", "csv"),
    get("cases:figures"),
    get("cases:figures_csv"),
    get("cases:teams"),
    get("postroom:letters"),
    post("postroom:take"),
    *both("register:health"),
]
OF_TILL = [*both("money:till")]
# One case: members of its team with at least this role.
OF_CASE = [
    get("cases:case", REF, needs=READ),
    get("cases:file", REF, FILE, needs=READ),
    get("cases:file_view", REF, FILE, needs=READ),
    get("cases:preview", REF, FILE, needs=READ),
    get("cases:receipt", REF, needs=READ),
    post("cases:receipt", REF, needs=TREAT),
    *both("cases:amend", REF, "nom", needs=TREAT),
    get("cases:do", REF, "merge", needs=TREAT),
    get("cases:stage", REF, "decision", needs=READ),
    post("cases:stage", REF, "decision", needs=TREAT),
    post("cases:tag", REF, needs=TREAT),
    post("cases:untag", REF, TAG, needs=TREAT),
    post("retention:hold", REF, needs=LEAD),
    post("retention:lift", REF, HOLD, needs=LEAD),
    post("formal:appeal", REF, RULING, needs=DECIDE),
    post("formal:notified", REF, RULING, needs=DECIDE),
    get("postroom:letter", LETTER, needs=TREAT),
    get("postroom:letter_pdf", LETTER, needs=TREAT),
    post("postroom:do", LETTER, "prepare", needs=TREAT),
    post("postroom:do", LETTER, "proof", needs=TREAT),
    post("postroom:do", LETTER, "skip", needs=TREAT),
    get("postroom:batch", BATCH, needs=TREAT),
    get("postroom:batch_pdf", BATCH, needs=TREAT),
    post("postroom:posted", BATCH, needs=TREAT),
    post("postroom:back", BATCH, needs=TREAT),
    get("case_file", REF, needs=READ),
    get("issued_document", DOCUMENT, needs=READ),
    *both("revoke_document", DOCUMENT, needs=DECIDE),
    *both("reissue_document", DOCUMENT, needs=DECIDE),
    *both("tell_report", REF, needs=TREAT),
    get("booking_photo", REF, FILE, needs=READ),
    post("booking_deed", REF, BOOKING, "hand_over", needs=TREAT),
    post("booking_deed", REF, BOOKING, "take_back", needs=TREAT),
    post("booking_deed", REF, BOOKING, "miss", needs=TREAT),
    post("booking_deed", REF, BOOKING, "cancel", needs=TREAT),
    post("money:charge", CHARGE, "extend", needs=DECIDE),
    post("money:charge", CHARGE, "waive", needs=DECIDE),
    post("money:refund", MONEY, needs=DECIDE),
]
# One case: members of its team who are cashiers, too.
OF_CASE_TILL = [
    *both("money:till_for", REF, needs=TREAT),
    post("money:charge", CHARGE, "take", needs=TREAT),
    post("money:refund_deed", REFUND, "till", needs=TREAT),
]
OF_TEAM = [
    get("cases:team", "habitants", needs=READ),
    post("cases:team_do", "habitants", "absence", needs=READ),
    post("cases:drop_view", VIEW, needs=LEAD),
]
# Independent of teams: archivists, bookkeeping, and the outbox.
OF_AUTHORITY = [
    get("retention:index"),
    *both("retention:due", "attestation"),
    get("retention:disposal", DISPOSAL),
]
OF_BOOKS = [
    get("money:aside"),
    post("money:settle", ASIDE, "count"),
    post("money:settle", ASIDE, "back"),
    post("money:settle", ASIDE, "book"),
    get("money:journal"),
    get("money:journal_csv", "rows"),
    get("money:payouts"),
    *both("money:bank"),
    get("money:tills"),
    get("money:till_sheet", TILL),
    get("money:refunds"),
    post("money:refund_deed", REFUND, "bank"),
]
OF_ACCOUNT = [*both("money:account"), post("money:account_cancel", CHANGE)]
OF_OUTBOX = [
    post("deliveries_board:probe", "email"),
    get("deliveries_board:detail", MAIL),
    post("deliveries_board:retry", MAIL),
    post("deliveries_board:skip", MAIL),
]
# Wagtail's views: the outbox, snippets, and snippet choosers.
BOARD = [get("deliveries_board:index"), get("deliveries_board:index_results")]
SNIPPETS = {"team": TEAM, "lettertemplate": TEXT, "legalremedies": REMEDIES}
EDITED = [
    address
    for model, pk in SNIPPETS.items()
    for address in (
        get(f"wagtailsnippets_eservices_cases_{model}:list"),
        get(f"wagtailsnippets_eservices_cases_{model}:list_results"),
        get(f"wagtailsnippets_eservices_cases_{model}:usage", pk),
        get(f"wagtailsnippets_eservices_cases_{model}:history", pk),
        get(f"wagtailsnippets_eservices_cases_{model}:history_results", pk),
        *both(f"wagtailsnippets_eservices_cases_{model}:edit", pk),
    )
]
ADDED = [
    address
    for model, pk in SNIPPETS.items()
    for address in (
        *both(f"wagtailsnippets_eservices_cases_{model}:add"),
        get(f"wagtailsnippetchoosers_eservices_cases_{model}:create"),
        *both(f"wagtailsnippets_eservices_cases_{model}:delete", pk),
    )
]
OF_ADMINISTRATORS = [one for one in ADDED if "_team" in one.name]
ADDED = [one for one in ADDED if "_team" not in one.name]
PREVIEWS = [
    *both("wagtailsnippets_eservices_cases_lettertemplate:preview_on_add"),
    *both("wagtailsnippets_eservices_cases_lettertemplate:preview_on_edit", TEXT),
]
CHOSEN = [
    address
    for model, pk in SNIPPETS.items()
    for address in (
        get(f"wagtailsnippetchoosers_eservices_cases_{model}:choose"),
        get(f"wagtailsnippetchoosers_eservices_cases_{model}:choose_results"),
        get(f"wagtailsnippetchoosers_eservices_cases_{model}:chosen", pk),
        get(f"wagtailsnippetchoosers_eservices_cases_{model}:chosen_multiple"),
    )
]
WAGTAILS = [*BOARD, *PREVIEWS, *EDITED, *ADDED, *OF_ADMINISTRATORS, *CHOSEN]
MONEYS = [*OF_TILL, *OF_CASE_TILL, *OF_BOOKS, *OF_ACCOUNT]
ALL = [*OF_DESK, *OF_CASE, *OF_TEAM, *OF_AUTHORITY, *MONEYS, *OF_OUTBOX, *WAGTAILS]

# The role that each action requires; a lower role gets 404.
ROLES_FOR_ACTIONS = {
    "take": Role.TREAT,
    "assign": Role.TREAT,
    "note": Role.TREAT,
    "message": Role.TREAT,
    "ask": Role.TREAT,
    "answer": Role.TREAT,
    "remind": Role.TREAT,
    "go_on": Role.TREAT,
    "withdraw": Role.TREAT,
    "enclosure": Role.TREAT,
    "identify": Role.TREAT,
    "call": Role.TREAT,
    "called": Role.TREAT,
    "tie": Role.TREAT,
    "untie": Role.TREAT,
    "protect": Role.TREAT,
    "unprotect": Role.TREAT,
    "merge": Role.TREAT,
    "hand_over": Role.TREAT,
    "redirect": Role.TREAT,
    "person": Role.DECIDE,
    "accept": Role.DECIDE,
    "refuse": Role.DECIDE,
    "review": Role.DECIDE,
    "reopen": Role.DECIDE,
}
ROLES_FOR_TEAM_ACTIONS = {
    "role": Role.CONFIGURE,
    "remove": Role.CONFIGURE,
    "absence": Role.READ,
    "back": Role.READ,
}
ALL_ACTIONS = [
    *(post("cases:do", REF, do) for do in ROLES_FOR_ACTIONS),
    *(post("cases:team_do", "habitants", do) for do in ROLES_FOR_TEAM_ACTIONS),
]
# Actions on objects of a case, by the name of their address.
ON_ITS_THINGS = {
    "postroom:do": postroom.LETTER_ACTIONS,
    "booking_deed": case_views.BOOKING_ACTIONS,
    "money:charge": charges.CHARGES,
    "money:refund_deed": charges.REFUNDS,
}
IN_MENU = [
    *("cases:queue", "cases:figures", "cases:teams", "postroom:letters", "retention:index", "money:aside"),
    *("money:till", "deliveries_board:index", "register:health"),
    *(f"wagtailsnippets_eservices_cases_{model}:list" for model in SNIPPETS),
]


@pytest.fixture(scope="module")
def made(module_db) -> Case:
    return whole_case(UserFactory())


@pytest.fixture
def case(made, db) -> Case:
    """A case with one of every related object, sent by a signed-in applicant."""
    return Case.objects.get(pk=made.pk)


def test_every_desk_address_and_action_is_in_a_table():
    found = {name for name, view in registered("admin/").items() if view.startswith(APPS) or SNIPPET in name}
    assert found == {address.name for address in ALL}
    assert set(case_actions.CASE_ACTIONS) == set(ROLES_FOR_ACTIONS)
    assert set(TeamView.TEAM_ACTIONS) == set(ROLES_FOR_TEAM_ACTIONS)
    assert {
        do: role for do, role in access.REQUIRED_ROLES.items() if do in ROLES_FOR_ACTIONS
    } == ROLES_FOR_ACTIONS
    for name, done in ON_ITS_THINGS.items():
        found = {address.args[-1] for address in (*OF_CASE, *MONEYS) if address.name == name}
        assert found == set(done), name


def test_team_member_with_required_role_is_admitted(client, case):
    parts = parts_of(case)
    for role in Role:
        client.force_login(member(role))
        came_in(client, [address for address in (*OF_CASE, *OF_TEAM) if address.needs == role], parts)
    came_in(client, OF_DESK, parts)


def test_cashier_takes_payments_on_own_cases(client, case):
    parts = parts_of(case)
    client.force_login(member(TREAT, roles=["agents", "cashiers"]))
    came_in(client, [*OF_TILL, *OF_CASE_TILL], parts)
    for somebody in (
        member(Role.CONFIGURE, roles=["agents", "leads"]),  # not a cashier
        member(READ, roles=["cashiers"]),
        member(Role.CONFIGURE, team=TeamFactory(key="police"), roles=["cashiers"]),
    ):
        client.force_login(somebody)
        refused(client, OF_CASE_TILL, parts)


def test_team_member_reads_case_in_lists(client, case):
    client.force_login(member(roles=["leads"]))
    for name in ("cases:queue", "postroom:letters", "deliveries_board:index"):
        shown = client.get(reverse(name)).text
        assert case.reference in shown, name
        assert "Élodie" in shown or name == "deliveries_board:index", name


def test_team_member_with_lower_role_gets_404(client, case):
    parts = parts_of(case)
    for below, role in pairwise(Role):
        client.force_login(member(below))
        refused(client, [address for address in (*OF_CASE, *OF_TEAM) if address.needs == role], parts)


def test_colleague_of_other_team_gets_404_for_case_and_team(client, case):
    client.force_login(member(Role.CONFIGURE, team=TeamFactory(key="police")))
    reveals_nothing(client, OF_DESK, parts_of(case), case.reference, "Élodie")
    finds_nothing(client, case)


def test_staff_without_team_gets_404_for_desk(client, case):
    client.force_login(UserFactory(is_staff=True, roles=["moderators"]))
    refused(client, OF_DESK, parts_of(case))
    finds_nothing(client, case)


def test_applicant_and_anonymous_are_redirected_to_login(client, case):
    for somebody in (None, case.submission.user):
        if somebody:
            client.force_login(somebody)
        refused(client, [*ALL, *ALL_ACTIONS], parts_of(case), to=SIGN_IN)


def finds_nothing(client, case: Case) -> None:
    """Check that all addresses and actions of the case and the team are refused and change nothing."""
    refused(client, [*OF_CASE, *OF_CASE_TILL, *OF_TEAM, *ALL_ACTIONS], parts_of(case))


# -- Independent of teams ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "addresses"),
    [
        ("archivists", OF_AUTHORITY),
        ("cashiers", [*OF_TILL, *OF_BOOKS]),
        ("leads", [*OF_OUTBOX, *BOARD]),
        ("leads", [*PREVIEWS, *CHOSEN, *EDITED, *ADDED]),
    ],
    ids=["authority", "books", "outbox", "edited"],
)
def test_role_admits_to_its_addresses(client, case, role, addresses):
    client.force_login(member(Role.CONFIGURE, roles=[role]))
    came_in(client, addresses, parts_of(case))


def test_lead_without_required_role_is_refused(client, case):
    client.force_login(member(Role.CONFIGURE, roles=["agents", "editors"]))
    refused(client, [*OF_AUTHORITY, *OF_TILL, *OF_BOOKS, *OF_ACCOUNT, *OF_OUTBOX], parts_of(case))
    refused(client, [*BOARD, *PREVIEWS, *EDITED, *ADDED], parts_of(case), to=reverse("wagtailadmin_home"))
    reveals_nothing(client, CHOSEN, parts_of(case), case.reference, "Élodie")


def test_teams_and_billing_account_require_superuser(client, case):
    parts = parts_of(case)
    for role in ("leads", "cashiers", "moderators"):
        client.force_login(member(Role.CONFIGURE, roles=[role]))
        refused(client, OF_ACCOUNT, parts)
        refused(client, OF_ADMINISTRATORS, parts, to=reverse("wagtailadmin_home"))
    client.force_login(SuperuserFactory())
    came_in(client, [*OF_ACCOUNT, *OF_ADMINISTRATORS], parts)


@pytest.mark.parametrize("role", [Role.DECIDE, Role.CONFIGURE], ids=["own", "other"])
def test_letter_templates_of_team_are_edited_only_by_its_leads(client, case, role):
    """Refused to lower roles of the team who lead another team, and to the leads of that other team."""
    parts, other = parts_of(case), TeamFactory(key="police")
    somebody = member(Role.CONFIGURE, team=other, roles=["leads"])
    if role == Role.DECIDE:
        TeamMember.objects.create(team=TeamFactory(), user=somebody, role=role)
    client.force_login(somebody)
    own = [one for one in (*PREVIEWS, *EDITED, *ADDED) if {TEAM, TEXT, REMEDIES}.intersection(one.args)]
    refused(client, own, parts)
    for model in SNIPPETS:
        shown = client.get(reverse(f"wagtailsnippets_eservices_cases_{model}:list")).text
        assert f"/{model}/edit/{parts[SNIPPETS[model]]}/" not in shown


def test_outbox_hides_deliveries_of_other_team(client, case):
    client.force_login(member(team=TeamFactory(key="police"), roles=["leads"]))
    reveals_nothing(client, BOARD, parts_of(case), case.reference, "Élodie")
    refused(client, [address for address in OF_OUTBOX if MAIL in address.args], parts_of(case))


@pytest.mark.parametrize("role", ["agents", "archivists", "leads", "cashiers", "editors"])
def test_menu_offers_only_pages_that_open(client, role):
    treats = role == "agents"  # the others are not in a team
    client.force_login(member(roles=[role]) if treats else UserFactory(is_staff=True, roles=[role]))
    menu = client.get(reverse("wagtailadmin_home")).text
    for name in IN_MENU:
        url = reverse(name)
        assert (f'"{url}"' in menu) == (client.get(url).status_code == 200), name


# -- Roles --------------------------------------------------------------------------------------------------
def test_each_role_may_do_only_its_actions(client, case):
    for role in Role:
        agent = member(role)
        client.force_login(agent)
        for do, needed in ROLES_FOR_ACTIONS.items():
            found = access.cases_for(agent, do).filter(pk=case.pk).exists()
            assert found == (role >= needed), (role, do)
        for do, needed in ROLES_FOR_TEAM_ACTIONS.items():
            answer = client.post(reverse("cases:team_do", args=["habitants", do]))
            assert (answer.status_code == 404) == (role < needed or do in ("remove", "back")), (role, do)


def test_case_page_and_case_list_allow_same_actions(case):
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
        for to in access.REQUIRED_ROLES:
            for one in (case, guarded):
                allowed = access.cases_for(somebody, to).filter(pk=one.pk).exists()
                assert access.may_do(somebody, one, to) == allowed, (somebody, to, one.protected)


def test_unknown_address_looks_like_forbidden_address(client, case):
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


def test_deliveries_about_cases_have_their_filters():
    assert outbox._filters["case"] is case_deliveries.readable_case_deliveries
    assert case_deliveries.protected_addresses in outbox._withheld
