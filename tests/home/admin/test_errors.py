"""Errors in the admin that are explained to the user."""

import pytest
from django.urls import reverse
from django.utils.datastructures import MultiValueDictKeyError
from wagtail.models import Page

from home.admin.errors import explain_truncated_form
from tests.factories import home as make
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_truncated_form_is_requested_again(client):
    home = make.make_site()
    client.force_login(UserFactory(is_superuser=True))
    address = reverse("wagtailadmin_pages:add", args=["home", "contentpage", home.pk])
    answer = client.post(address, {"title": "Port", "slug": "port"}, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    assert "Une partie seulement du formulaire est arrivée" in answer.content.decode()
    assert not Page.objects.filter(slug="port").exists()


@pytest.mark.parametrize(
    ("method", "fault"), [("POST", KeyError("title")), ("GET", MultiValueDictKeyError("title"))], ids=str
)
def test_key_error_outside_of_truncated_form_is_not_explained(rf, method, fault):
    assert explain_truncated_form(rf.generic(method, "/admin/"), fault) is None
