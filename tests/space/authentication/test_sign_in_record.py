"""Record of sign-ins, failures and lock-outs; list and end of sessions."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from eservices.accounts import actions
from eservices.accounts.models import CodeTries, SignIn
from eservices.deliveries.models import Delivery
from eservices.space import jobs
from eservices.space.authentication import sign_in_record, sign_in_report
from eservices.space.authentication.forms import MAX_WRONG_PASSWORDS
from eservices.space.authentication.session_lifetime import SIGNED_IN_AT, USED_AT
from eservices.space.authentication.session_views import device
from eservices.space.checks import networks_are_told_apart
from tests.accounts.test_sign_in import ADDRESS, CODE, ask, sent_code, wrong
from tests.factories.accounts import PASSWORD, AgentFactory, SuperuserFactory, UserFactory

pytestmark = pytest.mark.usefixtures("db")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
SESSIONS = "/compte/sessions/"


def kinds(**among) -> list[tuple[str, str]]:
    return list(SignIn.objects.filter(**among).order_by("pk").values_list("kind", "method"))


def sign_in(client, **headers):
    ask(client)
    return client.post(CODE, {"code": sent_code()}, headers=headers)


def test_sign_in_by_code_is_recorded_with_its_failures(client):
    user = UserFactory(email=ADDRESS)
    ask(client)
    client.post(CODE, {"code": wrong(sent_code())}, headers={"User-Agent": FIREFOX})
    client.post(CODE, {"code": sent_code()}, headers={"User-Agent": FIREFOX})
    assert kinds(user=user) == [("failed", "code"), ("signed_in", "code")]
    assert set(SignIn.objects.values_list("network", "user_agent")) == {("127.0.0.1", FIREFOX)}


def test_password_of_an_unknown_address_is_recorded(client):
    client.post("/admin/login/", {"username": "X@courriel.example ", "password": "faux"})
    assert SignIn.objects.values_list("email", "user", "kind", "method").get() == (
        "x@courriel.example",
        None,
        "failed",
        "password",
    )


def test_password_sign_in_is_recorded(client):
    agent = AgentFactory(email=ADDRESS)
    client.post("/admin/login/", {"username": ADDRESS, "password": PASSWORD})
    assert kinds(user=agent) == [("signed_in", "password")]


def test_sign_in_record_is_erased_after_its_retention(client, settings):
    now = timezone.now()
    for days in (364, 366):
        SignIn.objects.create(kind=SignIn.Kind.FAILED, at=now - timedelta(days=days))
    CodeTries.objects.create(code="x", at=now - timedelta(days=2))
    UserSession.objects.create(user=UserFactory(), ip="127.0.0.1", session_key="over", user_agent="")
    jobs.erase_old_sign_ins(now)
    assert SignIn.objects.count() == 1
    assert not CodeTries.objects.exists()
    assert not UserSession.objects.exists()


# -- Sessions
def test_person_sees_and_ends_their_sessions(client):
    UserFactory(email=ADDRESS)
    sign_in(client, **{"User-Agent": FIREFOX})
    elsewhere = Client()
    sign_in(elsewhere)
    page = client.get(SESSIONS)
    assert page.status_code == 200
    assert "Firefox, Windows" in page.text
    other = UserSession.objects.get(session_key=elsewhere.session.session_key)
    answer = client.post(SESSIONS, {"end": other.pk})
    assert answer.url == SESSIONS
    assert elsewhere.get("/espace/").status_code == 302
    assert client.get("/espace/").status_code == 200
    assert ("ended", "") in kinds()


def test_person_signs_out_of_all_other_sessions(client):
    UserFactory(email=ADDRESS)
    sign_in(client)
    others = [Client(), Client()]
    for one in others:
        sign_in(one)
    client.post(SESSIONS)
    assert [one.get("/espace/").status_code for one in (client, *others)] == [200, 302, 302]


def test_list_of_sessions_deletes_nothing(client, django_assert_max_num_queries):
    user = UserFactory(email=ADDRESS)
    sign_in(client)
    client.get(SESSIONS)
    for number in range(40):
        UserSession.objects.create(user=user, ip="::1", session_key=f"over-{number}", user_agent="")
    with django_assert_max_num_queries(30):
        assert len(client.get(SESSIONS).context["sessions"]) == 1
    assert UserSession.objects.count() == 41


def test_session_of_another_person_is_not_ended(client):
    UserFactory(email=ADDRESS)
    sign_in(client)
    stranger = Client()
    stranger.force_login(UserFactory())
    UserSession.objects.create(user=UserFactory(), ip="::1", session_key="theirs", user_agent="")
    theirs = UserSession.objects.get(session_key="theirs")
    stranger.post(SESSIONS, {"end": theirs.pk})
    assert UserSession.objects.filter(pk=theirs.pk).exists()


def test_sessions_are_hidden_from_anonymous_visitors(client):
    assert client.get(SESSIONS).status_code == 302


def test_administrator_ends_all_sessions_of_a_person(client):
    agent = AgentFactory(email=ADDRESS)
    theirs = Client()
    sign_in(theirs)
    client.force_login(SuperuserFactory())
    url = reverse("wagtailusers_users:edit", args=[agent.pk])
    kept = {"email": agent.email, "first_name": "L", "last_name": "R", "is_active": "on"}
    client.post(url, kept | {"end_sessions": "on"})
    assert theirs.get("/espace/").status_code == 302


def save_account(client, agent):
    """Save the account's settings, at which Wagtail gives the session another key."""
    before = client.session.session_key
    names = {"name_email-first_name": "L", "name_email-last_name": "R", "name_email-email": agent.email}
    choices = {"locale-preferred_language": "fr", "locale-current_time_zone": "Europe/Zurich"}
    theme = {"theme-theme": "system", "theme-contrast": "system", "theme-density": "default"}
    client.post("/admin/account/", names | choices | theme | {"theme-keyboard_shortcuts": "on"})
    assert client.session.session_key != before


