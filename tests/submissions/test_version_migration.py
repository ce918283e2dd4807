"""Drafts whose form changes: the applicant is notified, and answers that still fit are kept."""

import re
from copy import deepcopy
from datetime import date

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.models import Form
from eservices.submissions import actions
from eservices.submissions.models import Draft, StoredFile, Submission
from eservices.submissions.version_migration import MigratedDraft, migrate_answers
from eservices.submissions.views import CHANGED
from tests.factories.accounts import UserFactory
from tests.factories.formbuilder import content, options, question, step, when
from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate, pdf
from tests.submissions.conftest import start_url

TODAY = date(2026, 11, 24)
OLD = content(
    step("qui", question("nom", required=True), question("age", "integer")),
    step(
        "quoi",
        question("genre", "choice", options=options("loue", "achete")),
        question("avec", "choices", options=options("chat", "chien")),
        question("accord", "consent"),
    ),
)


# -- The rule ------------------------------------------------------------------------------------------------
def moved(change, answers: dict, completed=("qui", "quoi"), typed=None):
    """Return the result of migrating answers when ``change(content)`` is published."""
    new = deepcopy(OLD)
    change(new)
    return migrate_answers(
        FormDefinition(OLD),
        FormDefinition(new),
        answers=answers,
        completed=list(completed),
        typed=typed or {},
        language="fr",
        today=TODAY,
    )


def fields(form, step: int) -> list:
    return form["steps"][step]["fields"]


def test_answers_stay_while_their_questions_stay():
    answers = {"nom": "Marchetti", "age": 30, "genre": "loue", "avec": ["chat"], "accord": True}
    carried = moved(lambda form: form["fees"].append({"key": "prix", "amount": 100}), answers)
    assert carried.answers == answers
    assert carried.completed == ["qui", "quoi"]
    assert (carried.added, carried.again, carried.gone, carried.typed) == ([], [], [], {})


def test_answer_follows_its_question_into_another_step():
    carried = moved(lambda form: fields(form, 1).append(fields(form, 0).pop()), {"age": 30})
    assert carried.answers == {"age": 30}
    assert carried.completed == ["qui", "quoi"]


def test_answer_of_a_removed_question_is_dropped_and_named():
    carried = moved(lambda form: fields(form, 0).pop(), {"nom": "Marchetti", "age": 30})
    assert carried.answers == {"nom": "Marchetti"}
    assert carried.gone == ["age"]


def test_removed_question_without_an_answer_is_not_named():
    assert moved(lambda form: fields(form, 0).pop(), {"nom": "Marchetti", "age": None}).gone == []


def test_removed_step_is_incomplete_and_its_moved_answers_stay():
    def merge(form):
        fields(form, 0).append(fields(form, 1)[0])
        form["steps"].pop()

    carried = moved(merge, {"nom": "Marchetti", "genre": "loue", "accord": True})
    assert carried.answers == {"nom": "Marchetti", "genre": "loue"}
    assert carried.completed == ["qui"]
    assert carried.gone == ["accord"]


def test_new_question_reopens_its_step_and_is_named():
    carried = moved(lambda form: fields(form, 0).append(question("langue")), {"nom": "Marchetti"})
    assert carried.added == ["langue"]
    assert carried.completed == ["quoi"]


def test_new_question_hidden_by_the_answers_is_not_named():
    hidden = question("bail", condition=when("genre", value="loue"))
    carried = moved(lambda form: fields(form, 1).append(hidden), {"nom": "Marchetti", "genre": "achete"})
    assert carried.added == []
    assert carried.completed == ["qui", "quoi"]


@pytest.mark.parametrize(
    ("key", "kind", "answer", "kept"),
    [
        ("nom", "long_text", "Marchetti", "Marchetti"),
        ("nom", "email", "Marchetti", None),
        ("nom", "date", "Marchetti", None),
        ("nom", "integer", "12", 12),
        ("age", "short_text", 30, "30"),
        ("age", "decimal", 30, "30"),
        ("age", "yes_no", 30, None),
        ("age", "files", 30, None),
        ("avec", "short_text", ["chat", "chien"], None),
    ],
)
def test_answer_survives_a_change_of_type_if_it_means_the_same(key, kind, answer, kept):
    def change(form):
        for one in (*fields(form, 0), *fields(form, 1)):
            if one["key"] == key:
                one["type"] = kind
                one.pop("options", None)

    carried = moved(change, {key: answer})
    assert carried.answers.get(key) == kept
    assert carried.again == ([] if kept else [key])


