"""Letters that editors write and translate: checked when saved, tried on a real case, sent in the language of the
case."""

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
from eservices.submissions.models import StoredFile
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, TeamFactory, member
from tests.factories.home import CommuneSettingsFactory
from tests.factories.letter_templates import LetterFactory
from tests.factories.submissions import FormVersionFactory, certificate

pytestmark = pytest.mark.django_db


def said(**texts) -> letter_rendering.RenderedLetter:
    return letter_rendering.render_letter(
        CaseFactory(), LetterFactory.build(**texts, locale=LetterFactory().locale)
    )


def mails(case) -> list[Delivery]:
    return list(Delivery.objects.about(case.subject).order_by("created_at", "pk"))


# -- What it says -------------------------------------------------------------------------------------------
def test_a_letter_quotes_answers_and_what_every_case_knows():
    case = CaseFactory(refused=True)
    found = letter_rendering.render_letter(
        case,
        LetterFactory(
            subject="{service}, {reference}", text="<p>{prenom} {nom}: {reason} {team} {commune}</p>"
        ),
    )
    assert found.subject == f"Attestation de domicile, {case.reference}"
    assert "Élodie Marchetti: Vous n’habitez pas à Orvenay. Habitants" in found.text


def test_what_a_case_does_not_know_is_left_open():
    assert said(subject="{autre}", text="<p>{remarque}</p>") == ("…", ["…"])


def test_what_people_typed_is_never_markup_nor_a_placeholder():
    case = CaseFactory(answers={"remarque": "<b>{reason}</b>"})
    found = letter_rendering.render_letter(case, LetterFactory(text="<p>Vous écrivez : {remarque}</p>"))
    assert "&lt;b&gt;{reason}&lt;/b&gt;" in rich.paragraphs_to_html(found.paragraphs)


def test_a_secret_answer_never_stands_in_a_letter():
    definition = certificate()
    definition["steps"][4]["fields"][1]["secret"] = True
    FormVersionFactory(content=definition)
    assert "remarque" not in placeholders_of_services("")
    case = CaseFactory(answers={"remarque": "secret"})
    case.version.content["steps"][4]["fields"][1]["secret"] = True
    assert "remarque" not in letter_rendering.letter_values(case, "fr")


def test_a_letter_quotes_what_agents_filled_in():
    paid = {"type": "integer", "key": "montant", "label": "Montant accordé", "required": True}
    stage = {"key": "octroi", "type": "fill", "settings": {"format": 1, "fields": [paid]}}
    case = CaseFactory(stages=[stage])
    letter = LetterFactory(text="<p>CHF {montant}</p>")
    letter.full_clean()
    assert letter_rendering.render_letter(case, letter).text == "CHF …"
    case.data = {"montant": 250}
    assert letter_rendering.render_letter(case, letter).text == "CHF 250"


# -- What may be written ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "texts",
    [{"subject": "{inconnu}"}, {"text": "<p>{inconnu}</p>"}, {"text": "<p>une {accolade</p>"}],
)
def test_a_letter_with_an_unknown_placeholder_is_refused(texts):
    FormVersionFactory()
    with pytest.raises(ValidationError) as refusal:
        LetterFactory.build(locale=LetterFactory().locale, key="autre", **texts).full_clean()
    assert list(refusal.value.message_dict) == list(texts)


def test_a_letter_that_a_service_sends_may_quote_what_that_service_asks_and_no_more():
    stage = {"key": "avis", "type": "notify", "settings": {"letter": "avis"}}
    FormVersionFactory(content=certificate(stages=[stage]))
    letter = LetterFactory.build(locale=LetterFactory().locale, key="avis", text="<p>{prenom} {deadline}</p>")
    letter.full_clean()
    letter.text = "<p>{vehicule}</p>"
    with pytest.raises(ValidationError):
        letter.full_clean()


def test_editors_write_letters_in_the_admin_and_see_what_can_be_filled_in(client):
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


def test_only_who_may_write_letters_does(client):
    client.force_login(member(Role.LEAD))
    assert client.get(reverse(LetterTemplate.snippet_viewset.get_url_name("add"))).status_code == 302


# -- Tried ---------------------------------------------------------------------------------------------------
def test_a_letter_is_tried_on_a_case_that_the_editor_may_see_before_it_is_saved(client):
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
    assert other.reference in shown.text  # to be chosen
    assert 'rel="stylesheet" href="/static/css/site.css"' in shown.text
    agent.memberships.exclude(team=police).delete()
    assert wanted.reference not in client.get(url, {"case": wanted.reference}).text


# -- Sent ---------------------------------------------------------------------------------------------------
def test_a_letter_goes_out_in_the_language_of_the_case():
    LetterFactory()
    LetterFactory(language="de", subject="Es fehlt etwas: {reference}", text="<p>Guten Tag {prenom}</p>")
    case = CaseFactory(language="de")
    sent = emails.send_letter_template(case, "piece-manquante")
    assert sent.title == f"Es fehlt etwas: {case.reference}"
    assert "Guten Tag Élodie" in sent.payload["text"]


def test_a_letter_in_no_language_of_the_case_goes_out_in_the_first_one():
    LetterFactory()
    assert "Il manque" in emails.send_letter_template(CaseFactory(language="it"), "piece-manquante").title


def test_a_letter_that_is_gone_is_not_sent():
    assert emails.send_letter_template(CaseFactory(), "disparue") is None