def test_session_with_another_key_is_ended_with_all(client):
    agent = AgentFactory(email=ADDRESS)
    theirs = Client()
    sign_in(theirs)
    save_account(theirs, agent)
    actions.end_sessions(actor=SuperuserFactory(), user=agent)
    assert theirs.get("/espace/").status_code == 302
    sign_in(theirs)
    assert theirs.get("/espace/").status_code == 200


def test_session_with_another_key_stays_listed(client):
    agent = AgentFactory(email=ADDRESS)
    sign_in(client)
    save_account(client, agent)
    client.get(SESSIONS)
    assert UserSession.objects.get(user=agent).session_key == client.session.session_key
    UserSession.objects.all().delete()
    save_account(client, agent)
    client.get(SESSIONS)
    assert UserSession.objects.get(user=agent).session_key == client.session.session_key


def test_sign_out_of_other_sessions_ends_rotated_ones(client):
    agent = AgentFactory(email=ADDRESS)
    theirs = Client()
    sign_in(theirs)
    save_account(theirs, agent)
    sign_in(client)
    client.post(SESSIONS)
    assert [one.get("/espace/").status_code for one in (theirs, client)] == [302, 200]


def test_session_without_a_start_time_is_ended_with_the_others(client):
    user = UserFactory(email=ADDRESS)
    sign_in(client)
    delete_start_time(client)
    assert client.get("/espace/").status_code == 200
    actions.end_sessions(actor=user, user=user)
    assert client.get("/espace/").status_code == 302


def test_session_of_staff_without_a_start_time_is_over(client):
    AgentFactory(email=ADDRESS)
    sign_in(client)
    delete_start_time(client)
    assert client.get("/espace/").status_code == 302


def delete_start_time(client) -> None:
    session = client.session
    del session[SIGNED_IN_AT]
    session.save()


