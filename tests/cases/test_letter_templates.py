"""Letter templates: validation when saved, previews on a real case, and sending in the language of the case."""

import json
import re
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from wagtail.models import Locale
from wagtail.test.utils.form_data import nested_form_data, rich_text

from eservices.cases import emails, process
from eservices.cases.letter_templates.validation import placeholders_of_services
from eservices.cases.logic import rich_text as rich
from eservices.cases.models import LetterTemplate, Role, TeamMember
from eservices.cases.stages.notification import NotificationStage
from eservices.cases.texts import letter_rendering
from eservices.deliveries.models import Delivery
from eservices.deliveries.paragraph_html import paragraphs_to_html
from eservices.submissions.models import StoredFile
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, TeamFactory, member
from tests.factories.home import CommuneSettingsFactory
from tests.factories.letter_templates import LetterFactory
from tests.factories.submissions import FormVersionFactory, certificate

pytestmark = pytest.mark.django_db


def rendered_letter(**texts) -> letter_rendering.RenderedLetter:
    return letter_rendering.render_letter(
        CaseFactory(), LetterFactory.build(**texts, locale=LetterFactory().locale)
    )


def mails(case) -> list[Delivery]:
    return list(Delivery.objects.for_subject(case.subject).order_by("created_at", "pk"))


# -- Rendering -----------------------------------------------------------------------------------------------
def test_letter_template_quotes_answers_and_case_values():
    case = CaseFactory(refused=True)
    found = letter_rendering.render_letter(
        case,
        LetterFactory(
            subject="{service}, {reference}", text="<p>{prenom} {nom}: {reason} {team} {commune}</p>"
        ),
    )
    assert found.subject == f"Attestation de domicile, {case.reference}"
    assert "Élodie Marchetti: Vous n’habitez pas à Orvenay. Habitants" in found.text


def test_unknown_value_in_letter_template_is_left_blank():
    assert rendered_letter(subject="{autre}", text="<p>{remarque}</p>") == ("…", ["…"])


def test_answer_is_neither_markup_nor_placeholder():
    case = CaseFactory(answers={"remarque": "<b>{reason}</b>"})
    found = letter_rendering.render_letter(case, LetterFactory(text="<p>Vous écrivez : {remarque}</p>"))
    assert "&lt;b&gt;{reason}&lt;/b&gt;" in paragraphs_to_html(found.paragraphs)


def test_secret_answer_is_no_placeholder():
    definition = certificate()
    definition["steps"][4]["fields"][1]["secret"] = True
    FormVersionFactory(content=definition)
    assert "remarque" not in placeholders_of_services("")
    case = CaseFactory(answers={"remarque": "secret"})
    case.version.content["steps"][4]["fields"][1]["secret"] = True
    assert "remarque" not in letter_rendering.letter_values(case, "fr")


def test_letter_template_quotes_answers_of_agents():
    paid = {"type": "integer", "key": "montant", "label": "Montant accordé", "required": True}
    stage = {"key": "octroi", "type": "fill", "settings": {"format": 1, "fields": [paid]}}
    case = CaseFactory(stages=[stage])
    letter = LetterFactory(text="<p>CHF {montant}</p>")
    letter.full_clean()
    assert letter_rendering.render_letter(case, letter).text == "CHF …"
    case.data = {"montant": 250}
    assert letter_rendering.render_letter(case, letter).text == "CHF 250"


# -- Validation ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "texts",
    [{"subject": "{inconnu}"}, {"text": "<p>{inconnu}</p>"}, {"text": "<p>une {accolade</p>"}],
)
def test_letter_template_with_unknown_placeholder_is_refused(texts):
    FormVersionFactory()
    with pytest.raises(ValidationError) as refusal:
        LetterFactory.build(locale=LetterFactory().locale, key="autre", **texts).full_clean()
    assert list(refusal.value.message_dict) == list(texts)


