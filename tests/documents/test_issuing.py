import json
import re
import subprocess

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from wagtail.models import Locale

from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.forms import acceptance_forms_for
from eservices.cases.models import Case, NumberSeries, Role, Team, TeamMember
from eservices.cases.states import CaseState
from eservices.deliveries.models import Delivery
from eservices.documents import rendering
from eservices.documents.actions import issuing
from eservices.documents.jobs import wake_drawn_documents
from eservices.documents.models import Document, DocumentTemplate
from home.models import CommuneSettings
from home.printing import pdf as printing_pdf
from tests.factories.cases import CaseFactory, member
from tests.factories.documents import (
    KEY,
    STAGES,
    DocumentTemplateFactory,
    accepted_case,
    agent,
    drawn,
    issued,
    waiting_case,
)
from tests.factories.register import found_in_register
from tests.factories.submissions import picture
from tests.support.programs import needs, parse_words

pytestmark = pytest.mark.django_db


def letters_with(words: str) -> list[Delivery]:
    return [delivery for delivery in Delivery.objects.all() if words in delivery.payload["text"]]


def staff(email: str, team: Team) -> User:
    """Create an agent who may read the cases of ``team``."""
    user = User.objects.create_user(email, is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    TeamMember.objects.create(team=team, user=user, role=Role.READ)
    return user


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# -- From the decision to the download ----------------------------------------------------------------------
def test_acceptance_asks_how_identity_was_checked():
    DocumentTemplateFactory()
    forms = acceptance_forms_for(waiting_case(), {})
    assert not forms["documents"].is_valid()
    forms = acceptance_forms_for(waiting_case(), {"documents-identity_check": "card"})
    assert forms["documents"].is_valid()


def test_acceptance_without_a_document_asks_nothing_more():
    case = waiting_case(stages=[{"key": "decision", "type": "decision"}])
    assert "documents" not in acceptance_forms_for(case, {})


def test_acceptance_issues_the_document_and_closes_the_case(
    django_capture_on_commit_callbacks,
):
    DocumentTemplateFactory()
    case = waiting_case()
    with django_capture_on_commit_callbacks(execute=True):
        cases.accept_case(actor=agent(), case=case, details={"documents": {"identity_check": "seen"}})
    document = case.documents.get()
    assert document.state == Document.State.ISSUED
    assert (document.identity_check, document.issued_by) == ("seen", agent())
    assert document.content.read().startswith(b"%PDF-")
    assert len(document.digest) == 64
    assert fresh(case).state == CaseState.CLOSED
    [letter] = letters_with(document.verification_url)
    assert letter.recipient == case.submission.email
    assert "/dossier/" in letter.payload["text"]


def test_acceptance_and_document_are_sent_in_one_email(
    django_capture_on_commit_callbacks,
):
    DocumentTemplateFactory()
    case = waiting_case()
    before = Delivery.objects.for_subject(case.subject).count()
    with django_capture_on_commit_callbacks(execute=True):
        details = {"documents": {"identity_check": "seen"}}
        cases.accept_case(actor=agent(), case=case, details=details, reason="Tout est en ordre.")
    [letter] = Delivery.objects.for_subject(case.subject).order_by("created_at")[before:]
    for text in (letter.payload["text"], letter.payload["html"]):
        assert gettext("We have accepted your request “%(service)s”.") % {"service": case.service} in text
        assert "Tout est en ordre." in text
        assert case.documents.get().number in text


def without_email() -> Document:
    """Create a document for an applicant at the counter who gave only a postal address."""
    DocumentTemplateFactory()
    home = {"street": "Rue du Lac", "number": "22", "postcode": "1199", "town": "Orvenay"}
    case = CaseFactory(email="", answers={"adresse": home}, stages=STAGES)
    found_in_register(case)
    cases.accept_case(actor=agent(), case=case, details={"documents": {"identity_check": "seen"}})
    process.advance_case(case.pk)
    issuing.issue_document(case.documents.get().pk)
    return case.documents.get()


def test_applicant_without_email_gets_the_document_by_post():
    document = without_email()
    letter = Delivery.objects.for_subject(document.case.subject).filter(title__startswith="Prêt").get()
    assert [one["path"] for one in letter.payload["enclosures"]] == [document.content.name]
    assert letter.payload["address"][1:] == ["Rue du Lac 22", "1199 Orvenay"]
    assert "Le document est joint à cette lettre." in letter.payload["text"]
    assert "Téléchargez" not in letter.payload["text"]


def test_applicant_with_email_gets_no_enclosure():
    letter = Delivery.objects.for_subject(issued().case.subject).filter(title__startswith="Prêt").get()
    assert (letter.carrier, letter.payload["attachments"]) == ("email", [])
    assert "joint à cette lettre" not in letter.payload["text"]


def test_unposted_letter_of_a_revoked_document_is_skipped():
    document = without_email()
    letter = Delivery.objects.for_subject(document.case.subject).filter(title__startswith="Prêt").get()
    issuing.revoke_document(actor=agent(), document=document, reason="L’adresse était fausse.")
    assert fresh(letter).state == "skipped"


def test_identity_is_asked_once_for_two_decisions():
    DocumentTemplateFactory()
    decisions = [{"key": "visa", "type": "decision"}, {"key": "decision", "type": "decision"}]
    attestation = {"key": "doc", "type": "document", "settings": {"template": KEY}}
    case = waiting_case(stages=[*decisions, attestation])
    assert "documents" in acceptance_forms_for(case, {})
    cases.accept_case(actor=agent(), case=case, details={"documents": {"identity_check": "seen"}})
    process.advance_case(case.pk)
    assert "documents" not in acceptance_forms_for(fresh(case), {})
    cases.accept_case(actor=agent(), case=fresh(case))
    process.advance_case(case.pk)
    assert case.documents.get().identity_check == "seen"


def test_document_numbers_are_sequential_by_prefix_and_year():
    with time_machine.travel("2026-11-24 08:00Z"):
        numbers = [issued().number, issued().number]
    with time_machine.travel("2027-01-02 08:00Z"):
        numbers.append(issued().number)
    assert numbers == ["AD-2026-00001", "AD-2026-00002", "AD-2027-00001"]


def test_document_number_uses_the_year_in_local_time():
    with time_machine.travel("2026-12-31 23:30Z"):
        document = issued()
    assert document.number.startswith("AD-2027-")
    assert str(document.date) == "2027-01-01"


def test_rehearsal_document_has_its_own_series(client):
    document = issued(kind="rehearsal")
    assert document.number.startswith("TEST-")
    assert document.texts["rehearsal"]
    assert not NumberSeries.objects.filter(key__startswith="document-AD").exists()
    assert client.get(reverse("documents:verdict", args=[document.code])).status_code == 404


def test_case_without_a_stated_identity_waits_for_an_agent(client):
    DocumentTemplateFactory()
    case = waiting_case()
    cases.accept_case(actor=agent(), case=case)
    process.advance_case(case.pk)
    row = case.stages.get(type="document")
    assert (row.waiting_for, case.documents.count()) == ("agent", 0)
    assert row.reason
    url = reverse("cases:stage", args=[case.reference, row.key])
    client.force_login(member(team=case.team, role=Role.TREAT))
    assert client.post(url, {"identity_check": "seen"}).status_code == 404
    decider = member(team=case.team, role=Role.DECIDE)
    client.force_login(decider)
    assert url in client.get(reverse("cases:case", args=[case.reference])).text
    assert client.post(url, {}).status_code == 422
    assert "Rien de prouvé" in client.get(reverse("cases:case", args=[case.reference])).text
    kept = client.post(url, {"identity_check": "seen"}, follow=True).text
    assert 'name="identity_check"' not in kept
    assert "le dossier continue de lui-même" in kept
    assert "Indiqué par un agent : vu en personne" in kept.replace("\N{NO-BREAK SPACE}", " ")
    assert "Rien de prouvé" not in kept
    process.advance_case(case.pk)
    document = case.documents.get()
    assert (document.identity_check, document.issued_by) == ("seen", decider)
    client.post(url, {"identity_check": "card"})
    assert fresh(document).identity_check == "seen"


def test_document_waits_for_the_answer_of_the_applicant(client):
    DocumentTemplateFactory(tells_register=False)
    case = waiting_case(stages=[STAGES[1]], advanced=False)
    cases.ask_applicant(actor=agent(), case=case, text="Avez-vous déménagé ?")
    process.advance_case(case.pk)
    assert not case.documents.exists()
    page = client.get(reverse("space:status", args=[case.links.get(mailed=False).secret])).text
    assert "Avez-vous déménagé" in page
    assert "en cours de création" not in page
    cases.answer_question(actor=agent(), case=fresh(case), text="Non.")
    process.advance_case(case.pk)
    assert case.documents.exists()


def test_document_without_an_answer_waits_for_an_agent(client):
    DocumentTemplateFactory(tells_register=False)
    case = waiting_case(stages=[STAGES[1]], advanced=False)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        cases.ask_applicant(actor=agent(), case=case, text="Avez-vous déménagé ?", days=5)
        process.advance_case(case.pk)
        clock.move_to(case.messages.get().term)
        cases.process_due_question(message=case.messages.get())
        process.advance_case(case.pk)
    assert not case.documents.exists()
    case = fresh(case)
    assert (case.stages.get().waiting_for, case.paused_at) == ("agent", None)
    status = reverse("space:status", args=[case.links.get(mailed=False).secret])
    assert "en cours de création" not in client.get(status).text
    client.force_login(agent())
    page = client.get(reverse("cases:case", args=[case.reference])).text
    assert "n’a pas répondu à temps" in page
    assert "identity_check" not in page
    assert page.count("Avez-vous déménagé ?") == 2  # as asked, and ready to be asked again
    client.post(reverse("cases:do", args=[case.reference, "go_on"]))
    process.advance_case(case.pk)
    assert case.documents.exists()
    assert "Continuer sans réponse" not in client.get(reverse("cases:case", args=[case.reference])).text


def test_missing_template_waits_for_a_lead_until_it_exists():
    case = accepted_case()
    assert KEY in case.stages.get(type="document").reason
    assert not case.documents.exists()
    DocumentTemplateFactory()
    process.advance_case(case.pk)
    assert case.documents.exists()


def test_unfillable_template_draws_no_number():
    DocumentTemplateFactory(sentence="{commune} attests {nothing}")
    case = accepted_case()
    assert "nothing" in case.stages.get(type="document").reason
    assert not NumberSeries.objects.filter(key__startswith="document").exists()


# -- Killed workers ------------------------------------------------------------------------------------------
def test_repeated_runs_issue_one_document():
    document = drawn()
    for _ in range(3):
        process.advance_case(document.case_id)
        issuing.issue_document(document.pk)
    assert Document.objects.count() == 1
    assert len(letters_with(document.verification_url)) == 1


@pytest.mark.parametrize("killed_in", ["render_document", "_store", "_issued"])
def test_document_keeps_its_number_after_a_worker_is_killed(monkeypatch, killed_in):
    document = drawn()

    class Killed(BaseException):
        pass

    def kill(*args, **kwargs):
        raise Killed

    with time_machine.travel("2027-11-24 08:00Z", tick=False) as clock:
        with monkeypatch.context() as patch:
            patch.setattr(rendering if killed_in == "render_document" else issuing, killed_in, kill)
            with pytest.raises(Killed):
                issuing.issue_document(document.pk)
        assert fresh(document).state == Document.State.DRAWN
        issuing.issue_document(document.pk)  # another worker may still have the claim
        assert fresh(document).state == Document.State.DRAWN
        clock.shift(issuing.CLAIM.total_seconds() + 31)
        wake_drawn_documents(timezone.now())
    made = fresh(document)
    assert (made.state, made.number, made.code) == (Document.State.ISSUED, document.number, document.code)
    folder = made.content.name.rpartition("/")[0]
    kept = [name for name in made.content.storage.listdir(folder)[1] if document.pk.hex in name]
    assert kept == [f"{document.pk.hex}-2.pdf"]


def test_two_runs_write_the_same_file():
    document = drawn()
    assert rendering.render_document(document) == rendering.render_document(document)


def test_pdf_contains_the_texts_frozen_with_the_number():
    document = drawn()
    DocumentTemplate.objects.update(body=json.dumps([]))
    issuing.issue_document(document.pk)
    assert "Élodie Anne Marchetti" in text_of(fresh(document))


def test_failed_pdf_is_retried_and_the_error_is_shown(monkeypatch, client):
    document = drawn()
    with monkeypatch.context() as patch:
        patch.setattr(printing_pdf, "STANDARDS", ["a-9z"])
        issuing.issue_document(document.pk)
    waiting = fresh(document)
    assert waiting.state == Document.State.DRAWN
    assert waiting.due_at > timezone.now()
    assert "a-9z" in waiting.fault
    client.force_login(agent())
    assert "a-9z" in client.get(reverse("cases:case", args=[document.case.reference])).text
    with time_machine.travel(waiting.due_at):
        issuing.issue_document(document.pk)
    assert fresh(document).fault == ""


# -- Content -------------------------------------------------------------------------------------------------
def text_of(document) -> str:
    """Return the text of the PDF; skip the test if no tool can read it."""
    return parse_words(document.content.read())


def test_pdf_declares_pdf_a_2a_and_pdf_ua_1():
    content = issued().content.read()
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert b"<rdf:li>fr</rdf:li>" in content


def test_pdf_is_valid(tmp_path):
    needs("qpdf")
    path = tmp_path / "document.pdf"
    path.write_bytes(issued().content.read())
    assert subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0


@pytest.mark.parametrize(
    "name",
    [
        "#strong[Müller] = $x^2$ @label *bold* \\emph",
        '#read("/etc/passwd")',
        "<b>Müller</b> <script>alert(1)</script>",
        "{\\rtf1 Müller}",
        "{prenom} {nothing}",
        "Νίκος Дарья Łukasz",
    ],
)
def test_markup_in_a_name_is_printed_literally(name):
    document = issued(answers={"nom": name})
    assert document.state == Document.State.ISSUED
    said = text_of(document)
    for word in name.split():
        assert word in said


def seen(pdf: bytes) -> str:
    """Return the letters of a PDF as they are on the page, from left to right."""
    needs("pdftotext")
    run = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    words = " ".join(re.findall(r">([^<]+)</word>", run.stdout.decode()))
    return words.translate({ord(printing_pdf.APART): "", ord(printing_pdf.TOGETHER): ""})


UNJOINED = "\N{ZERO WIDTH NON-JOINER}"


@pytest.mark.parametrize("name", ["محمد عبد الله", f"علی{UNJOINED}رضا شهرزاد", "יעקב בן־דוד כהן"])
def test_right_to_left_name_is_whole_and_stays_in_its_place(name):
    DocumentTemplateFactory(tells_register=False, sentence="Domicile de {nom}, 12 rue du Lac.")
    [sentence] = re.findall("Domicile de .*? Lac.", seen(issued(answers={"nom": name}).content.read()))
    assert sentence.replace(UNJOINED, "") == f"Domicile de {name[::-1]}, 12 rue du Lac.".replace(UNJOINED, "")
    assert sentence.count(UNJOINED) == name.count(UNJOINED)


def test_bidi_controls_in_answers_are_not_printed():
    DocumentTemplateFactory(tells_register=False, sentence="Domicile de {nom}, 12 rue du Lac.")
    said = seen(issued(answers={"nom": "\u202eenɘb \u2069\u2067محمد\u2069\u2068"}).content.read())
    assert "Domicile de enɘb دمحم, 12 rue du Lac." in said


def test_markup_in_a_name_is_escaped_everywhere(client):
    name = "<b>Müller</b> #strong[x] {{ 7|add:1 }} {nom} \u202enɘb"
    DocumentTemplateFactory()
    case = waiting_case(answers={"nom": name})
    case.submission.applicant_name = name
    case.submission.save()
    client.force_login(agent())
    places = [
        reverse("space:status", args=[case.links.get(mailed=False).secret]),
        reverse("cases:case", args=[case.reference]),
        reverse("cases:queue"),
    ]
    pages = [client.get(place).content.decode() for place in places]
    cases.accept_case(actor=agent(), case=case, details={"documents": {"identity_check": "seen"}})
    process.advance_case(case.pk)
    issuing.issue_document(case.documents.get().pk)
    document = case.documents.get()
    shown = "&lt;b&gt;Müller&lt;/b&gt; #strong[x] {{ 7|add:1 }} {nom}"
    for page in pages:
        assert shown in page
        assert "<b>Müller" not in page
    for letter in Delivery.objects.for_subject(case.subject):
        assert "<b>Müller" not in letter.payload["html"]
    code = client.get(reverse("documents:verdict", args=[document.code])).content.decode()
    assert document.number in code
    assert "<b>Müller" not in code
    said = " ".join(text_of(document).split())
    assert "<b>Müller</b> #strong[x] {{ 7|add:1 }} {nom}" in said
    assert "\u202e" not in said  # it would reverse the text after it


def test_unanswered_question_is_not_listed():
    document = drawn(answers={"naissance": None})
    [facts] = [block["facts"] for block in document.texts["body"] if block["kind"] == "facts"]
    assert [label for label, _ in facts] == ["Nom", "Prénoms"]


def test_document_shows_the_arms():
    commune = CommuneSettings.load()
    commune.arms.save("arms.png", ContentFile(picture().read()))
    assert issued().state == Document.State.ISSUED


def test_document_uses_the_case_language_if_there_is_a_template():
    german = Locale.objects.get_or_create(language_code="de")[0]
    DocumentTemplateFactory()
    DocumentTemplateFactory(locale=german, title="Wohnsitzbestätigung", facts="nom")
    case = waiting_case()
    case.team.names = [("de", "Einwohnerkontrolle")]
    case.team.save()
    Case.objects.filter(pk=case.pk).update(language="de")
    cases.accept_case(actor=agent(), case=fresh(case), details={"documents": {"identity_check": "seen"}})
    process.advance_case(case.pk)
    document = case.documents.get()
    assert (document.title, document.language) == ("Wohnsitzbestätigung", "de")
    assert document.texts["office"] == "Einwohnerkontrolle"


# -- Language, paper, access ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "written"), [("de", "de"), ("it", "fr"), ("", "fr"), (["de"], "fr")], ids=str
)
def test_document_uses_the_requested_language_if_possible(asked, written):
    german = Locale.objects.get_or_create(language_code="de")[0]
    DocumentTemplateFactory()
    DocumentTemplateFactory(locale=german, title="Wohnsitzbestätigung")
    stages = [STAGES[0], STAGES[1] | {"settings": STAGES[1]["settings"] | {"language": "langue"}}]
    document = issued(stages=stages, answers={"langue": asked})
    assert document.language == written