@pytest.mark.parametrize(
    ("staff", "hours", "inside"), [(True, 11, True), (True, 13, False), (False, 13, True)]
)
def test_session_of_staff_ends_despite_activity(client, time_machine, settings, staff, hours, inside):
    settings.SESSION_COOKIE_AGE, settings.STAFF_IDLE_MINUTES = 30 * 3600, 30 * 60
    (AgentFactory if staff else UserFactory)(email=ADDRESS)
    sign_in(client)
    time_machine.move_to(timezone.now() + timedelta(hours=hours))
    assert (client.get("/espace/").status_code == 200) == inside


@pytest.mark.parametrize(
    ("staff", "idle", "inside"), [(True, 59, True), (True, 61, False), (False, 61, True)]
)
def test_session_of_staff_ends_without_use(client, time_machine, staff, idle, inside):
    (AgentFactory if staff else UserFactory)(email=ADDRESS)
    sign_in(client)
    for minutes in (40, idle):  # the first is use
        time_machine.move_to(timezone.now() + timedelta(minutes=minutes))
        answer = client.get("/espace/")
    assert (answer.status_code == 200) == inside


@pytest.mark.parametrize(
    ("path", "inside"), [("/admin/login/", True), ("/admin/editing-sessions/ping/x/y/1/1/", False)]
)
def test_typing_is_use_and_an_open_page_is_not(client, time_machine, path, inside):
    AgentFactory(email=ADDRESS)
    sign_in(client)
    time_machine.move_to(timezone.now() + timedelta(minutes=40))
    client.head(path) if inside else client.post(path)
    time_machine.move_to(timezone.now() + timedelta(minutes=40))
    assert (client.get("/espace/").status_code == 200) == inside


def test_use_is_written_every_five_minutes_at_most(client, time_machine):
    AgentFactory(email=ADDRESS)
    sign_in(client)
    written = []
    for _request in range(12):
        time_machine.move_to(timezone.now() + timedelta(minutes=1))
        client.get("/espace/")
        written.append(client.session[USED_AT])
    assert len(set(written)) == 3


def test_resident_who_becomes_staff_has_an_idle_limit(client, time_machine):
    user = UserFactory(email=ADDRESS)
    sign_in(client)
    assert USED_AT not in client.session
    user.groups.add(*AgentFactory().groups.all())
    client.get("/admin/")
    assert USED_AT in client.session
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    assert client.get("/espace/").status_code == 302


def test_new_password_ends_the_other_sessions(client):
    agent = AgentFactory(email=ADDRESS)
    sign_in(client)
    agent.set_password("another-long-password")
    agent.save()
    assert client.get("/espace/").status_code == 302


def test_taken_right_is_gone_at_the_next_request(client):
    agent = AgentFactory(email=ADDRESS)
    sign_in(client)
    assert client.get("/admin/").status_code == 200
    agent.groups.clear()
    assert client.get("/admin/").status_code == 302


def test_administrators_only_read_all_sign_ins(client):
    SignIn.objects.create(
        email=ADDRESS, kind=SignIn.Kind.FAILED, method=SignIn.Method.CODE, network="192.0.2.9"
    )
    client.force_login(SuperuserFactory())
    page = client.get(reverse("sign_ins"), {"q": "elodie"})
    assert page.status_code == 200
    assert "192.0.2.9" in page.text
    assert client.get(reverse("sign_ins"), {"export": "csv"}).status_code == 200
    client.force_login(AgentFactory())
    assert client.get(reverse("sign_ins")).status_code == 302


def test_export_of_sign_ins_is_bounded(client, monkeypatch):
    monkeypatch.setattr(sign_in_report, "MOST_EXPORTED", 2)
    for _ in range(4):
        SignIn.objects.create(kind=SignIn.Kind.FAILED, network="192.0.2.9")
    client.force_login(SuperuserFactory())
    page = client.get(reverse("sign_ins"), {"export": "csv"})
    assert b"".join(page.streaming_content).count(b"192.0.2.9") == 2