def test_on_paper_a_letter_keeps_its_bold_words_and_says_how_to_follow_the_request_without_a_link():
    CommuneSettingsFactory(phone="021 000 42 10")
    LetterFactory()
    case = CaseFactory(email="", language="fr")
    sent = emails.send_letter_template(case, "piece-manquante")
    assert ["manque", "b"] in sent.payload["paragraphs"][1]
    (receipt,) = Delivery.objects.about(case.subject).exclude(pk=sent.pk)
    for letter in (sent, receipt):
        said = letter.payload["paragraphs"][-1]
        assert f"appelez le 021 000 42 10 ou passez au guichet, avec la référence {case.reference}" in said
        assert "un code pour la suivre sur testserver" in said
        assert "/dossier/" not in letter.payload["text"]
    infected = emails.send_file_infected(case, StoredFile(name="malade.pdf")).payload["text"]
    assert "apportez-nous le document sur papier" in infected
    assert "sur cette page" not in infected


def test_a_service_sends_its_own_letters_in_place_of_ours():
    LetterFactory(key="recu", subject="Bien reçu : {reference}")
    LetterFactory(key="non", subject="C’est non", text="<p>{reason}</p>")
    case = CaseFactory(settings={"letters": {"receipt": "recu", "refused": "non"}}, refused=True)
    assert [one.title for one in mails(case)] == [f"Bien reçu : {case.reference}", "C’est non"]


def test_a_service_whose_letter_is_gone_sends_ours():
    case = CaseFactory(settings={"letters": {"receipt": "disparue"}})
    assert len(mails(case)) == 1


def test_the_stage_that_tells_sends_a_letter_and_waits_for_one_that_is_gone():
    stage = {"key": "avis", "type": "notify", "settings": {"format": 1, "letter": "piece-manquante"}}
    waiting = CaseFactory(stages=[stage])
    assert waiting.stages.get().waiting_for == "lead"
    LetterFactory()
    process.advance_case(waiting.pk)
    assert "Il manque une pièce" in mails(waiting)[-1].title
    assert list(NotificationStage().faults({"letter": "x"})) == []
    assert len(list(NotificationStage().faults({}))) == 1


def test_a_letter_goes_by_sms_where_a_number_was_given_and_it_is_short_enough():
    stage = {"key": "avis", "type": "notify", "settings": {"letter": "avis", "sms": True}}
    letter = LetterFactory(key="avis", text="<p>Bonjour {prenom}, votre clé est <b>prête</b>.</p>")

    def sent(phone: str) -> Delivery:
        case = CaseFactory(stages=[stage], advanced=False)
        case.submission.phone = phone
        case.submission.save()
        process.advance_case(case.pk)
        return Delivery.objects.about(case.subject).order_by("created_at").last()

    said = sent("+41790001122")
    assert (said.carrier, said.payload["text"]) == ("sms", "Bonjour Élodie, votre clé est prête.")
    assert sent("").carrier != "sms"
    assert list(NotificationStage().faults({"letter": "avis", "sms": True})) == []
    letter.text = f"<p>{'Bonjour. ' * 60}</p>"
    letter.save()
    assert sent("+41790001122").carrier != "sms"
    assert len(list(NotificationStage().faults({"letter": "avis", "sms": True}))) == 1


@pytest.mark.parametrize("deed", ["message", "ask"])
def test_agents_begin_with_a_letter_in_the_language_of_the_case(client, deed):
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


# -- Translated ---------------------------------------------------------------------------------------------
GERMAN = {
    "Pièce manquante": "Fehlende Beilage",
    "Il manque une pièce : {reference}": "Es fehlt etwas: {reference}",
    "Bonjour {prenom},": "Guten Tag {prenom}",
    "il <b>manque</b> une pièce à votre demande du {sent}.": "Ihrem Gesuch vom {sent} <b>fehlt</b> etwas.",
}


@pytest.fixture
def translating(client):
    """The screen of the German translation of a letter, for whoever translates."""
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
    """What the translator's screen is made from."""
    return json.loads(unescape(re.search(r'data-props="([^"]+)"', client.get(screen).text)[1]))


def translate(client, screen, words) -> dict[str, str | None]:
    """Types the words where their source stands, as the screen sends them; says what is wrong with each text then."""
    segments = shown(client, screen)["segments"]
    for segment in segments:
        if said := words.get(segment.get("source")):
            data = encode_multipart(BOUNDARY, {"value": said})
            assert client.put(segment["editUrl"], data, content_type=MULTIPART_CONTENT).status_code < 300
    client.post(screen, {"action": "publish"})
    faults = {one["segment_id"]: one["error"] for one in shown(client, screen)["initialStringTranslations"]}
    return {one["source"]: faults[one["id"]] for one in segments if one["id"] in faults}


def test_a_letter_that_was_translated_in_the_admin_goes_out_in_german_with_its_placeholders_filled(
    client, translating
):
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
def test_a_translation_that_breaks_or_invents_a_placeholder_is_not_published_and_the_text_says_why(
    client, translating, source, said, fault
):
    translate(client, translating, GERMAN)
    faults = translate(client, translating, {source: said, "Pièce manquante": "Beilage fehlt"})
    assert {text for text, why in faults.items() if why} == {source}
    assert fault in faults[source]
    assert LetterTemplate.objects.get(locale__language_code="de").name == "Fehlende Beilage"  # as before


def test_who_translates_a_letter_is_not_asked_for_its_key(client, translating):
    paths = {one["contentPath"] for one in shown(client, translating)["segments"]}
    assert paths == {"name", "subject", "text"}


# -- Rich text ----------------------------------------------------------------------------------------------
def test_rich_text_becomes_paragraphs_and_html_again():
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
    assert rich.paragraphs_to_html(found) == (
        "<h3>Suite</h3>\n<p>Un <b>mot </b><i><b>dit</b></i><br>ici &amp; là</p>\n"
        "<ul><li>a</li><li><b>b</b></li></ul>\n<ol><li>c</li></ol>"
    )
