"""Audit log whose last day and anchors were deleted: the anchors stored outside the database reveal it."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from django.utils import timezone

from eservices.cases import actions, jobs
from eservices.cases.models import AuditAnchor, CaseEvent
from tests.factories.cases import CaseFactory, member

pytestmark = pytest.mark.django_db


def test_truncated_audit_log_is_detected(settings, tmp_path, capsys, django_capture_on_commit_callbacks):
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchors.txt"
    case = CaseFactory(taken=True)
    before = set(CaseEvent.objects.values_list("pk", flat=True))
    actions.refuse_case(actor=member(), case=case, reason="Incomplet")
    with django_capture_on_commit_callbacks(execute=True):
        jobs.anchor_audit_log(timezone.now())
    call_command("verify_audit")

    QuerySet(AuditAnchor).all().delete()
    QuerySet(CaseEvent).exclude(pk__in=before).delete()

    with pytest.raises(CommandError, match="tampered with"):
        call_command("verify_audit")
    assert "was noted, and is gone" in capsys.readouterr().err
