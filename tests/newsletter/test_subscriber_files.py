"""Import and export of subscribers, with the proof of each consent."""

import csv
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError

from eservices.deliveries.models import Delivery
from newsletter.models import ConsentEvent, Subscriber
from newsletter.states import SubscriberState
from newsletter.subscriber_files import importer
from tests.factories.accounts import AgentFactory, EditorFactory
from tests.factories.newsletter import SubscriberFactory, TopicFactory

pytestmark = pytest.mark.django_db
IMPORT, EXPORT = "/admin/subscribers/import/", "/admin/subscribers/export/"
PROOF = "Formulaires papier de la fête 2025, classeur 3"


@pytest.fixture(autouse=True)
def site(home):
    return home


@pytest.fixture
def editor(client):
    client.force_login(user := EditorFactory())
    return user


def show(client, text, proof=PROOF, name="abonnes.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content), "proof": proof})


def run_import(client, text, proof=PROOF):
    shown = show(client, text, proof).context["shown"]
    return client.post(IMPORT, {"shown": shown, "proof": proof})


def test_import_with_consent_subscribes_others_are_asked(client, editor):
    topic = TopicFactory(name="Chantiers")
    TopicFactory(name="Votations")
    text = (
        "E-mail;Langue;Thèmes;Consentement;Preuve\n"
        "Elodie@Courriel.example;de;chantiers;3.5.2025;bulletin 12\n"
        "jean@courriel.example;;;;\n"
    )
    shown = show(client, text)
    assert not Subscriber.objects.exists()
    assert (len(shown.context["plan"].taken_over), len(shown.context["plan"].asked)) == (1, 1)
    told = client.get(run_import(client, text).url).text
    assert "1 personne abonnée reprise. 1 personne invitée par lettre à confirmer." in told
    elodie, jean = Subscriber.objects.order_by("email")
    assert (elodie.email, elodie.state, elodie.language) == (
        "elodie@courriel.example",
        SubscriberState.CONFIRMED,
        "de",
    )
    assert elodie.confirmed_at.date() == date(2025, 5, 3)
    assert elodie.topic_keys == {topic.translation_key}
    consent = elodie.consents.get()
    assert (consent.kind, consent.page, consent.actor) == (ConsentEvent.Kind.IMPORTED, "bulletin 12", editor)
    assert (jean.state, len(jean.topic_keys)) == (SubscriberState.PENDING, 2)
    letter = Delivery.objects.get()
    assert letter.recipient == jean.email
    for words in (letter.payload["text"], letter.payload["html"]):
        assert "dans une liste de personnes abonnées que tient la commune" in words
        assert "saisie sur notre site" not in words
        assert "vous ?" not in words


def test_second_import_changes_nothing(client, editor):
    known, left = SubscriberFactory(language="de"), SubscriberFactory(gone=True)
    bounced = SubscriberFactory(state=SubscriberState.BOUNCED)
    addresses = [known.email, left.email, bounced.email, "neuf@courriel.example", "NEUF@courriel.example"]
    text = "email,consent\n" + "".join(f"{one},2025-05-03\n" for one in addresses)
    run_import(client, text)
    again = show(client, text).context["plan"]
    run_import(client, text)
    assert (again.taken_over, again.asked, again.known, again.left) == ([], [], 2, 2)
    states = dict(Subscriber.objects.values_list("email", "state"))
    assert states == {
        known.email: SubscriberState.CONFIRMED,
        left.email: SubscriberState.UNSUBSCRIBED,
        bounced.email: SubscriberState.BOUNCED,
        "neuf@courriel.example": SubscriberState.CONFIRMED,
    }
    known.refresh_from_db()
    assert known.language == "de"
    assert ConsentEvent.objects.count() == 1


def test_simultaneous_imports_ask_each_person_once(client, editor, monkeypatch):
    text = "email\nneuf@courriel.example\n"
    before = importer.plan_import(importer.read_subscriber_file("", text.encode()))
    run_import(client, text)
    monkeypatch.setattr(
        importer, "plan_import", lambda lines: before
    )  # the second request planned before the first one ended
    run_import(client, text)
    assert Delivery.objects.count() == 1
    assert ConsentEvent.objects.count() == 1


def test_simultaneous_imports_subscribe_each_person_once(client, editor, monkeypatch):
    TopicFactory()
    make, presses = Subscriber.objects.bulk_create, []

    def raced(rows):
        presses.append(rows)
        if len(presses) == 1:
            raise IntegrityError("the other press made the row")
        return make(rows)

    monkeypatch.setattr(Subscriber.objects, "bulk_create", raced)
    run_import(client, "email;consent\nneuf@courriel.example;2025-05-03\n")
    assert len(presses) == 2
    neuf = Subscriber.objects.get()
    assert (neuf.state, len(neuf.topic_keys), neuf.consents.count()) == (SubscriberState.CONFIRMED, 1, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "vide"),
        ("nom\nElodie\n", "email"),
        ("email\nelodie\n", "Ligne 2"),
        ('email\n"a\nBcc: x"@b.example\n', "Ligne 2"),
        ("email;language\na@b.example;xx\n", "Ligne 2"),
        ("email;topics\na@b.example;Rien\n", "Ligne 2"),
        ("email;consent\na@b.example;hier\n", "Ligne 2"),
        ("email;consent\na@b.example;2099-01-01\n", "Ligne 2"),
        (b"PK\x03\x04\x00", "CSV"),
        ("email\n" + "a@b.example\n" * 5001, "5000"),
    ],
)
def test_wrong_line_refuses_the_file_and_is_named(client, editor, text, said):
    answer = show(client, text)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Subscriber.objects.exists()