def test_removed_option_is_asked_again():
    carried = moved(lambda form: fields(form, 1)[0]["options"].pop(), {"genre": "achete"})
    assert "genre" not in carried.answers
    assert carried.again == ["genre"]
    assert carried.completed == ["qui"]


def test_remaining_options_of_several_are_kept():
    carried = moved(lambda form: fields(form, 1)[1]["options"].pop(), {"avec": ["chat", "chien"]})
    assert carried.answers == {"avec": ["chat"]}
    assert carried.again == ["avec"]


def test_text_that_is_now_too_long_becomes_a_typed_answer():
    carried = moved(
        lambda form: fields(form, 0)[0].update(settings={"max_length": 4}), {"nom": "Marchetti", "age": 3}
    )
    assert carried.answers == {"age": 3}
    assert carried.typed == {"qui": {"nom": ["Marchetti"], "age": ["3"]}}


def test_typed_answer_follows_its_question():
    typed = {"qui": {"_shown": ["nom age"], "nom": [""], "age": ["trente"]}}
    carried = moved(lambda form: fields(form, 1).append(fields(form, 0).pop()), {"genre": "loue"}, [], typed)
    assert carried.typed["qui"] == {"nom": [""]}
    assert carried.typed["quoi"]["age"] == ["trente"]
    assert carried.typed["quoi"]["genre"] == ["loue"]


def test_consent_to_another_text_is_asked_again():
    def reword(form):
        form["texts"]["fr"]["field.accord.label"] = "J’accepte aussi la publicité"

    carried = moved(reword, {"nom": "Marchetti", "accord": True})
    assert "accord" not in carried.answers
    assert carried.again == ["J’accepte aussi la publicité"]


def test_computed_answer_is_neither_kept_nor_asked():
    total = question("total", "computed", settings={"formula": {"operation": "sum", "fields": ["age"]}})
    carried = moved(lambda form: fields(form, 0).append(total), {"nom": "Marchetti", "age": 3, "total": 3})
    assert carried.answers == {"nom": "Marchetti", "age": 3}
    assert (carried.added, carried.again, carried.gone) == ([], [], [])


def test_group_rows_keep_the_answers_that_fit():
    old = content(
        step("un", question("enfants", "group", fields=[question("prenom"), question("ne", "date")]))
    )
    new = content(
        step("un", question("enfants", "group", fields=[question("prenom"), question("ne", "email")]))
    )
    carried = migrate_answers(
        FormDefinition(old),
        FormDefinition(new),
        answers={"enfants": [{"prenom": "Zoé", "ne": "2020-01-01"}]},
        completed=["un"],
        typed={},
        language="fr",
        today=TODAY,
    )
    assert carried.answers == {"enfants": [{"prenom": "Zoé"}]}
    assert carried.again == ["enfants"]


# -- Returning to a draft ------------------------------------------------------------------------------------
def text(response) -> str:
    return response.content.decode()


def announces_change(page: str) -> bool:
    """Return whether a page says that the form has changed."""
    return MigratedDraft({}, [], {}, [], [], []).change_summary in page


def publish(change):
    """Publish the certificate with a change."""
    changed = certificate()
    change(changed)
    return FormVersionFactory(content=changed)


def ask_language(form):
    form["steps"][1]["fields"].append(question("langue", required=True))
    form["texts"]["fr"]["field.langue.label"] = "Votre langue"


def drop_phone(form):
    form["steps"][3]["fields"].pop()


@pytest.mark.django_db
def test_returning_applicant_is_led_to_new_questions(person):
    person.fill_all()
    publish(ask_language)

    page = text(person.client.get(person.page("resume"), follow=True))

    assert "Votre langue" in page
    assert announces_change(page)
    assert 'value="Marchetti"' in page


