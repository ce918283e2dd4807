"""The doctor: each thing it looks at, well and unwell."""

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from datetime import UTC, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.checks import Warning
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from time_machine import escape_hatch

from eservices.deliveries.models import Circuit, Delivery
from eservices.deliveries.transports import transports
from home.models.heartbeat import Heartbeat
from mysite.backups.models import Backup
from mysite.doctor import background, examination, machine, remote_services
from mysite.doctor.findings import ERROR, OK, WARNING, Finding, as_json, as_text, worst_level
from tests.support.certificates import write_certificate

ROOT = Path(__file__).resolve().parents[3]


def levels(check) -> list[str]:
    return [finding.level for finding in check()]


# -- Findings ----------------------------------------------------------------------------------------------------


def test_findings_are_sorted_by_level_with_what_to_do():
    findings = [Finding(OK, "disk", "Free."), Finding(ERROR, "worker", "Silent.", "Restart it.")]
    assert as_text(findings) == "ERROR   worker: Silent.\n        → Restart it.\nOK      disk: Free.\n"
    found = json.loads(as_json(findings))
    assert (found["status"], found["findings"][1]["todo"]) == ("error", "Restart it.")
    assert worst_level([]) == OK


@pytest.mark.parametrize(("level", "code"), [(OK, None), (WARNING, 1), (ERROR, 2)])
def test_doctor_exits_by_the_worst_level(monkeypatch, level, code):
    monkeypatch.setattr(
        "mysite.management.commands.doctor.examine_installation", lambda: [Finding(level, "disk", "X.")]
    )
    out = StringIO()
    if code is None:
        call_command("doctor", stdout=out)
    else:
        with pytest.raises(SystemExit) as ended:
            call_command("doctor", json=True, stdout=out)
        assert ended.value.code == code
        assert json.loads(out.getvalue())["status"] == level


