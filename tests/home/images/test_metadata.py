"""Metadata of editors' images: nothing written by a camera is stored or published, whatever the way of upload."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from PIL import Image as Drawn
from wagtail.images import get_image_model
from wagtail.users.models import UserProfile

from home.images.metadata import has_metadata
from tests.factories.accounts import SuperuserFactory, UserFactory, account_fields
from tests.factories.files import WRITTEN, taken

pytestmark = pytest.mark.django_db
Image = get_image_model()


def upload(name: str, format_name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, taken(format_name))


def stored(image) -> bytes:
    with default_storage.open(image.file.name) as file:
        return file.read()


def assert_clean(content: bytes) -> None:
    assert WRITTEN.encode() not in content
    assert not Drawn.open(io.BytesIO(content)).getexif()


@pytest.fixture
def editor(client):
    client.force_login(SuperuserFactory())
    return client


@pytest.mark.parametrize(
    ("name", "format_name"),
    [("a.jpg", "JPEG"), ("a.png", "PNG"), ("a.webp", "WEBP"), ("a.avif", "AVIF")],
    ids=["jpeg", "png", "webp", "avif"],
)
def test_uploaded_image_is_stored_upright_without_metadata(editor, name, format_name):
    assert WRITTEN.encode() in taken(format_name)

    editor.post(
        reverse("wagtailimages:add"), {"title": "Lac", "file": upload(name, format_name), "collection": 1}
    )

    image = Image.objects.get()
    content = stored(image)
    assert_clean(content)
    assert (image.width, image.height) == (30, 60)
    assert image.file_size == len(content)
    assert Drawn.open(io.BytesIO(content)).info["icc_profile"]
    with image.get_rendition("width-20|format-jpeg").file.open() as rendition:
        assert_clean(rendition.read())


def test_uploaded_heic_is_stored_as_jpeg(editor):
    editor.post(
        reverse("wagtailimages:add"), {"title": "Lac", "file": upload("IMG_1.heic", "HEIF"), "collection": 1}
    )

    image = Image.objects.get()
    assert image.file.name.endswith(".jpg")
    assert Drawn.open(io.BytesIO(stored(image))).format == "JPEG"
    assert_clean(stored(image))


@pytest.mark.parametrize(
    ("view", "name"),
    [
        ("wagtailimages:add_multiple", "files[]"),
        ("wagtailimages_chooser:create", "image-chooser-upload-file"),
    ],
    ids=["several", "chooser"],
)
def test_every_upload_form_strips_metadata(editor, view, name):
    data = {name: upload("a.jpg", "JPEG"), "title": "Lac", "collection": 1}
    data |= {"image-chooser-upload-title": "Lac", "image-chooser-upload-collection": 1}
    editor.post(reverse(view), data, headers={"X-Requested-With": "XMLHttpRequest"})

    assert_clean(stored(Image.objects.get()))


def test_replaced_file_is_stripped(editor):
    image = Image.objects.create(title="Lac", file=ContentFile(taken("JPEG"), name="a.jpg"))
    url = reverse("wagtailimages:edit", args=[image.pk])
    editor.post(url, {"title": "Lac", "file": upload("b.png", "PNG"), "collection": 1})

    image.refresh_from_db()
    assert image.file.name.endswith(".png")
    assert_clean(stored(image))


def test_image_stored_by_code_is_stripped():
    image = Image.objects.create(title="Lac", file=ContentFile(taken("JPEG"), name="a.jpg"))

    assert_clean(stored(image))
    assert (image.width, image.height) == (30, 60)


def test_unreadable_image_is_refused_with_field_error(editor):
    broken = SimpleUploadedFile(
        "a.jpg", taken("JPEG")[:-40]
    )  # within its tables; Wagtail's own field fails with 500
    response = editor.post(reverse("wagtailimages:add"), {"title": "Lac", "file": broken, "collection": 1})

    assert response.context["form"].errors["file"]
    assert not Image.objects.exists()


def test_command_strips_images_already_stored(capsys, django_capture_on_commit_callbacks):
    image = Image.objects.create(title="Lac", file=ContentFile(taken("JPEG"), name="a.jpg"))
    old = default_storage.save("original_images/old.jpg", ContentFile(taken("JPEG")))
    Image.objects.filter(pk=image.pk).update(file=old, width=60, height=30)
    image = Image.objects.get()
    image.get_rendition("width-20|format-jpeg")

    with django_capture_on_commit_callbacks(execute=True):
        call_command("strip_image_metadata")

    image.refresh_from_db()
    assert_clean(stored(image))
    assert (image.width, image.height) == (30, 60)
    assert not default_storage.exists(old)
    assert not image.renditions.exists()
    assert "1 images stripped" in capsys.readouterr().out
    call_command("strip_image_metadata")
    assert "0 images stripped" in capsys.readouterr().out


def test_image_without_metadata_is_not_reencoded():
    drawn = io.BytesIO()
    Drawn.new("RGB", (60, 30), "red").save(drawn, "JPEG")
    assert not has_metadata(drawn)
    image = Image.objects.create(title="Lac", file=ContentFile(drawn.getvalue(), name="a.jpg"))
    assert stored(image) == drawn.getvalue()


def portrait(user) -> bytes:
    with default_storage.open(UserProfile.objects.get(user=user).avatar.name) as file:
        return file.read()


def test_portrait_of_staff_is_stored_without_metadata():
    user = SuperuserFactory()
    profile = UserProfile.get_for_user(user)
    profile.avatar = upload("moi.jpg", "JPEG")
    profile.save()
    assert_clean(portrait(user))
    profile.avatar = SimpleUploadedFile("moi.jpg", taken("JPEG")[:-40])
    profile.save()
    assert not UserProfile.objects.get(user=user).avatar


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(lambda: upload("IMG_1.heic", "HEIF"), True), (lambda: SimpleUploadedFile("a.heic", b"no"), False)],
    ids=["photo", "damaged"],
)
def test_heic_is_accepted_as_portrait_of_staff(client, sent, kept):
    user = UserFactory(is_staff=True, roles=["editors"])
    client.force_login(user)
    client.post(reverse("wagtailadmin_account"), account_fields(user) | {"avatar-avatar": sent()})
    avatar = UserProfile.objects.get(user=user).avatar
    assert bool(avatar) == kept
    if kept:
        assert avatar.name.endswith(".jpg")
        assert_clean(default_storage.open(avatar.name).read())


def test_command_strips_portraits_already_stored(capsys):
    user = SuperuserFactory()
    UserProfile.get_for_user(user)
    old = default_storage.save("avatar_images/old.jpg", ContentFile(taken("JPEG")))
    UserProfile.objects.filter(user=user).update(avatar=old)
    call_command("strip_image_metadata")
    assert_clean(portrait(user))
    assert "1 images stripped" in capsys.readouterr().out
    call_command("strip_image_metadata")
    assert "0 images stripped" in capsys.readouterr().out


def test_stripped_avif_has_no_metadata_to_strip():
    image = Image.objects.create(title="Lac", file=ContentFile(taken("AVIF"), name="a.avif"))
    assert_clean(stored(image))
    with default_storage.open(image.file.name) as file:
        assert not has_metadata(file)
    assert has_metadata(io.BytesIO(taken("AVIF")))
    assert has_metadata(io.BytesIO(taken("HEIF")))