def test_import_without_proof_or_file_is_refused(client, editor):
    assert show(client, "email\na@b.example\n", proof="").status_code == 422
    assert client.post(IMPORT, {"proof": PROOF}).status_code == 422
    assert not Subscriber.objects.exists()


def test_export_has_consents_and_can_be_imported(client, editor):
    topic = TopicFactory(name="Chantiers")
    reader = SubscriberFactory(topics=[topic])
    ConsentEvent.objects.create(subscriber=reader, kind="confirmed", wording="2026-1")
    SubscriberFactory(gone=True, email="=cmd@courriel.example")
    content = b"".join(client.get(EXPORT).streaming_content).decode("utf-8-sig")
    first, second = csv.DictReader(content.splitlines(), delimiter=";")
    assert (first["email"], first["topics"], first["state"]) == (reader.email, "Chantiers", "confirmed")
    assert "confirmed" in first["proof"]
    assert "2026-1" in first["proof"]
    assert second["email"].startswith("'=")
    Subscriber.objects.filter(pk=reader.pk).delete()
    run_import(client, content.splitlines()[0] + "\n" + content.splitlines()[1])
    assert Subscriber.objects.get(email=reader.email).topic_keys == {topic.translation_key}


def test_import_of_unsubscribed_addresses_subscribes_nobody(client, editor):
    (
        SubscriberFactory(gone=True),
        SubscriberFactory(state=SubscriberState.BOUNCED),
        SubscriberFactory(state=SubscriberState.PENDING),
    )
    staying = SubscriberFactory(email="+elodie@courriel.example")
    content = b"".join(client.get(EXPORT).streaming_content)
    Subscriber.objects.all().delete()
    plan = show(client, content).context["plan"]
    assert ([one.email for one in plan.taken_over], len(plan.asked), plan.left) == ([staying.email], 1, 2)
    run_import(client, content)
    states = dict(Subscriber.objects.values_list("email", "state"))
    assert states.pop(staying.email) == SubscriberState.CONFIRMED
    assert list(states.values()) == [SubscriberState.PENDING]


def test_topic_with_commas_in_its_name_is_one_topic(client, editor):
    sport, culture = TopicFactory(name="Culture, sport et loisirs"), TopicFactory(name="Culture")
    text = "email;topics;consent\n"
    text += "a@b.example;culture, Culture, sport et loisirs;2025-05-03\nb@b.example;;2025-05-03\n"
    text += "c@b.example;culture,sport et loisirs;2025-05-03\n"
    run_import(client, text)
    chosen = {one.email[0]: one.topic_keys for one in Subscriber.objects.all()}
    both = {sport.translation_key, culture.translation_key}
    assert chosen == {"a": both, "b": both, "c": {sport.translation_key}}


def test_large_import_is_carried_out_as_previewed(client, editor):
    for number in range(8):
        TopicFactory(name=f"Un thème qui porte un nom plutôt long, comme souvent {number}")
    lines = "".join(f"lecteur{number}@courriel.example,2025-05-03\n" for number in range(2200))
    assert len(show(client, f"email,consent\n{lines}").context["shown"]) < 300_000


def test_only_editors_of_subscribers_import_and_export(client):
    client.force_login(AgentFactory())
    assert client.get(IMPORT).status_code == 404
    assert client.get(EXPORT).status_code == 404
    client.force_login(EditorFactory())
    assert client.get(IMPORT).status_code == 200
