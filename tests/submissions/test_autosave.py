"""Autosave: one draft per page, and late requests that overwrite nothing newer."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from eservices.submissions import draft_token, rate_limits
from eservices.submissions.models import Draft, StoredFile, Submission
from tests.factories.accounts import UserFactory
from tests.factories.bookings import resource
from tests.factories.submissions import ANSWERS, DraftFactory, FormVersionFactory, certificate, pdf
from tests.submissions.conftest import Person, start_url

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def hidden(page, name: str) -> str:
    return re.search(f'name="{name}" value="([^"]*)"', page.text).group(1)


def begun(client, version) -> dict:
    """Return the hidden fields that a first page posts back each time."""
    page = client.get(start_url(version))
    return {name: hidden(page, name) for name in ("_begun", "_seen", "_version")}


# -- One page, one draft -------------------------------------------------------------------------------------
def test_first_page_begins_one_draft_whatever_it_posts(client, version):
    page = begun(client, version)

    answer = client.post(start_url(version), page | {"pour": "moi"}, headers=JSON).json()
    client.post(start_url(version), page | {"pour": "autre"}, headers=JSON)
    response = client.post(start_url(version), page | {"_shown": "pour", "pour": "moi"})

    draft = Draft.objects.get()
    assert answer["url"] == reverse("submissions:step", args=[draft.secret, "qui"])
    assert response.url == reverse("submissions:step", args=[draft.secret, "identite"])
    assert (draft.answers["pour"], draft.typed) == ("moi", {})


def test_button_within_a_question_posts_to_the_draft_of_a_file(client):
    content, room = certificate(), resource()
    content["steps"] = [
        {
            "key": "tout",
            "fields": [
                {"key": "piece", "type": "files"},
                {"key": "enfants", "type": "group", "fields": [{"key": "age", "type": "integer"}]},
                {"key": "salle", "type": "booking", "settings": {"resources": [room.key]}},
            ],
        }
    ]
    start = start_url(FormVersionFactory(content=content))

    page = client.post(
        start, {"_begun": hidden(client.get(start), "_begun"), "piece": pdf(), "add_row": "enfants"}
    )

    there = reverse("submissions:step", args=[Draft.objects.get().secret, "tout"])
    pressed = dict(re.findall(r'name="([a-z_-]+)" value="[^"]*" formaction="([^"]*)#', page.text))
    assert pressed == dict.fromkeys(["remove_row", "add_row", "salle-go"], there)


def test_two_first_pages_begin_two_drafts(client, version):
    for _ in range(2):
        client.post(start_url(version), begun(client, version) | {"_shown": "pour", "pour": "moi"})

    assert Draft.objects.count() == 2


def test_first_page_of_a_sent_draft_begins_a_new_one(client, version, team):
    page = begun(client, version)
    person = Person(client, version)
    person.begin(**page)
    for step in ("identite", "contact", "document"):
        person.fill(step)
    person.send()

    response = client.post(start_url(version), page | {"_shown": "pour", "pour": "moi"})

    assert response.status_code == 302
    assert Draft.objects.count() == 2
    assert person.draft.secret not in response.url


@pytest.mark.parametrize("forged", ["", "x", "attestation.AAAAAAAAAAAAAAAAAAAAAA.1", "a.b.c:d"])
def test_draft_secret_cannot_be_chosen_by_the_visitor(client, version, forged):
    client.post(start_url(version), {"_begun": forged, "_shown": "pour", "pour": "moi"})

    assert "AAAA" not in Draft.objects.get().secret


def test_first_page_of_another_form_or_day_begins_its_own_draft(client, version, time_machine):
    page = begun(client, version)
    secret = draft_token.read_token(page["_begun"], version.form.slug).secret
    assert draft_token.read_token(page["_begun"], "autre") is None

    time_machine.move_to(timezone.now() + timedelta(hours=13))
    client.post(start_url(version), page | {"_shown": "pour", "pour": "moi"})

    assert Draft.objects.get().secret != secret


# -- Typed answers -------------------------------------------------------------------------------------------
def test_autosave_stores_answers_without_validation(person):
    person.begin()

    answer = person.client.post(person.url("identite"), {"nom": "Ro", "naissance-day": "99"}, headers=JSON)

    assert answer.status_code == 200
    person.draft.refresh_from_db()
    assert person.draft.typed["identite"] == {"nom": ["Ro"], "naissance-day": ["99"]}
    assert answer.json()["saved"]


def test_autosave_answers_with_what_was_perhaps_mistyped(person):
    person.fill_all()

    typed = {"courriel": "lea.rochat@bluewin.cg", "tel": "079"}
    wrong = person.client.post(person.url("contact"), typed, headers=JSON).json()["typos"]
    right = person.client.post(person.url("contact"), {"courriel": "lea@bluewin.ch"}, headers=JSON).json()[
        "typos"
    ]

    assert "lea.rochat@bluewin.ch" in wrong["id_courriel"]
    assert wrong["id_tel"] == right["id_courriel"] == ""


def test_autosave_of_one_page_repeats_after_a_lost_response(person):
    person.begin()
    seen = hidden(person.open("identite"), "_seen")

    for name in ("R", "Ro", "Roc"):
        typed = {"nom": name, "_seen": seen}
        assert person.client.post(person.url("identite"), typed, headers=JSON).status_code == 200

    person.draft.refresh_from_db()
    assert person.draft.typed["identite"]["nom"] == ["Roc"]


def test_autosave_of_a_second_tab_does_not_overwrite_the_first(person):
    person.begin()
    one, other = (hidden(person.open("identite"), "_seen") for _tab in range(2))
    person.client.post(person.url("identite"), {"nom": "Un long texte", "_seen": one}, headers=JSON)

    answer = person.client.post(person.url("identite"), {"nom": "", "_seen": other}, headers=JSON)

    assert answer.status_code == 409
    person.draft.refresh_from_db()
    assert person.draft.typed["identite"]["nom"] == ["Un long texte"]


def test_page_reloaded_during_autosave_reports_no_conflict(person):
    person.begin()
    left, anew = (hidden(person.open("identite"), "_seen") for _made_before_it_was_saved in range(2))
    person.client.post(person.url("identite"), {"nom": "Ro", "_seen": left}, headers=JSON)

    for name in ("Ro", "Roc"):
        typed = {"nom": name, "_seen": anew}
        assert person.client.post(person.url("identite"), typed, headers=JSON).status_code == 200


def test_late_autosave_does_not_overwrite_a_saved_step(person):
    person.begin()
    seen = hidden(person.open("identite"), "_seen")
    person.fill("identite")

    answer = person.client.post(person.url("identite"), {"nom": "Ro", "_seen": seen}, headers=JSON)

    assert answer.status_code == 409
    assert person.answers["nom"] == "Marchetti"
    assert "identite" in person.draft.completed


def test_other_device_is_overwritten_only_on_a_second_press(person):
    person.begin()
    first = hidden(person.open("identite"), "_seen")
    person.client.post(person.url("identite"), {"nom": "Telephone", "_seen": first}, headers=JSON)
    second = hidden(person.open("identite"), "_seen")
    person.client.post(person.url("identite"), {"nom": "Ordinateur", "_seen": second}, headers=JSON)

    late = person.client.post(person.url("identite"), {"nom": "Telephone!", "_seen": first}, headers=JSON)

    assert late.status_code == 409
    person.draft.refresh_from_db()
    assert person.draft.typed["identite"]["nom"] == ["Ordinateur"]
    asked = person.fill("identite", _seen=first)
    assert asked.status_code == 409
    assert "Ordinateur" in asked.content.decode()
    assert person.fill("identite", _seen=hidden(asked, "_seen")).status_code == 302


def test_page_opened_before_its_own_save_is_saved_again(person):
    person.begin()
    page = hidden(person.open("identite"), "_seen")
    person.fill("identite", _seen=page)

    assert person.fill("identite", nom="Autre", _seen=page).status_code == 302  # after a step back
    assert person.answers["nom"] == "Autre"


@pytest.mark.parametrize("button", [{}, {"back": "1"}, {"later": "1"}])
def test_saved_step_is_not_overwritten_by_an_older_tab(person, button):
    person.begin()
    older, newer = (hidden(person.open("identite"), "_seen") for _tab in range(2))
    person.fill("identite", nom="Récent", _seen=newer)

    assert person.fill("identite", nom="Ancien", _seen=older, **button).status_code == 409
    assert person.answers["nom"] == "Récent"


@pytest.mark.parametrize("button", [{}, {"back": "1"}])
def test_tabs_with_the_same_answers_do_not_conflict(person, button):
    person.begin()
    older, newer = (hidden(person.open("identite"), "_seen") for _tab in range(2))
    person.fill("identite", _seen=newer)

    assert person.fill("identite", _seen=older, **button).status_code == 302


def test_older_tab_with_an_error_is_asked_afterwards(person):
    person.begin()
    older, newer = (hidden(person.open("identite"), "_seen") for _tab in range(2))
    person.fill("identite", nom="Récent", _seen=newer)

    wrong = person.fill("identite", nom="", _seen=older)

    assert wrong.status_code == 200
    assert person.fill("identite", nom="Ancien", _seen=hidden(wrong, "_seen")).status_code == 409


def test_page_is_asked_about_what_another_device_typed(person):
    person.begin()
    page = hidden(person.open("identite"), "_seen")
    person.fill("identite", _seen=page)
    other = hidden(person.open("identite"), "_seen")
    person.client.post(person.url("identite"), {"nom": "Ordinateur", "_seen": other}, headers=JSON)

    assert person.fill("identite", nom="Autre", _seen=page).status_code == 409


def test_page_that_asks_is_not_saved_before_a_press(person):
    person.begin()
    older, newer = (hidden(person.open("identite"), "_seen") for _tab in range(2))
    person.fill("identite", nom="Récent", _seen=newer)

    assert "autosave.js" not in person.fill("identite", nom="Ancien", _seen=older).text
    assert "autosave.js" in person.open("identite").text


def test_forged_autosave_is_refused(person):
    person.begin()
    forger = Client(enforce_csrf_checks=True)

    assert forger.post(person.url("identite"), {"nom": "Faux"}, headers=JSON).status_code == 403
    person.draft.refresh_from_db()
    assert person.draft.typed == {}


# -- Files ---------------------------------------------------------------------------------------------------
@pytest.fixture
def at_the_file_step(person):
    person.begin(_shown="pour lien", pour="autre", lien="fille")
    person.fill("identite")
    return person


def test_uploaded_file_is_stored_and_listed_at_once(at_the_file_step, django_assert_max_num_queries):
    person = at_the_file_step
    sent = {"piece": pdf(), "files_of": "piece"}
    url = person.url("procuration")

    with django_assert_max_num_queries(9):
        answer = person.client.post(url, sent, headers=JSON)

    assert answer.status_code == 200
    assert "procuration.pdf" in answer.json()["list"]
    assert "procuration" not in person.draft.completed
    assert StoredFile.objects.get().draft == person.draft


def test_refused_file_gives_a_reason_and_the_list_stays(at_the_file_step):
    person = at_the_file_step
    person.post("procuration", piece=pdf())

    answer = person.client.post(
        person.url("procuration"), {"piece": pdf("page.pdf", b"<p>"), "files_of": "piece"}, headers=JSON
    )

    assert answer.status_code == 422
    assert "page.pdf" in answer.json()["faults"][0]
    assert "procuration.pdf" in answer.json()["list"]


def test_file_is_removed_by_autosave(at_the_file_step):
    person = at_the_file_step
    person.post("procuration", piece=pdf())
    stored = StoredFile.objects.get()

    answer = person.client.post(
        person.url("procuration"), {"remove_file": str(stored.pk), "files_of": "piece"}, headers=JSON
    )

    assert answer.json()["list"].strip() == ""
    assert person.answers["piece"] is None


def test_file_limit_is_announced_when_it_is_reached(at_the_file_step):
    person = at_the_file_step
    told = [
        person.client.post(
            person.url("procuration"),
            {"piece": pdf(f"{n}.pdf", b"%%PDF-1.7 %d" % n), "files_of": "piece"},
            headers=JSON,
        ).json()["full"]
        for n in range(2)
    ]
    removed = {"remove_file": str(StoredFile.objects.first().pk), "files_of": "piece"}

    assert told == ["", "Au plus 2 fichiers. Supprimez-en d’abord un."]
    assert person.client.post(person.url("procuration"), removed, headers=JSON).json()["full"] == ""


@pytest.mark.parametrize(
    ("step", "key"),
    [("procuration", "nom"), ("procuration", "nulle_part"), ("procuration", ""), ("identite", "nom")],
)
def test_file_for_no_file_question_is_not_stored(at_the_file_step, step, key):
    person = at_the_file_step

    answer = person.client.post(person.url(step), {key or "x": pdf(), "files_of": key}, headers=JSON)

    assert answer.status_code == 200
    assert not StoredFile.objects.exists()


# -- Ended session -------------------------------------------------------------------------------------------
@pytest.fixture
def signed_out(client, version):
    """Return an applicant who began signed in and whose session ended in the middle."""
    user = UserFactory(email="elodie@courriel.example")
    person = Person(client, version)
    person.draft = DraftFactory(version=version, steps=["qui"], user=user)
    person.user = user
    return person


def sign_in_by_code(client, email: str, url: str):
    """Sign in with an e-mail address and the code from the mailbox, and return the last response."""
    from eservices.deliveries.models import Delivery

    asked = client.post(url, {"email": email, "next": hidden(client.get(url), "next")})
    letter = Delivery.objects.filter(recipient=email).order_by("created_at").last()
    text = letter.payload["text"] if letter else mail.outbox[-1].body
    code = re.search(r"\b(\d{3} ?\d{3})\b", text).group(1)
    return client.post(asked.url, {"code": code, "next": hidden(client.get(asked.url), "next")})


def test_answers_posted_after_the_session_ended_are_restored(signed_out):
    person = signed_out

    response = person.fill("identite", nom="Rochat-Favre")
    assert response.url.startswith(reverse("account_login"))
    person.draft.refresh_from_db()
    assert person.draft.typed == {}  # the link alone gives no right to write
    landed = sign_in_by_code(person.client, person.user.email, response.url)

    assert landed.url == person.url("identite")
    page = person.open("identite")
    assert 'value="Rochat-Favre"' in page.text
    assert 'value="1986"' in page.text
    assert person.fill("identite", nom="Rochat-Favre").url == person.url("contact")
    assert 'value="Rochat-Favre"' in person.open("identite").text


def test_autosave_after_the_session_ended_is_restored(signed_out):
    person = signed_out

    answer = person.client.post(person.url("identite"), {"nom": "Roc"}, headers=JSON)
    assert answer.status_code == 401
    person.client.force_login(person.user)

    assert 'value="Roc"' in person.open("identite").text


@pytest.fixture
def file_lost(signed_out):
    """Return the signed-out applicant at a step with a file question, after two posted files were not stored."""
    person = signed_out
    person.draft = DraftFactory(
        version=person.version,
        user=person.user,
        steps=["qui", "identite"],
        answers=ANSWERS["identite"] | {"pour": "autre", "lien": "fille"},
    )
    person.sent = person.post("procuration", piece=[pdf("bail.pdf"), pdf("carte.pdf")])
    return person


def test_files_posted_after_the_session_ended_are_named(file_lost):
    person = file_lost
    assert person.sent.url.startswith(reverse("account_login"))
    assert not StoredFile.objects.exists()  # the link alone gives no right to write
    person.client.force_login(person.user)

    with translation.override("en"):
        page = person.open("procuration")

    assert "Choose again: “bail.pdf”, “carte.pdf”." in page.text
    assert 'id="id_piece-remark"' in page.text


def test_file_that_was_chosen_again_is_no_longer_named(file_lost):
    person = file_lost
    person.client.force_login(person.user)

    person.client.post(person.url("procuration"), {"piece": pdf("bail.pdf")}, headers=JSON)
    with translation.override("en"):
        assert "Choose again: “carte.pdf”." in person.open("procuration").text

    person.post("procuration", _shown="piece", piece=pdf("carte.pdf"))
    assert 'id="id_piece-remark"' not in person.open("procuration").text
    assert [one.name for one in StoredFile.objects.order_by("stored_at")] == ["bail.pdf", "carte.pdf"]


def test_file_uploaded_when_signed_out_does_not_replace_answers(signed_out):
    person = signed_out
    person.client.post(person.url("identite"), {"nom": "Roc"}, headers=JSON)
    with translation.override("en"):
        file = {"files_of": "piece", "piece": pdf("bail.pdf")}
        answer = person.client.post(person.url("identite"), file, headers=JSON)
    person.client.post(person.url("identite"), {"nom": "Rochat"}, headers=JSON)
    person.client.force_login(person.user)

    assert answer.status_code == 401
    assert "choose the file again" in answer.json()["faults"][0]
    page = person.open("identite").text
    assert 'value="Rochat"' in page
    assert "bail.pdf" in page


def test_file_lost_when_signed_out_hides_no_saved_answers(signed_out):
    person = signed_out
    person.draft.typed = {"identite": {"nom": ["Roc"]}}
    person.draft.save()
    person.client.post(person.url("identite"), {"files_of": "piece", "piece": pdf("bail.pdf")}, headers=JSON)
    person.client.force_login(person.user)

    page = person.open("identite").text
    assert 'value="Roc"' in page
    assert "bail.pdf" in page


def test_autosave_after_signing_in_replaces_answers_in_session(signed_out):
    person = signed_out
    file = {"files_of": "piece", "piece": pdf("bail.pdf")}
    person.client.post(person.url("identite"), {"nom": "Roc"}, headers=JSON)
    person.client.post(person.url("identite"), file, headers=JSON)
    person.client.force_login(person.user)

    saved = person.client.post(person.url("identite"), {"nom": "Rochat"}, headers=JSON)
    assert saved.status_code == 200

    page = person.open("identite").text
    assert 'value="Rochat"' in page
    assert "bail.pdf" in page  # must still be chosen again


def test_answers_in_session_survive_other_posts(signed_out):
    person = signed_out
    person.client.post(person.url("identite"), {"nom": "Rochat"}, headers=JSON)
    put_away = {"files_of": "piece", "remove_file": "1"}
    assert person.client.post(person.url("identite"), put_away, headers=JSON).status_code == 401
    person.client.force_login(person.user)

    assert person.fill("qui", pour="moi").status_code == 302

    assert 'value="Rochat"' in person.open("identite").text


def test_answers_in_session_are_hidden_from_other_accounts(signed_out):
    person = signed_out
    person.fill("identite", nom="Rochat-Favre")
    person.client.force_login(UserFactory())

    assert person.open("identite").status_code == 404
    own = DraftFactory(version=person.version, steps=["qui"])
    page = person.client.get(reverse("submissions:step", args=[own.secret, "identite"]))
    assert "Rochat-Favre" not in page.text


# -- Too quick, too often ------------------------------------------------------------------------------------
def test_quick_sender_is_asked_to_send_again(person, settings, time_machine):
    settings.LEAST_SECONDS_TO_FILE = 3
    time_machine.move_to(timezone.now(), tick=False)
    person.fill_all()

    hasty = person.send()
    assert hasty.status_code == 200
    assert "C’était rapide" in hasty.text
    assert "à corriger" not in hasty.text  # no answer is wrong
    assert not Submission.objects.exists()

    time_machine.shift(4)
    assert person.send().url == person.page("sent")


def test_sender_is_not_quick_because_the_clock_went_back(person, settings, time_machine):
    settings.LEAST_SECONDS_TO_FILE = 3
    time_machine.move_to(timezone.now(), tick=False)
    person.fill_all()
    time_machine.shift(-300)
    assert person.send().url == person.page("sent")


def test_time_to_fill_in_counts_from_the_first_page(client, version, team, settings, time_machine):
    settings.LEAST_SECONDS_TO_FILE = 3
    time_machine.move_to(timezone.now(), tick=False)
    page = begun(client, version)
    time_machine.shift(4)
    person = Person(client, version)
    person.begin(**page)
    for step in ("identite", "contact", "document"):
        person.fill(step)

    assert person.send().url == person.page("sent")


def limit(monkeypatch, name: str, most: int):
    monkeypatch.setattr(
        rate_limits, name, rate_limits.WaitingRateLimit(getattr(rate_limits, name).kind, most)
    )


def test_rate_limited_first_page_keeps_answers_and_names_a_time(client, version, monkeypatch):
    limit(monkeypatch, "BEGIN", 2)
    for _ in range(2):
        client.post(start_url(version), {"_shown": "pour", "pour": "moi"})

    with translation.override("en"):
        refused = client.post(
            start_url(version), {"_shown": "pour lien", "pour": "autre", "lien": "fille adoptive"}
        )

    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert "Try again at" in refused.text
    assert 'value="fille adoptive"' in refused.text
    assert Draft.objects.count() == 2


def test_rate_limit_ends_after_an_hour(client, version, monkeypatch, time_machine):
    limit(monkeypatch, "BEGIN", 1)
    client.post(start_url(version), {"_shown": "pour", "pour": "moi"})
    assert client.post(start_url(version), {"_shown": "pour", "pour": "moi"}).status_code == 429

    time_machine.move_to(timezone.now() + timedelta(hours=1, seconds=5))

    assert client.post(start_url(version), {"_shown": "pour", "pour": "moi"}).status_code == 302


@pytest.mark.parametrize(
    ("name", "typed"), [("SAVE", {"nom": "x"}), ("UPLOAD", {"piece": b""}), ("UPLOAD_CALLER", {"piece": b""})]
)
def test_rate_limited_autosave_gets_a_retry_time(at_the_file_step, monkeypatch, name, typed):
    person = at_the_file_step
    limit(monkeypatch, name, 0)
    typed = {key: pdf() if key == "piece" else value for key, value in typed.items()}

    answer = person.client.post(person.url("procuration"), typed, headers=JSON)

    assert answer.status_code == 429
    assert 0 < answer.json()["retry"] <= 3600
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("name", ["SEND", "SEND_EMAIL"])
def test_rate_limited_sender_keeps_the_draft(person, monkeypatch, name):
    limit(monkeypatch, name, 0)
    person.fill_all()

    refused = person.send()

    assert refused.status_code == 429
    assert "Marchetti" in refused.text
    assert not Submission.objects.exists()


def test_agents_are_not_rate_limited(client, version, team, monkeypatch, settings):
    from tests.submissions.test_form_session import allow

    settings.LEAST_SECONDS_TO_FILE = 3
    for name in ("BEGIN", "SAVE", "SAVE_CALLER", "SEND", "SEND_EMAIL"):
        limit(monkeypatch, name, 0)
    agent = UserFactory(is_staff=True)
    allow(agent)
    client.force_login(agent)

    client.post(start_url(version) + "?canal=counter", {"_shown": "pour", "pour": "moi"})
    person = Person(client, version)
    person.draft = Draft.objects.get()
    for step in ("identite", "contact", "document"):
        person.fill(step)

    assert person.send().url == person.page("sent")