def test_doctor_reports_settings_that_stop_the_start():
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "mysite.settings.production"}
    command = [sys.executable, ROOT / "manage.py", "doctor", "--json"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    (finding,) = json.loads(run.stdout)["findings"]
    assert (run.returncode, finding["level"], finding["subject"]) == (2, "error", "settings")
    assert "SECRET_KEY" in finding["what"]


# -- Examination -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_examination_reports_system_checks(monkeypatch):
    def check(app_configs, **kwargs):
        return [Warning("Unsafe.", hint="Make it safe.", id="home.W9")]

    monkeypatch.setattr(examination.registry, "get_checks", lambda include_deployment_checks: [check])
    assert list(examination.check_settings()) == [Finding(WARNING, "home", "Unsafe.", "Make it safe.")]
    monkeypatch.setattr(examination.registry, "get_checks", lambda include_deployment_checks: [])
    assert levels(examination.check_settings) == [OK]


@pytest.mark.django_db
def test_check_that_fails_is_a_finding(monkeypatch):
    def check():
        raise RuntimeError("broken")

    monkeypatch.setattr(examination, "WITHOUT_DATABASE", [check])
    monkeypatch.setattr(examination, "WITH_TABLES", [])
    monkeypatch.setattr(examination, "check_settings", list)
    found = examination.examine_installation()
    assert [(one.level, one.subject) for one in found] == [(ERROR, "check"), (OK, "database")]
    assert "broken" in found[0].what


@pytest.mark.django_db
def test_examination_goes_on_without_a_database(monkeypatch):
    def down():
        raise OperationalError("connection refused")

    monkeypatch.setattr(examination, "WITHOUT_DATABASE", [lambda: [Finding(OK, "disk", "Free.")]])
    monkeypatch.setattr(examination.connection, "ensure_connection", down)
    found = examination.examine_installation()
    assert [(one.level, one.subject) for one in found] == [(ERROR, "database"), (OK, "disk")]


@pytest.mark.django_db
def test_examination_asks_no_table_that_is_missing(monkeypatch):
    monkeypatch.setattr(examination, "WITHOUT_DATABASE", [])
    monkeypatch.setattr(examination, "check_settings", list)
    monkeypatch.setattr(background.MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    (finding,) = examination.examine_installation()
    assert (finding.level, finding.what) == (ERROR, "1 migrations are missing.")


# -- Machine -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reserve", "level"), [(0, OK), (0.6, WARNING), (2, ERROR)])
def test_disk_below_its_reserve_is_an_error(settings, monkeypatch, reserve, level):
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: Usage)
    settings.DISK_RESERVE = int(reserve * Usage.free)
    assert next(machine.check_disk()).level == level


class Usage:
    free = 10**10


def test_folder_that_is_missing_is_an_error(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "gone"
    assert levels(machine.check_disk) == [ERROR]


@pytest.fixture
def real_clock(time_machine):
    """Let the test run now: the clock of the machine, which others read, does not travel."""
    time_machine.move_to(escape_hatch.datetime.datetime.now(UTC))


@pytest.mark.django_db
@pytest.mark.usefixtures("real_clock")
def test_clock_that_went_back_is_an_error(monkeypatch):
    monkeypatch.setattr(machine, "_output", lambda *command: "yes")
    assert levels(machine.check_clock) == [OK]
    Heartbeat.objects.create(name=Heartbeat.WORKER, at=timezone.now() + timedelta(hours=1))
    assert levels(machine.check_clock) == [ERROR]


@pytest.mark.django_db
@pytest.mark.usefixtures("real_clock")
def test_clock_without_network_time_is_a_warning(monkeypatch):
    monkeypatch.setattr(machine, "_output", lambda *command: "no")
    assert levels(machine.check_clock) == [WARNING]


def test_name_that_is_not_in_the_dns_is_a_warning(settings):
    settings.ALLOWED_HOSTS = ["localhost", "nowhere.invalid", ".sub.example", "*"]
    assert levels(machine.check_names) == [OK, WARNING]


@pytest.fixture
def encrypted_server(tmp_path, monkeypatch, settings, real_clock):
    """Return a function that serves TLS with a certificate for localhost which ends in so many days."""
    listening = socket.create_server(("127.0.0.1", 0))
    settings.WAGTAILADMIN_BASE_URL = f"https://localhost:{listening.getsockname()[1]}"

    def serve(days: int, *, trusted: bool = True):
        certificate, key = write_certificate(tmp_path, "localhost", days)
        ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        ours.load_cert_chain(certificate, key)

        def answer():
            raw = listening.accept()[0]
            try:
                with ours.wrap_socket(raw, server_side=True) as encrypted:
                    encrypted.recv(1)
            except OSError:
                raw.close()

        threading.Thread(target=answer, daemon=True).start()
        if trusted:
            theirs = ssl.create_default_context(cafile=certificate)
            monkeypatch.setattr(machine.ssl, "create_default_context", lambda: theirs)

    yield serve
    listening.close()


@pytest.mark.parametrize(("renewal", "level"), [(14, OK), (100, WARNING)])
def test_certificate_that_ends_soon_is_a_warning(encrypted_server, monkeypatch, renewal, level):
    """TLS knows no frozen clock: the certificate is valid for months, and the time before its end varies."""
    monkeypatch.setattr(machine, "RENEW_BEFORE", timedelta(days=renewal))
    encrypted_server(60)
    (finding,) = machine.check_certificate()
    assert finding.level == level, finding


def test_certificate_that_nobody_trusts_is_an_error(encrypted_server):
    encrypted_server(60, trusted=False)
    assert levels(machine.check_certificate) == [ERROR]


def test_site_that_does_not_answer_is_an_error(settings):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        settings.WAGTAILADMIN_BASE_URL = f"https://127.0.0.1:{probe.getsockname()[1]}"
    assert levels(machine.check_certificate) == [ERROR]


def test_sender_without_spf_and_dmarc_is_a_warning(monkeypatch, settings):
    settings.DEFAULT_FROM_EMAIL = "Orvenay <noreply@orvenay.example>"
    texts = {"orvenay.example": '"v=spf1 mx -all"', "_dmarc.orvenay.example": ""}
    monkeypatch.setattr(machine, "_output", lambda *command: texts[command[-1]])
    assert levels(machine.check_sender) == [OK, WARNING]
    monkeypatch.setattr(machine, "_output", lambda *command: None)  # no program asks the DNS
    assert levels(machine.check_sender) == []


# -- Background --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_silent_process_is_an_error():
    Heartbeat.record(Heartbeat.SCHEDULER)
    found = {one.subject: one for one in background.check_processes()}
    assert (found["scheduler"].level, found["worker"].level) == (OK, ERROR)
    assert "systemctl restart 'commune-*'" in found["worker"].todo


@pytest.mark.django_db
def test_tables_of_this_version_are_well():
    assert levels(background.check_migrations) == [OK]


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "level"), [(1, OK), (60, WARNING)])
def test_task_that_waits_for_long_is_a_warning(minutes, level):
    result = DBTaskResult.objects.create(
        task_path="home.tasks.beat", args_kwargs={"args": [], "kwargs": {}}, backend_name="default"
    )
    DBTaskResult.objects.filter(pk=result.pk).update(enqueued_at=timezone.now() - timedelta(minutes=minutes))
    assert levels(background.check_tasks) == [level]