def test_letter_template_quotes_only_answers_of_its_service():
    stage = {"key": "avis", "type": "notify", "settings": {"letter": "avis"}}
    FormVersionFactory(content=certificate(stages=[stage]))
    letter = LetterFactory.build(locale=LetterFactory().locale, key="avis", text="<p>{prenom} {deadline}</p>")
    letter.full_clean()
    letter.text = "<p>{vehicule}</p>"
    with pytest.raises(ValidationError):
        letter.full_clean()


def test_editor_writes_letter_template_with_placeholder_list(client):
    FormVersionFactory()
    Locale.objects.get_or_create(language_code="fr")
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    add = reverse(LetterTemplate.snippet_viewset.get_url_name("add"))
    shown = client.get(add).text
    assert "{applicant}" in shown
    assert "{prenom}" in shown
    data = {
        "name": "Avis",
        "key": "avis",
        "subject": "Avis {reference}",
        "text": rich_text("<p>{inconnu}</p>"),
    }
    assert client.post(add, nested_form_data(data)).status_code == 200
    assert not LetterTemplate.objects.exists()
    client.post(add, nested_form_data(data | {"text": rich_text("<p>Bonjour {prenom}</p>")}))
    assert LetterTemplate.objects.get().subject == "Avis {reference}"


def test_letter_template_form_requires_permission(client):
    client.force_login(member(Role.LEAD))
    assert client.get(reverse(LetterTemplate.snippet_viewset.get_url_name("add"))).status_code == 302


# -- Preview -------------------------------------------------------------------------------------------------
def test_letter_template_preview_uses_only_visible_cases(client):
    police = TeamFactory(key="police")
    other, wanted, letter = CaseFactory(), CaseFactory(), LetterFactory(team=police)
    agent = member()
    TeamMember.objects.create(team=police, user=agent, role=Role.LEAD)
    agent.user_permissions.set(Permission.objects.filter(codename="change_lettertemplate"))
    client.force_login(agent)
    url = reverse(LetterTemplate.snippet_viewset.get_url_name("preview_on_edit"), args=[letter.pk])
    data = {"name": "Avis", "key": letter.key, "subject": "Essai {reference}", "team": police.pk}
    client.post(url, nested_form_data(data | {"text": rich_text("<p>Bonjour <b>{prenom}</b></p>")}))
    shown = client.get(url, {"case": wanted.reference, "mode": ""})
    assert f"Essai {wanted.reference}" in shown.text
    assert "&lt;b&gt;Élodie&lt;/b&gt;" in shown.text
    assert other.reference in shown.text  # offered as a choice
    assert 'rel="stylesheet" href="/static/css/site.css"' in shown.text
    agent.memberships.exclude(team=police).delete()
    assert wanted.reference not in client.get(url, {"case": wanted.reference}).text


# -- Sending -------------------------------------------------------------------------------------------------
def test_letter_template_is_sent_in_language_of_case():
    LetterFactory()
    LetterFactory(language="de", subject="Es fehlt etwas: {reference}", text="<p>Guten Tag {prenom}</p>")
    case = CaseFactory(language="de")
    sent = emails.send_letter_template(case, "piece-manquante")
    assert sent.title == f"Es fehlt etwas: {case.reference}"
    assert "Guten Tag Élodie" in sent.payload["text"]


def test_untranslated_letter_template_uses_first_language():
    LetterFactory()
    assert "Il manque" in emails.send_letter_template(CaseFactory(language="it"), "piece-manquante").title


def test_deleted_letter_template_is_not_sent():
    assert emails.send_letter_template(CaseFactory(), "disparue") is None


def test_paper_letter_names_reference_instead_of_status_link():
    CommuneSettingsFactory(phone="021 000 42 10")
    LetterFactory()
    case = CaseFactory(email="", language="fr")
    sent = emails.send_letter_template(case, "piece-manquante")
    assert ["manque", "b"] in sent.payload["paragraphs"][1]
    (receipt,) = Delivery.objects.for_subject(case.subject).exclude(pk=sent.pk)
    for letter in (sent, receipt):
        said = letter.payload["paragraphs"][-1]
        assert f"appelez le 021 000 42 10 ou passez au guichet, avec la référence {case.reference}" in said
        assert "un code pour la suivre sur testserver" in said
        assert "/dossier/" not in letter.payload["text"]
    infected = emails.send_file_infected(case, StoredFile(name="malade.pdf")).payload["text"]
    assert "apportez-nous le document sur papier" in infected
    assert "sur cette page" not in infected


