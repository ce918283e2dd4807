"""System checks of the document store."""

import pytest
from django.core import checks

from eservices.connectors import checks as ours


def check_ids() -> list[str]:
    found = checks.run_checks(tags=["connectors"], include_deployment_checks=True)
    return [one.id for one in found if one.id.startswith("connectors.")]


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("webdav://ged:secret@ged.example/dossiers", True),
        ("webdavs://ged:secret@ged.example/dossiers", False),
        ("directory:/srv/ged", False),
    ],
)
def test_check_warns_of_an_unencrypted_document_store(settings, monkeypatch, url, warned):
    monkeypatch.setattr(ours, "error_message_of", lambda probe: "")  # there is no such server
    settings.GED_URL = url
    assert check_ids() == (["connectors.W001"] if warned else [])


def test_check_reports_an_unreachable_document_store(settings, tmp_path, monkeypatch):
    settings.GED_URL = f"directory:{tmp_path}/ged"
    assert check_ids() == []
    monkeypatch.setattr(ours, "find_unwritable", lambda folder: folder.parent)
    [warning] = ours.check_store_accepts(None)
    assert warning.msg == f"No dossier can be filed: {tmp_path} cannot be written."
    settings.GED_URL = "webdavs://ged:secret@127.0.0.1:9/dossiers"
    assert check_ids() == ["connectors.W002"]