@pytest.mark.django_db
def test_following_the_resume_link_changes_nothing(person):
    person.fill_all()
    publish(ask_language)

    pages = [text(person.client.get(person.url("identite"))) for _time in range(2)]

    assert all(announces_change(page) for page in pages)
    person.draft.refresh_from_db()
    assert person.draft.version == person.version


@pytest.mark.django_db
def test_next_answer_migrates_the_draft_and_ends_the_notice(person):
    person.fill_all()
    newer = publish(ask_language)

    response = person.fill("identite", langue="Français", _version=newer.number)

    assert response.url == person.page("review")
    assert person.answers["langue"] == "Français"
    assert person.answers["tel"] == "+41210004210"
    assert person.draft.version == newer
    assert not announces_change(text(person.client.get(person.page("review"))))


@pytest.mark.django_db
def test_draft_unaffected_by_a_change_has_a_notice_and_is_sent(person):
    person.fill_all()
    newer = publish(lambda form: form["fees"].clear())

    assert announces_change(text(person.client.get(person.page("review"))))
    person.send(_version=newer.number)

    assert Submission.objects.get().version == newer


@pytest.mark.django_db
def test_draft_reviewed_before_a_change_must_be_reviewed_again(person):
    person.fill_all()
    newer = publish(lambda form: form["fees"][0].update(amount=9900))

    response = person.send(_version=person.version.number)

    assert response.url == person.page("review")
    assert not Submission.objects.exists()
    assert announces_change(text(person.client.get(response.url)))
    person.send(_version=newer.number)
    assert Submission.objects.get().version == newer


@pytest.mark.django_db
def test_old_page_posted_to_the_newer_form_loses_nothing(person):
    person.begin()
    newer = publish(ask_language)
    person.client.get(person.page("resume"))
    person.fill("qui", _version=newer.number)  # another tab, whose draft has the newer version already

    response = person.fill("identite", _version=person.version.number)

    assert response.url == person.url("identite")
    page = text(person.client.get(response.url))
    assert 'value="Marchetti"' in page
    assert 'value="1986"' in page
    assert "Votre langue" in page
    assert str(CHANGED) in page
    assert 'class="errors"' not in page


def seen(person, step: str) -> str:
    return re.search('name="_seen" value="([^"]*)"', person.open(step).text).group(1)


@pytest.mark.django_db
def test_old_page_asks_before_it_overwrites_another_tab(person):
    person.begin()
    old, older, recent = person.version.number, seen(person, "identite"), seen(person, "identite")
    person.fill("identite", nom="Récent", _seen=recent)
    newer = publish(ask_language)

    asked = person.fill("identite", nom="Ancien", _version=old, _seen=older)

    assert asked.status_code == 409
    assert "Récent" in asked.text
    assert person.answers["nom"] == "Récent"
    page = re.search('name="_seen" value="([^"]*)"', asked.text).group(1)
    answer = person.fill("identite", nom="Ancien", langue="Français", _version=newer.number, _seen=page)
    assert (answer.status_code, person.answers["nom"]) == (302, "Ancien")


@pytest.mark.django_db
@pytest.mark.parametrize("saved", [True, False])
def test_old_page_asks_nothing_if_no_other_tab_saved(person, saved):
    person.begin()
    if saved:
        person.fill("identite", _seen=seen(person, "identite"))
    old, page = person.version.number, seen(person, "identite")
    newer = publish(ask_language)
    person.fill("qui", _version=newer.number, _seen="")  # another tab, with another step

    assert person.fill("identite", nom="Autre", _version=old, _seen=page).status_code == 302


@pytest.mark.django_db
def test_autosave_of_an_old_page_gets_a_message(person):
    person.begin()
    publish(ask_language)
    typed = {"nom": "Marchetti", "_version": person.version.number}

    saving = person.client.post(person.url("identite"), typed, headers={"accept": "application/json"})
    pressed = person.client.post(person.url("identite"), typed)

    assert saving.status_code == 409
    assert saving.json()["faults"]
    assert 'value="Marchetti"' in text(person.client.get(pressed.url))