@pytest.mark.parametrize(("wanted", "letters"), [(True, 1), (False, 0), (None, 0), ("oui", 0)])
def test_document_is_also_posted_on_request(wanted, letters):
    stages = [STAGES[0], STAGES[1] | {"settings": STAGES[1]["settings"] | {"paper": "par_poste"}}]
    document = issued(stages=stages, answers={"par_poste": wanted})
    on_paper = Delivery.objects.for_subject(document.case.subject).filter(carrier="print")
    assert [one.payload["enclosures"][0]["path"] for one in on_paper] == [document.content.name] * letters
    assert Delivery.objects.for_subject(document.case.subject).filter(title__startswith="Prêt").count() == 1


def test_document_posted_as_identity_check_is_not_posted_twice():
    stages = [STAGES[0], STAGES[1] | {"settings": STAGES[1]["settings"] | {"paper": "par_poste"}}]
    document = issued(stages=stages, answers={"par_poste": True}, identity_check="posted")
    assert Delivery.objects.for_subject(document.case.subject).filter(carrier="print").count() == 1


def test_paper_document_goes_to_the_declared_address():
    stages = [STAGES[0], STAGES[1] | {"settings": STAGES[1]["settings"] | {"paper": "par_poste"}}]
    home = {"street": "Rue du Lac", "number": "22", "postcode": "1199", "town": "Orvenay"}
    DocumentTemplateFactory()
    case = CaseFactory(answers={"adresse": home, "par_poste": True}, stages=stages)
    found_in_register(case)
    cases.accept_case(actor=agent(), case=case, details={"documents": {"identity_check": "seen"}})
    process.advance_case(case.pk)
    issuing.issue_document(case.documents.get().pk)
    letter = Delivery.objects.for_subject(case.subject).get(carrier="print")
    assert letter.payload["address"] == [case.applicant, "Rue du Lac 22", "1199 Orvenay"]


