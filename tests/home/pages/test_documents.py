"""Downloads on pages: accepted file types, and how they are served."""

import re

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.documents import get_document_model

from mysite.urls import PUBLIC_FILES
from tests.factories.accounts import SuperuserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "taken"), [("reglement.pdf", True), ("page.html", False), ("plan.svg", False)]
)
def test_file_that_browsers_execute_is_refused_as_download(client, name, taken):
    client.force_login(SuperuserFactory())
    file = ContentFile(b"<script>alert(1)</script>", name=name)
    client.post(reverse("wagtaildocs:add"), {"title": "Plan", "file": file, "collection": 1})
    assert get_document_model().objects.exists() is taken


@pytest.mark.parametrize(
    ("path", "served"),
    [
        ("images/port.webp", True),
        ("documents/reglement.pdf", False),
        ("./documents/reglement.pdf", False),
        ("/documents/reglement.pdf", False),
        ("images/../documents/reglement.pdf", False),
        ("original_images/port.jpg", False),
        ("./original_images/port.jpg", False),
        ("wagtail_uploads/port.jpg", False),
    ],
)
def test_public_files_exclude_downloads_and_originals(path, served):
    assert bool(re.match(PUBLIC_FILES, f"media/{path}")) is served
