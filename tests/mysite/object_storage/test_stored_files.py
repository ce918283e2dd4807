"""The site with its files in buckets: pictures, documents, files of residents."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image as Picture
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from eservices.submissions import file_responses
from mysite.demo import state
from tests.factories.cases import CaseFactory, stored

pytestmark = pytest.mark.usefixtures("s3_files")


def png(width: int = 800) -> bytes:
    drawn = BytesIO()
    Picture.new("RGB", (width, 400), "navy").save(drawn, "PNG")
    return drawn.getvalue()


@pytest.mark.django_db
def test_rendition_of_a_picture_is_cut_into_the_bucket():
    image = get_image_model().objects.create(title="Lake", file=ContentFile(png(), "lake.png"))
    rendition = image.get_rendition("width-200")
    assert rendition.width == 200
    assert rendition.url.startswith("/media/images/")
    assert default_storage.exists(rendition.file.name)
    assert not image.is_stored_locally()


@pytest.mark.django_db
def test_document_is_served_from_the_bucket(client, home):
    document = get_document_model().objects.create(title="Plan", file=ContentFile(b"%PDF-1.7", "plan.pdf"))
    response = client.get(reverse("wagtaildocs_serve", args=[document.pk, document.filename]))
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == b"%PDF-1.7"


@pytest.mark.django_db
def test_file_of_a_resident_is_opened_through_the_site_only(client):
    one = stored(CaseFactory())
    response = file_responses.attachment_response(one)
    assert b"".join(response.streaming_content) == b"%PDF-1.7\n"
    assert response["Content-Length"] == "9"
    assert client.get(one.content.url, follow=True).status_code == 404


def test_upload_is_still_open_after_it_was_stored():
    """S3's library closes what it sends, and the upload is examined further."""
    upload = SimpleUploadedFile("letter.txt", b"Bonjour")
    storages["private"].save("files/letter.txt", upload.file)
    upload.file.seek(0)
    assert upload.file.read() == b"Bonjour"


def test_reset_of_the_demo_empties_the_buckets(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    for storage in (default_storage, storages["private"]):
        storage.save("images/lake.png", ContentFile(b"x"))
    state.delete_files()
    assert not any(storage.exists("images/lake.png") for storage in (default_storage, storages["private"]))