def test_agent_of_the_team_reads_the_document_and_is_logged(client):
    document = issued()
    member = staff("team@orvenay.example", document.case.team)
    client.force_login(member)
    answer = client.get(reverse("issued_document", args=[document.pk]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert document.case.events.last().kind == "document_read"
    assert document.case.events.last().actor == member


def test_document_is_hidden_from_other_teams_and_visitors(client):
    document = issued()
    url = reverse("issued_document", args=[document.pk])
    other = staff("other@orvenay.example", Team.objects.create(key="other", name="Other"))
    client.force_login(other)
    assert client.get(url).status_code == 404
    client.logout()
    assert client.get(url).status_code == 302  # to the sign-in, as for every address of the admin


def test_applicant_downloads_by_the_status_link(client):
    document = issued()
    link = document.case.links.first()
    url = reverse("space:status_document", args=[link.secret, document.pk])
    assert b"".join(client.get(url).streaming_content).startswith(b"%PDF-")


def test_document_posted_as_identity_check_has_no_download(client):
    document = issued(identity_check="posted")
    link = document.case.links.first()
    assert client.get(reverse("space:status_document", args=[link.secret, document.pk])).status_code == 404
    assert str(document.pk) not in client.get(reverse("space:status", args=[link.secret])).text
    posted = "We post it to your registered address, because its arrival there confirms your identity."
    assert letters_with(gettext(f"{posted} That is why you cannot download it."))
    client.force_login(agent())
    page = client.get(reverse("cases:case", args=[document.case.reference])).text
    assert reverse("issued_document", args=[document.pk]) in page


def test_unfinished_document_cannot_be_downloaded(client):
    document = drawn()
    link = document.case.links.first()
    assert client.get(reverse("space:status_document", args=[link.secret, document.pk])).status_code == 404
    client.force_login(agent())
    assert client.get(reverse("issued_document", args=[document.pk])).status_code == 404