def test_service_sends_its_own_letter_templates():
    LetterFactory(key="recu", subject="Bien reçu : {reference}")
    LetterFactory(key="non", subject="C’est non", text="<p>{reason}</p>")
    case = CaseFactory(settings={"letters": {"receipt": "recu", "refused": "non"}}, refused=True)
    assert [one.title for one in mails(case)] == [f"Bien reçu : {case.reference}", "C’est non"]


def test_service_without_its_letter_template_sends_default():
    case = CaseFactory(settings={"letters": {"receipt": "disparue"}})
    assert len(mails(case)) == 1


def test_notification_stage_waits_for_missing_letter_template():
    stage = {"key": "avis", "type": "notify", "settings": {"format": 1, "letter": "piece-manquante"}}
    waiting = CaseFactory(stages=[stage])
    assert waiting.stages.get().waiting_for == "lead"
    LetterFactory()
    process.advance_case(waiting.pk)
    assert "Il manque une pièce" in mails(waiting)[-1].title
    assert list(NotificationStage().faults({"letter": "x"})) == []
    assert len(list(NotificationStage().faults({}))) == 1


def test_short_letter_template_is_sent_by_sms():
    stage = {"key": "avis", "type": "notify", "settings": {"letter": "avis", "sms": True}}
    letter = LetterFactory(key="avis", text="<p>Bonjour {prenom}, votre clé est <b>prête</b>.</p>")

    def sent(phone: str) -> Delivery:
        case = CaseFactory(stages=[stage], advanced=False)
        case.submission.phone = phone
        case.submission.save()
        process.advance_case(case.pk)
        return Delivery.objects.for_subject(case.subject).order_by("created_at").last()

    said = sent("+41790001122")
    assert (said.carrier, said.payload["text"]) == ("sms", "Bonjour Élodie, votre clé est prête.")
    assert sent("").carrier != "sms"
    assert list(NotificationStage().faults({"letter": "avis", "sms": True})) == []
    letter.text = f"<p>{'Bonjour. ' * 60}</p>"
    letter.save()
    assert sent("+41790001122").carrier != "sms"
    assert len(list(NotificationStage().faults({"letter": "avis", "sms": True}))) == 1


@pytest.mark.parametrize("deed", ["message", "ask"])
def test_agent_form_starts_from_letter_template_of_case_language(client, deed):
    LetterFactory(for_agents=True)
    LetterFactory(language="de", for_agents=True, text="<p>Guten Tag {prenom}</p>")
    LetterFactory(key="interne", name="Interne")
    case = CaseFactory(language="de")
    client.force_login(member())
    url = reverse("cases:case", args=[case.reference])
    shown = client.get(url, {"for": deed, "letter": "piece-manquante"})
    offered = {one.do: one.form for one in shown.context["decisions"]} | shown.context["forms"]
    assert offered[deed]["text"].value() == "Guten Tag Élodie"
    assert shown.context["letters"] == [("piece-manquante", "Pièce manquante")]
    assert "Guten Tag" not in client.get(url, {"for": "refuse", "letter": "piece-manquante"}).text
    assert "Guten Tag" not in client.get(url, {"for": deed, "letter": "interne"}).text


# -- Translation ---------------------------------------------------------------------------------------------
GERMAN = {
    "Pièce manquante": "Fehlende Beilage",
    "Il manque une pièce : {reference}": "Es fehlt etwas: {reference}",
    "Bonjour {prenom},": "Guten Tag {prenom}",
    "il <b>manque</b> une pièce à votre demande du {sent}.": "Ihrem Gesuch vom {sent} <b>fehlt</b> etwas.",
}


