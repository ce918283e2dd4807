"""Log lines of failed pages, without the secrets of their addresses."""

import logging.config
import re

import pytest
from django.urls import reverse

from home.web.secret_links import new_secret
from mysite.log_filters import mask_secrets
from mysite.settings import base
from tests.factories import home as make


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["space:status", "submissions:resume", "payments:pay", "documents:verdict"])
def test_log_of_private_link_hides_its_secret(name, client, capsys):
    make.make_site()
    logging.config.dictConfig(base.LOGGING)
    try:
        secret = "K7QF-2M9X-47TD" if name == "documents:verdict" else new_secret()
        path = reverse(name, args=[secret])
        logging.getLogger("django.request").warning("Not Found: %s", path)
        client.get(path + "x")
    finally:
        logging.config.dictConfig(
            {"version": 1, "root": {"level": "ERROR"}, "disable_existing_loggers": False}
        )
    said = capsys.readouterr().err
    assert "Not Found: " + re.sub(re.escape(secret), "…", path) in said
    assert secret not in said


@pytest.mark.parametrize(
    "text",
    [
        "Not Found: /vivre-a-orvenay/attestation-de-domicile-et-autres-papiers/",
        "Forbidden: /admin/cases/ORV-26-00412/",
        "/api/0b7d4d0e-7a1c-4a7e-9a54-0c1d2e3f4a5b/",
    ],
    ids=["page", "case", "identifier"],
)
def test_log_leaves_harmless_texts_unchanged(text):
    assert mask_secrets(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Not Found: /canaux/sms/vingt-lettres-minuscules/", "Not Found: /canaux/sms/…/"),
        ("Not Found: /infolettre/mailchimp/abcdefghij0123456789/", "Not Found: /infolettre/mailchimp/…/"),
        ("Not Found: /v/k7qf-2m9x-47td/", "Not Found: /v/…/"),
        ("Not Found: /remis/abc/document.pdf", "Not Found: /remis/…/document.pdf"),
        ("Not Found: /infolettre/sms/code/abc-def/", "Not Found: /infolettre/sms/code/…/"),
        ('"GET /recherche/?q=marchetti&x=1 HTTP/1.1" 404', '"GET /recherche/?… HTTP/1.1" 404'),
    ],
    ids=["sms", "mailchimp", "code", "shared", "sms-code", "query"],
)
def test_log_masks_secrets_of_known_addresses(text, masked):
    assert mask_secrets(text) == masked
