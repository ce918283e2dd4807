"""The object storage behaves as a folder does: names, contents, failures."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.http import Http404
from django.utils import timezone
from django.utils.module_loading import import_string

from home.files.orphan_cleanup import delete_orphans
from home.runtime.outages import FILES, FileStorageUnavailable, outage_of
from mysite.backups.stored_files import walk_files
from mysite.object_storage import checks
from mysite.object_storage.views import public_file


def test_stored_file_is_read_whole_and_again(media):
    name = media.save("images/church.jpg", ContentFile(b"x" * 100_000))
    with media.open(name) as file:
        assert file.read(10) == b"x" * 10
        file.seek(0)
        assert len(file.read()) == media.size(name) == file.size == 100_000
        assert b"".join(file.chunks()) == b"x" * 100_000


def test_files_are_in_their_bucket_and_folder(media, private, s3_files):
    media.save("images/church.jpg", ContentFile(b"public"))
    private.save("files/letter.pdf", ContentFile(b"private"))
    keys = {
        bucket: [one["Key"] for one in s3_files.list_objects_v2(Bucket=bucket)["Contents"]]
        for bucket in ("orvenay-media", "orvenay-private")
    }
    assert keys == {"orvenay-media": ["web/images/church.jpg"], "orvenay-private": ["files/letter.pdf"]}


def test_taken_name_gets_another_name(private):
    first, second = (private.save("files/letter.pdf", ContentFile(text)) for text in (b"one", b"two"))
    assert first != second
    assert [private.open(name).read() for name in (first, second)] == [b"one", b"two"]


def test_missing_file_is_not_found(private):
    assert not private.exists("files/gone.pdf")
    private.delete("files/gone.pdf")
    for act in (private.open, private.size, private.get_modified_time):
        with pytest.raises(FileNotFoundError):
            act("files/gone.pdf")


def test_name_outside_of_the_folder_is_refused(media):
    with pytest.raises(SuspiciousOperation):
        media.open("../../etc/passwd")


def test_address_of_a_file_is_quoted_and_not_signed(media):
    assert media.url("images/Église à midi.jpg") == "/media/images/%C3%89glise%20%C3%A0%20midi.jpg"


def test_storage_is_made_anew_from_what_a_task_stores(media):
    """Wagtail deletes files in a task, whose arguments are rows of the database: the key must not be in them."""
    path, arguments, options = json.loads(json.dumps(media.deconstruct()))
    assert "secret" not in f"{arguments} {options}"
    again = import_string(path)(*arguments, **options)
    again.delete(media.save("images/church.jpg", ContentFile(b"x")))
    assert again.bucket_name == "orvenay-media"


def test_service_that_does_not_answer_is_unavailable(s3_environment, use_buckets, monkeypatch):
    monkeypatch.setenv("FILES_S3_ENDPOINT", "http://127.0.0.1:1")
    use_buckets()
    with pytest.raises(FileStorageUnavailable, match="EndpointConnectionError") as failed:
        storages["private"].open("files/letter.pdf")
    assert "letter" not in str(failed.value)
    assert outage_of(failed.value) is FILES
    with pytest.raises(FileStorageUnavailable):
        FILES.probe()


def test_service_that_answers_ends_its_outage(private):
    FILES.probe()


def test_missing_bucket_is_not_a_missing_file_at_writing(s3_environment, use_buckets, monkeypatch):
    monkeypatch.setenv("PRIVATE_STORE_URL", "s3://another")
    use_buckets()
    with pytest.raises(OSError, match="NoSuchBucket"):
        storages["private"].save("files/letter.pdf", ContentFile(b"x"))


def test_orphans_are_deleted_in_a_bucket_too(private):
    now = timezone.now()
    folder = f"files/{int(now.timestamp()) // 15 % 256:02x}"
    known, unknown = (private.save(f"{folder}/{name}", ContentFile(b"x")) for name in ("known", "unknown"))
    delete_orphans(
        private, "files", now, now + timedelta(days=400), lambda _folder, names: set(names) - {"known"}
    )
    assert (private.exists(known), private.exists(unknown)) == (True, False)


def test_all_files_of_a_bucket_are_found(media):
    for name in ("images/a.jpg", "images/b/c.jpg", "d.txt"):
        media.save(name, ContentFile(b"x"))
    assert list(walk_files(media)) == ["d.txt", "images/a.jpg", "images/b/c.jpg"]


def test_public_file_is_served_from_the_bucket(s3_files, rf):
    name = default_storage.save("images/arms.svg", ContentFile(b"<svg/>"))
    response = public_file(rf.get("/media/images/arms.svg"), name)
    assert b"".join(response.streaming_content) == b"<svg/>"
    assert response["Content-Type"] == "image/svg+xml"
    assert "immutable" in response["Cache-Control"]
    assert response._csp_config["sandbox"]


def test_missing_public_file_returns_404(s3_files, rf):
    with pytest.raises(Http404):
        public_file(rf.get("/media/images/gone.jpg"), "images/gone.jpg")


# -- System checks -------------------------------------------------------------------------------------------
def found_ids() -> list[str]:
    return [one.id for one in checks.check_object_storage(None)]


def test_buckets_that_work_are_in_order_and_stay_empty(s3_files):
    assert found_ids() == []
    assert "Contents" not in s3_files.list_objects_v2(Bucket="orvenay-media")


def test_missing_bucket_is_reported(s3_environment, use_buckets, monkeypatch):
    monkeypatch.setenv("PRIVATE_STORE_URL", "s3://another")
    use_buckets()
    assert found_ids() == ["mysite.E021"]


@pytest.mark.parametrize(("shown", "reported"), [("web/images/*", []), ("*", ["mysite.E022"])])
def test_bucket_that_shows_too_much_is_reported(s3_files, s3_url, settings, shown, reported):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    statement["Resource"] = f"arn:aws:s3:::orvenay-media/{shown}"
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3_files.put_bucket_policy(Bucket="orvenay-media", Policy=json.dumps(policy))
    settings.MEDIA_PUBLIC_URL = f"{s3_url}/orvenay-media/web"
    settings.MEDIA_URL = f"{settings.MEDIA_PUBLIC_URL}/"
    assert found_ids() == reported


def test_public_address_that_shows_nothing_is_reported(s3_files, settings):
    settings.MEDIA_PUBLIC_URL, settings.MEDIA_URL = "http://127.0.0.1:1", "http://127.0.0.1:1/"
    assert found_ids() == ["mysite.W022"]


def test_folders_on_the_disk_are_not_examined(settings):
    assert found_ids() == []