@pytest.fixture
def translating(client):
    """Address of the page that translates a letter template to German."""
    FormVersionFactory()
    german, _new = Locale.objects.get_or_create(language_code="de")
    client.force_login(member(Role.LEAD, roles=["leads"]))
    submit = reverse(
        "wagtail_localize:submit_snippet_translation",
        args=["eservices_cases", "lettertemplate", LetterFactory(team=TeamFactory()).pk],
    )
    assert submit in client.get(reverse(LetterTemplate.snippet_viewset.get_url_name("list"))).text
    return client.post(submit, {"locales": [german.pk]}).url


def shown(client, screen) -> dict:
    """Return the properties of the translation page."""
    return json.loads(unescape(re.search(r'data-props="([^"]+)"', client.get(screen).text)[1]))


def translate(client, screen, words) -> dict[str, str | None]:
    """Save the translations of the given source texts and publish. Return the error of each text."""
    segments = shown(client, screen)["segments"]
    for segment in segments:
        if said := words.get(segment.get("source")):
            data = encode_multipart(BOUNDARY, {"value": said})
            assert client.put(segment["editUrl"], data, content_type=MULTIPART_CONTENT).status_code < 300
    client.post(screen, {"action": "publish"})
    faults = {one["segment_id"]: one["error"] for one in shown(client, screen)["initialStringTranslations"]}
    return {one["source"]: faults[one["id"]] for one in segments if one["id"] in faults}


def test_translated_letter_template_is_sent_in_german(client, translating):
    assert translate(client, translating, GERMAN) == dict.fromkeys(GERMAN)
    case = CaseFactory(language="de", settings={"letters": {"receipt": "piece-manquante"}})
    [sent] = mails(case)
    assert sent.title == f"Es fehlt etwas: {case.reference}"
    assert "Guten Tag Élodie\n\nIhrem Gesuch vom " in sent.payload["text"]
    assert "{" not in sent.payload["text"]


@pytest.mark.parametrize(
    ("source", "said", "fault"),
    [
        ("Bonjour {prenom},", "Guten Tag {vorname}", "«\u00a0vorname\u00a0»"),
        ("Bonjour {prenom},", "Guten Tag {prenom", "Une accolade est seule"),
        ("Il manque une pièce : {reference}", "Es fehlt etwas: {referenz}", "«\u00a0referenz\u00a0»"),
    ],
)
def test_translation_with_broken_placeholder_is_not_published(client, translating, source, said, fault):
    translate(client, translating, GERMAN)
    faults = translate(client, translating, {source: said, "Pièce manquante": "Beilage fehlt"})
    assert {text for text, why in faults.items() if why} == {source}
    assert fault in faults[source]
    assert LetterTemplate.objects.get(locale__language_code="de").name == "Fehlende Beilage"  # unchanged


def test_letter_template_key_is_not_translatable(client, translating):
    paths = {one["contentPath"] for one in shown(client, translating)["segments"]}
    assert paths == {"name", "subject", "text"}


# -- Rich text ----------------------------------------------------------------------------------------------
def test_rich_text_converts_to_paragraphs_and_back():
    html = (
        '<h3 data-block-key="a">Suite</h3><p data-block-key="b">Un <b>mot <i>dit</i></b><br/>ici &amp; là</p>'
        "<ul><li>a</li><li><b>b</b></li></ul><ol><li>c</li></ol><p></p>"
    )
    found = rich.paragraphs_from_html(html)
    assert found == [
        {"heading": "Suite"},
        [["Un ", ""], ["mot ", "b"], ["dit", "bi"], ["\nici & là", ""]],
        {"items": ["a", [["b", "b"]]]},
        {"items": ["c"], "numbered": True},
    ]
    assert paragraphs_to_html(found) == (
        "<h3>Suite</h3>\n<p>Un <b>mot </b><i><b>dit</b></i><br>ici &amp; là</p>\n"
        "<ul><li>a</li><li><b>b</b></li></ul>\n<ol><li>c</li></ol>"
    )
