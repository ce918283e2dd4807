"""Answers in the database: encrypted under a ring of keys, and nowhere in plain."""

import json

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, models

from eservices.cases import actions
from eservices.cases.models import Case, Correction
from eservices.submissions.checks import check_answer_keys
from eservices.submissions.models import Draft, Submission
from home.encrypted_fields import LostKey, encrypted_columns
from mysite.settings import environment
from tests.factories.cases import CaseFactory, member
from tests.factories.submissions import DraftFactory

pytestmark = pytest.mark.django_db
SECRET, CORRECTED = "756.9217.0769.85", "756.1234.5678.97"
OLD, NEW = (Fernet.generate_key().decode() for _key in range(2))


@pytest.fixture
def encrypted(settings):
    settings.ANSWER_KEYS = [OLD]


def stored(model: type[models.Model], column: str = "answers") -> str:
    """Return the column as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{model._meta.db_table}"')
        return str(cursor.fetchall())


def secret_case() -> Case:
    """A case with a secret answer, which an agent corrected."""
    question = {"key": "avs", "type": "short_text", "secret": True}
    case = CaseFactory(asks=[question], answers={"avs": SECRET})
    actions.correct_answer(
        actor=member(), case=case, field="avs", answer=CORRECTED, reason="Faute de frappe."
    )
    return Case.objects.get(pk=case.pk)


def rows_with(text: str) -> list[str]:
    """Return the tables that have a text in any column."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [table for row in cursor.fetchall() if text in str(row)]
    return found


def test_secret_answer_is_nowhere_in_the_database(encrypted):
    case = secret_case()
    assert (case.answers["avs"], case.submission.answers["avs"]) == (CORRECTED, SECRET)
    [correction] = Correction.objects.all()
    assert (correction.before, correction.after) == (SECRET, CORRECTED)
    assert rows_with(SECRET) == rows_with(CORRECTED) == []


def test_event_of_a_corrected_secret_answer_masks_it():
    event = secret_case().events.get(kind="amended")
    assert SECRET not in json.dumps(event.data)
    assert CORRECTED not in json.dumps(event.data)


def test_draft_is_encrypted_however_it_is_written(encrypted):
    draft = DraftFactory(answers={"nom": "Marchetti"}, typed={"qui": {"avs": [SECRET]}})
    assert "Marchetti" not in stored(Draft)
    assert SECRET not in stored(Draft, "typed")
    Draft.objects.update(answers={"nom": "Rochat"})
    assert "Rochat" not in stored(Draft)
    draft.answers = {"nom": "Favre"}
    Draft.objects.bulk_update([draft], ["answers"])
    assert "Favre" not in stored(Draft)
    assert Draft.objects.get().answers == {"nom": "Favre"}
    assert Draft.objects.values_list("typed", flat=True).get() == {"qui": {"avs": [SECRET]}}


def test_erased_answers_are_seen_to_be_empty(encrypted):
    DraftFactory(answers={}, typed={})
    assert "fernet" not in stored(Draft) + stored(Draft, "typed")


def test_answers_without_key_are_stored_in_plain(settings):
    DraftFactory(answers={"nom": "Marchetti"})
    assert "Marchetti" in stored(Draft)
    settings.ANSWER_KEYS = [OLD]  # set later: what was in plain is read on
    assert Draft.objects.get().answers == {"nom": "Marchetti"}


def test_new_key_encrypts_and_the_old_one_is_removed(settings, encrypted, capsys):
    case = secret_case()
    settings.ANSWER_KEYS = [NEW, OLD]
    assert Case.objects.get().answers["avs"] == CORRECTED
    with pytest.raises(CommandError, match="not under the first key"):
        call_command("encrypt_answers", "--check")
    call_command("encrypt_answers")
    settings.ANSWER_KEYS = [NEW]
    call_command("encrypt_answers", "--check")
    assert Case.objects.get().answers == case.answers
    assert "eservices_submissions.Submission: 1 written" in capsys.readouterr().out


def test_first_key_encrypts_what_was_in_plain(settings):
    secret_case()
    assert rows_with(SECRET)
    settings.ANSWER_KEYS = [NEW]
    call_command("encrypt_answers")
    assert rows_with(SECRET) == []
    assert Submission.objects.get().answers["avs"] == SECRET


def test_lost_key_is_named_and_changes_nothing(settings, encrypted):
    secret_case()
    before = stored(Submission)
    for keys in ([NEW], []):
        settings.ANSWER_KEYS = keys
        with pytest.raises(LostKey, match="ANSWER_KEYS lacks the key"):
            Submission.objects.get()
        with pytest.raises(CommandError, match="ANSWER_KEYS lacks the key"):
            call_command("encrypt_answers")
        assert [one.id for one in check_answer_keys(None)] == ["submissions.E001"]
    assert stored(Submission) == before


def test_typed_mark_of_encryption_is_text(encrypted):
    DraftFactory(answers={"nom": "$fernet", "enfants": [{"$fernet": "x"}]})
    assert Draft.objects.get().answers["enfants"] == [{"$fernet": "x"}]


def test_check_recommends_keys(settings):
    assert [one.id for one in check_answer_keys(None)] == ["submissions.W003"]
    settings.ANSWER_KEYS = [OLD]
    assert check_answer_keys(None) == []


def test_printed_key_is_accepted_and_another_refused(capsys, monkeypatch):
    call_command("encrypt_answers", "--new-key")
    name, _sign, value = capsys.readouterr().out.strip().partition("=")
    monkeypatch.setenv(name, f"{value},{OLD}")
    assert environment.read_answer_keys(name) == [value, OLD]
    monkeypatch.setenv(name, "secret")
    with pytest.raises(ImproperlyConfigured, match="ANSWER_KEYS: write keys as"):
        environment.read_answer_keys(name)


def test_migrations_see_a_json_column():
    for model, names in encrypted_columns():
        for name in names:
            assert model._meta.get_field(name).deconstruct()[1] == "django.db.models.JSONField"