@pytest.mark.django_db
def test_old_page_of_a_removed_step_keeps_moved_answers(person):
    person.begin()
    person.fill("identite")

    def merge(form):
        form["steps"][1]["fields"].append(form["steps"].pop(3)["fields"][0])

    newer = publish(merge)
    response = person.fill("contact", _version=person.version.number)

    assert response.url == person.url("identite")
    page = text(person.client.get(response.url))
    assert "elodie@courriel.example" in page
    assert 'value="Marchetti"' in page
    assert Draft.objects.get().version == newer


@pytest.mark.django_db
def test_first_page_opened_before_a_change_keeps_answers(client, version):
    def rename(form):
        form["steps"][0]["key"] = "pour_qui"
        form["steps"][0]["fields"].insert(0, question("motif", required=True))

    publish(rename)
    response = client.post(start_url(version), {"_shown": "pour", "pour": "moi", "_version": version.number})

    draft = Draft.objects.get()
    assert response.url == reverse("submissions:step", args=[draft.secret, "pour_qui"])
    page = text(client.get(response.url))
    assert "checked" in page
    assert "motif" in page


@pytest.mark.django_db
def test_refused_file_of_an_old_page_is_announced(person):
    person.begin(_shown="pour lien", pour="autre", lien="fille")
    person.fill("identite")
    old = {"piece": SimpleUploadedFile("virus.exe", b"MZ"), "_version": person.version.number}
    publish(ask_language)

    saving = person.client.post(person.url("procuration"), old, headers={"accept": "application/json"})
    old["piece"].seek(0)
    pressed = person.client.post(person.url("procuration"), old)

    assert "virus.exe" in saving.json()["faults"][0]
    page = text(person.client.get(pressed.url))
    assert 'role="alert"' in page
    assert "virus.exe" in page


@pytest.mark.django_db
def test_files_are_deleted_only_with_their_question(person, django_capture_on_commit_callbacks):
    person.begin(_shown="pour lien", pour="autre", lien="fille")
    person.fill("identite")
    person.post("procuration", piece=pdf())
    stored = StoredFile.objects.get()
    actions.migrate_draft(actor=None, draft=person.draft, version=publish(ask_language))
    assert person.answers["piece"][0]["id"] == str(stored.pk)

    with django_capture_on_commit_callbacks(execute=True):
        gone = publish(lambda form: form["steps"].pop(2))
        actions.migrate_draft(actor=None, draft=person.draft, version=gone)

    assert not StoredFile.objects.exists()
    assert not storages["private"].exists(stored.content.name)


@pytest.mark.django_db
def test_draft_of_a_withdrawn_form_keeps_its_version(person):
    person.fill_all()
    publish(ask_language)
    Form.objects.update(offered=False)

    assert not announces_change(text(person.client.get(person.page("review"))))
    person.send()

    assert Submission.objects.get().version == person.version


@pytest.mark.django_db
def test_submission_keeps_its_version(person):
    person.fill_all()
    person.send()
    publish(drop_phone)

    page = text(person.client.get(person.page("sent")))

    assert "Téléphone" in page
    assert not announces_change(page)


@pytest.mark.django_db
def test_change_of_another_form_changes_nothing(person):
    person.fill_all()
    FormVersionFactory(form__slug="autre", content=content())

    assert not announces_change(text(person.client.get(person.page("review"))))
    assert person.answers["tel"] == "+41210004210"


@pytest.mark.django_db
def test_rehearsal_version_is_not_offered_to_applicants(person):
    person.fill_all()
    changed = certificate()
    ask_language(changed)
    FormVersionFactory(content=changed, kind="rehearsal")

    assert not announces_change(text(person.client.get(person.page("review"))))


@pytest.mark.django_db
def test_draft_of_an_account_is_migrated_for_its_owner_only(client, version):
    owner = UserFactory()
    draft = DraftFactory(version=version, user=owner, complete=True)
    publish(ask_language)
    url = reverse("submissions:resume", args=[draft.secret])

    client.force_login(UserFactory())
    assert client.post(url).status_code == 404
    client.force_login(owner)
    assert announces_change(text(client.get(url, follow=True)))
    draft.refresh_from_db()
    assert draft.version == version