@pytest.mark.django_db
def test_outbox_reports_late_and_stuck_deliveries():
    assert levels(background.check_outbox) == [OK]
    now = timezone.now()
    for state, due in ((Delivery.State.PENDING, now - timedelta(hours=1)), (Delivery.State.STUCK, now)):
        Delivery.objects.create(
            carrier="email",
            recipient="marked@example.org",
            state=state,
            due_at=due,
            subject="x:1",
        )
    Circuit.objects.create(carrier="email", opened_at=now, fault="550 marked@example.org")
    found = list(background.check_outbox())
    assert [one.level for one in found] == [WARNING] * 3
    assert "marked" not in as_text(found)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "level"),
    [({"proven_at": timezone.now()}, OK), ({"error": "disk full"}, ERROR), (None, ERROR)],
    ids=["proven", "failed", "none"],
)
def test_backup_must_be_recent_and_proven(settings, row, level):
    settings.BACKUP_URL = "file:///srv/backup"
    if row:
        now = timezone.now()
        Backup.objects.create(name="now", **{"started_at": now, "completed_at": now} | row)
    (finding,) = background.check_backup_age()
    assert finding.level == level
    assert (row or {}).get("error", "") in finding.what


@pytest.mark.django_db
def test_installation_without_backups_has_no_backup_age(settings):
    settings.BACKUP_URL = ""
    assert list(background.check_backup_age()) == []


# -- Services ----------------------------------------------------------------------------------------------------


def test_register_is_asked_only_if_there_is_one(settings, monkeypatch):
    def refuse():
        raise OSError("refused")

    settings.REGISTER, settings.REGISTER_HTTP = "none", {"CERTIFICATE": ""}
    assert levels(remote_services.check_register) == []
    settings.REGISTER = "http"
    monkeypatch.setattr(transports["register"], "probe", refuse, raising=False)
    assert levels(remote_services.check_register) == [WARNING]
    monkeypatch.setattr(transports["register"], "probe", lambda: None, raising=False)
    assert levels(remote_services.check_register) == [OK]


@pytest.mark.parametrize(("days", "level"), [(90, OK), (5, WARNING), (-1, ERROR)])
def test_certificate_for_the_register_is_examined(settings, monkeypatch, tmp_path, days, level):
    certificate, _key = write_certificate(tmp_path, "commune", days)
    settings.REGISTER, settings.REGISTER_HTTP = "http", {"CERTIFICATE": str(certificate)}
    monkeypatch.setattr(transports["register"], "probe", lambda: None, raising=False)
    assert levels(remote_services.check_register) == [OK, level]
    certificate.write_text("none")
    assert levels(remote_services.check_register) == [OK, ERROR]


@pytest.mark.django_db
def test_payment_providers_are_asked(settings, monkeypatch):
    keys = dict.fromkeys(("STRIPE_SECRET_KEY", "STRIPE_PUBLIC_KEY", "STRIPE_WEBHOOK_SECRET"), "x")
    for name, value in keys.items():
        setattr(settings, name, value)
    settings.PAYMENT_PROVIDERS = ["stripe_card", "counter"]
    with monkeypatch.context() as patch:
        patch.setattr(transports["pay_stripe_card"].provider, "probe", lambda: None, raising=False)
        assert levels(remote_services.check_payment_providers) == [OK]
    settings.STRIPE_API_URL = "http://127.0.0.1:9"
    assert levels(remote_services.check_payment_providers) == [WARNING]
    settings.PAYMENT_PROVIDERS = ["counter"]
    assert levels(remote_services.check_payment_providers) == []
