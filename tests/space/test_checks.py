"""System check of the identity provider."""

import json

import pytest

from eservices.space.checks import check_identity_provider
from tests.support.local_servers import Handler, Server, serving


class Provider(Handler):
    issuer = ""

    def do_GET(self):
        self.say(200, json.dumps({"issuer": self.issuer}).encode())


@pytest.mark.parametrize(("path", "said"), [("", []), ("/other", ["space.W004"])], ids=["same", "another"])
def test_identity_provider_must_be_the_issuer(settings, path, said):
    with serving(Server(Provider)) as server:
        settings.OIDC_ISSUER, Provider.issuer = server.url, server.url + path
        assert [one.id for one in check_identity_provider(None)] == said


@pytest.mark.parametrize(("issuer", "said"), [("", []), ("http://127.0.0.1:9", ["space.W003"])])
def test_identity_provider_that_does_not_answer_is_named(settings, issuer, said):
    settings.OIDC_ISSUER = issuer
    assert [one.id for one in check_identity_provider(None)] == said