def test_failures_hide_no_sign_in(client):
    user = UserFactory(email=ADDRESS)
    sign_in(client, **{"User-Agent": FIREFOX})
    for _ in range(30):
        SignIn.objects.create(user=user, kind=SignIn.Kind.FAILED, network="192.0.2.9")
    page = client.get(SESSIONS)
    assert [len(page.context[name]) for name in ("sign_ins", "failures")] == [1, 20]


# -- Guessing
def test_lock_out_is_recorded_once_in_a_period(client):
    for _ in range(sign_in_record.MOST_WRONG_CODES):
        SignIn.objects.create(kind=SignIn.Kind.FAILED, method=SignIn.Method.CODE, network="127.0.0.1")
    UserFactory(email=ADDRESS)
    ask(client)
    for _ in range(3):
        client.post(CODE, {"code": sent_code()})
    stranger = Client()
    for _ in range(MAX_WRONG_PASSWORDS + 4):
        stranger.post("/admin/login/", {"username": ADDRESS, "password": "faux"})
    locked = [one for one in kinds() if one[0] == "locked_out"]
    assert sorted(locked) == [("locked_out", "code"), ("locked_out", "password")]


def test_codes_cannot_be_guessed_for_many_from_one_network(client):
    for _ in range(sign_in_record.MOST_WRONG_CODES):
        SignIn.objects.create(kind=SignIn.Kind.FAILED, method=SignIn.Method.CODE, network="127.0.0.1")
    UserFactory(email=ADDRESS)
    ask(client)
    client.post(CODE, {"code": sent_code()})
    assert "_auth_user_id" not in client.session
    assert ("locked_out", "code") in kinds()
    elsewhere = Client(REMOTE_ADDR="192.0.2.9")
    sign_in(elsewhere)
    assert "_auth_user_id" in elsewhere.session


def guess_from_here():
    for _ in range(sign_in_record.MOST_WRONG_CODES):
        SignIn.objects.create(kind=SignIn.Kind.FAILED, method=SignIn.Method.CODE, network="127.0.0.1")


def test_known_network_is_not_locked_out_by_others(client):
    user = UserFactory(email=ADDRESS)
    SignIn.objects.create(user=user, kind=SignIn.Kind.SIGNED_IN, network="127.0.0.1")
    guess_from_here()
    sign_in(client)
    assert "_auth_user_id" in client.session


def test_code_survives_the_limit_of_a_network(client):
    UserFactory(email=ADDRESS)
    guess_from_here()
    sign_in(client)
    assert "_auth_user_id" not in client.session
    SignIn.objects.failed_codes().delete()
    client.post(CODE, {"code": sent_code()})
    assert "_auth_user_id" in client.session


def test_check_warns_if_no_proxy_is_trusted(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert [one.id for one in networks_are_told_apart(None)] == ["space.W002"]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert networks_are_told_apart(None) == []


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite in memory is one connection")
def test_simultaneous_attempts_all_count(client):
    UserFactory(email=ADDRESS)
    ask(client)
    cookie, together = client.cookies["sessionid"].value, Barrier(12)

    def guess(_number):
        mine = Client()
        mine.cookies["sessionid"] = cookie
        together.wait()
        try:
            return mine.post(CODE, {"code": "000000"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(guess, range(12)))
    assert CodeTries.objects.get().tries == 5
    assert SignIn.objects.failed_codes().count() == 5


def test_administrators_are_alerted_once_a_day_of_guessing(client, monkeypatch):
    monkeypatch.setattr(sign_in_record, "ALARMING_CODES", 2)
    SuperuserFactory(email="admin@orvenay.example")
    UserFactory(email=ADDRESS)
    ask(client)
    for _ in range(3):
        client.post(CODE, {"code": wrong(sent_code())})
    [letter] = Delivery.objects.filter(recipient="admin@orvenay.example")
    assert reverse("sign_ins") in letter.payload["text"]


@pytest.mark.parametrize(
    ("agent", "named"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/141.0 Mobile Safari/537", "Chrome, Android"),
        ("curl/8", ""),
    ],
    ids=["firefox", "safari", "chrome", "none"],
)
def test_device_has_a_readable_name(agent, named):
    assert device(agent) == named
