import sys
from importlib import import_module, reload

import pytest
from django.urls import clear_url_caches, reverse

from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import MailboxEntry
from tests.factories.deliveries import DeliveryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    """Load the URLs of the demo, with the mailbox."""
    settings.DEMO = True
    urls = reload(import_module("mysite.urls"))
    clear_url_caches()
    yield
    settings.DEMO = False
    reload(sys.modules[urls.__name__])
    clear_url_caches()


def letter(**fields) -> MailboxEntry:
    html = "<!doctype html><html><head></head><body><script>1</script><p>Hello</p></body></html>"
    text = "See https://orvenay.example/dossier/1/ today"
    fields = {"channel": "email", "recipient": "anna@example.org", "subject": "Hello", "text": text} | fields
    return MailboxEntry.objects.create(html=html, **fields)


def test_demo_mailbox_lists_sent_messages_with_a_notice(demo, client):
    letter()
    MailboxEntry.objects.create(channel="sms", recipient="+41791234567", text="Your room is booked")
    shown = client.get("/demo/boite/")
    assert [str(entry) for entry in shown.context["entries"]] == ["Your room is booked", "Hello"]
    assert "<h1>" in shown.text


def test_demo_mailbox_finds_a_recipient_and_takes_any_input(demo, client):
    letter(subject="To Anna")
    letter(subject="To Ben", recipient="ben@example.org")
    shown = client.get("/demo/boite/", {"a": "ANNA", "p": "x"})
    assert [entry.subject for entry in shown.context["entries"]] == ["To Anna"]
    assert client.get("/demo/boite/", {"a": "\0", "p": "-9"}).status_code == 200


def test_demo_message_shows_its_html_in_a_frame_without_scripts(demo, client):
    entry = letter()
    shown = client.get(reverse("deliveries:letter", args=[entry.pk]))
    assert '<a href="https://orvenay.example/dossier/1/"' in shown.text
    assert "<p>Hello</p>" not in shown.text
    framed = client.get(reverse("deliveries:letter_html", args=[entry.pk]))
    policy = framed["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy


def test_unknown_demo_message_is_not_found(demo, client):
    assert client.get("/demo/boite/999999/").status_code == 404
    assert client.get(f"/demo/boite/{10**30}/").status_code == 404


def test_demo_mailbox_does_not_exist_outside_the_demo(client):
    letter()
    assert client.get("/demo/boite/").status_code == 404


def test_demo_mailbox_views_check_the_setting_themselves(demo, client, settings):
    letter()
    settings.DEMO = False
    assert client.get("/demo/boite/").status_code == 404


def test_demo_mailbox_stores_emails_that_django_sends(settings):
    settings.MAILERS = {"default": {"BACKEND": "eservices.deliveries.demo_mailbox.DemoMailboxEmailBackend"}}
    attempt_delivery(DeliveryFactory(recipient="anna@example.org").pk)
    kept = MailboxEntry.objects.get()
    assert (kept.recipient, kept.subject) == ("anna@example.org", "Your request has arrived")
    assert "We read it" in kept.html
