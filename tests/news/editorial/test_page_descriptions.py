"""Descriptions of page types for editors who add a page."""

import pytest
from django.urls import reverse
from wagtail.models import get_page_models

from home.models import HomePage, SectionPage
from tests.factories.accounts import SuperuserFactory
from tests.factories.home import make_site

pytestmark = pytest.mark.django_db

CHOOSING = [model for model in get_page_models() if len(model.creatable_subpage_models()) > 1]
CHOSEN = {
    kind
    for model in CHOOSING
    if model.__module__.startswith(("home", "news", "eservices"))
    for kind in model.creatable_subpage_models()
}


@pytest.mark.parametrize("kind", sorted(CHOSEN - {HomePage}, key=str), ids=lambda kind: kind.__name__)
def test_page_type_offered_among_others_has_description(kind):
    assert kind.get_page_description()


def test_page_types_are_cards_that_keep_next_address(client):
    home = make_site()
    client.force_login(SuperuserFactory())
    back = reverse("wagtailadmin_explore", args=[home.pk])
    shown = client.get(reverse("wagtailadmin_pages:add_subpage", args=[home.pk]), {"next": back})
    assert str(SectionPage.page_description) in shown.content.decode()
    assert f"/home/sectionpage/{home.pk}/?next={back}" in shown.content.decode()
