"""Fixtures of submissions: a published form, and an applicant who fills it in without JavaScript."""

import pytest
from django.urls import reverse

from eservices.submissions.models import Draft
from tests.factories.submissions import TYPED, FormVersionFactory


@pytest.fixture
def version(db):
    return FormVersionFactory()


@pytest.fixture
def team(db):
    """Return the team that gets the submissions."""
    from eservices.cases.models import Team

    return Team.objects.get_or_create(key="habitants", defaults={"name": "Contrôle des habitants"})[0]


class Person:
    """An applicant whose browser runs no JavaScript."""

    def __init__(self, client, version):
        self.client, self.version, self.draft = client, version, None

    def begin(self, **typed):
        """Post the first step."""
        response = self.client.post(start_url(self.version), {"_shown": "pour", **TYPED["qui"], **typed})
        self.draft = Draft.objects.order_by("created_at").last()
        return response

    def open(self, step):
        return self.client.get(self.url(step))

    def fill(self, step, **typed):
        """Post a step with the usual answers, overridden by ``typed``."""
        return self.client.post(self.url(step), TYPED[step] | typed)

    def post(self, step, **typed):
        """Post a step with exactly these answers."""
        return self.client.post(self.url(step), typed)

    def fill_all(self):
        self.begin()
        for step in ("identite", "contact", "document"):
            self.fill(step)
        return self

    def send(self, **typed):
        return self.client.post(self.page("send"), {"declared": "1"} | typed)

    def url(self, step):
        return reverse("submissions:step", args=[self.draft.secret, step])

    def page(self, name):
        return reverse(f"submissions:{name}", args=[self.draft.secret])

    @property
    def answers(self):
        self.draft.refresh_from_db()
        return self.draft.answers


def start_url(version) -> str:
    return reverse("submissions:start", args=[version.form.slug])


@pytest.fixture
def person(client, version, team):
    return Person(client, version)
