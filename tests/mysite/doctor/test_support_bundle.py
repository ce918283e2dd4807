"""The support bundle: marked data of settings, database and logs is searched in it."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from eservices.deliveries.models import Circuit
from mysite.doctor.findings import ERROR, Finding
from mysite.doctor.support_bundle import HARMLESS, SERVERS, mask_line
from mysite.settings import environment

SECRET = "Zq7marked"
LOG = [
    f'2026-12-01 08:38:23,884 INFO wagtail Page edited: "{SECRET}" id=9 revision_id=7',
    f"2026-12-01 08:38:23,884 WARNING deliveries Letter to {SECRET}@example.org refused from 192.0.2.7",
    f"2026-12-01 08:38:23,884 ERROR django.request Internal Server Error: /remis/{SECRET}/",
    f"2026-12-01 08:38:23,884 ERROR cases The applicant {SECRET.capitalize()} of +41 79 555 12 34, ORV-26-00412",
    f"2026-12-01T08:38:23.884+00:00 ERROR cases Case of {SECRET}@example.org request=4f case=ORV-26-00412",
    json.dumps(
        {
            "time": "2026-12-01T08:38:23.884+00:00",
            "level": "ERROR",
            "logger": "cases",
            "message": f"From a line of {SECRET}@example.org",
            "case": "ORV-26-00412",
            "exception": f'Traceback (most recent call last):\n  File "/x.py", line 1, in f\n{SECRET}\n'
            f"JsonError: {SECRET}",
        }
    ),
    '{"time": "unknown", "' + SECRET,
    "Traceback (most recent call last):",
    '  File "/usr/share/commune/home/tasks.py", line 7, in beat',
    f"    send('{SECRET}')",
    f"psycopg.errors.NotNullViolation: null value in {SECRET}",
    f"DETAIL:  Failing row contains (1, {SECRET}, 756.1234.5678.97).",
    f"2026-12-01T08:41:14+0100 vm python[123]: django.db.utils.IntegrityError: {SECRET}",
    f"2026-12-01T08:41:14+0100 vm gunicorn[9]: [2026-12-01 07:41:14 +0000] [97] [INFO] Handling {SECRET}@example.org",
]
PERSONAL = [SECRET, SECRET.capitalize(), "example.org", "192.0.2", "555 12", "ORV-26", "756.1234"]


@pytest.fixture
def bundle(monkeypatch, tmp_path):
    """Return the bundle of an installation in which everything is marked."""
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("MAIL_URL", f"smtp://{SECRET}:{SECRET}@mail.commune.test:587/{SECRET}?x={SECRET}")
    monkeypatch.setenv("SEAL_URL", f"pkcs11:/usr/lib/module.so?token={SECRET}")
    monkeypatch.setenv("COMMUNE_FROM_EMAIL", f"{SECRET}@example.org")
    monkeypatch.setenv("TRUSTED_PROXIES", "1")
    monkeypatch.setattr(environment, "asked", environment.asked | {"SECRET_KEY", "NEW_VARIABLE"})
    monkeypatch.setenv("NEW_VARIABLE", SECRET)
    finding = Finding(
        ERROR, "deliveries", f"E-mail does not answer: 550 {SECRET}@example.org, ‘mailbox’", SECRET
    )
    monkeypatch.setattr("mysite.management.commands.support_bundle.examine_installation", lambda: [finding])
    Circuit.objects.create(carrier="email", fault=SECRET)
    file, out = tmp_path / "log.txt", StringIO()
    file.write_text("\n".join(LOG))
    call_command("support_bundle", logs=str(file), stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_bundle_contains_no_marked_data(bundle):
    assert [mark for mark in PERSONAL if mark.lower() in bundle.lower()] == []


@pytest.mark.django_db
def test_bundle_says_what_helps(bundle):
    found = json.loads(bundle)
    assert {"commune", "Django", "Python", "database"} <= set(found["versions"])
    assert found["settings"]["MAIL_URL"] == "smtp://mail.commune.test:587/…"
    assert found["settings"]["TRUSTED_PROXIES"] == "1"
    assert found["settings"]["SECRET_KEY"] == found["settings"]["NEW_VARIABLE"] == "…"
    assert found["findings"][0]["subject"] == "deliveries"
    assert '  File "/usr/share/commune/home/tasks.py", line 7, in beat' in found["log"]
    assert "psycopg.errors.NotNullViolation: …" in found["log"]
    [entry] = [line for line in found["log"] if "From a line of" in line]
    assert entry.startswith("2026-12-01T08:38:23.884+00:00 ERROR cases From ")
    assert entry.endswith("JsonError: …")
    assert any(
        line.startswith("2026-12-01T08:38:23.884+00:00 ERROR cases Case of …") for line in found["log"]
    )
    assert "2026-12-01T08:41:14+0100 python: django.db.utils.IntegrityError: …" in found["log"]


def test_line_of_unknown_form_is_left_out():
    assert mask_line("anything that a program prints") == ""
    for line in ("2026-12-01 08:38:23,884 INFO home beat", "2026-12-01T08:38:23.884+00:00 INFO home beat"):
        assert mask_line(line) == line


def test_shown_settings_are_documented():
    documented = (Path(__file__).resolve().parents[3] / "docs/settings.md").read_text()
    assert [name for name in sorted(HARMLESS | SERVERS) if f"`{name}`" not in documented] == []
