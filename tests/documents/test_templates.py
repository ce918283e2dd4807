"""Document templates and the documents made from them."""

import json
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Locale
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield
from wagtail_localize.segments.extract import extract_segments

from eservices.accounts.models import IdentityLevel
from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.models import Case
from eservices.deliveries.models import Delivery
from eservices.documents import document_text, release_rules, rendering
from eservices.documents import rich_text as passages
from eservices.documents.actions import issuing
from eservices.documents.models import DocumentTemplate, IdentityCheck
from eservices.documents.placeholders import GIVEN
from eservices.register.models import RegisterCheck
from eservices.register.persons import to_json_data
from tests.factories.cases import CaseFactory, TeamFactory, member
from tests.factories.documents import (
    KEY,
    STAGES,
    DocumentTemplateFactory,
    accepted_case,
    agent,
    body,
    drawn,
    waiting_case,
)
from tests.factories.register import declared_by, found_in_register

pytestmark = pytest.mark.django_db
ADULT = {"field": "naissance", "operator": "age_gte", "value": 18}
CHILD = {"field": "naissance", "operator": "age_lt", "value": 18}


def template(**fields) -> DocumentTemplate:
    """Build an unsaved template with declared answers."""
    return DocumentTemplateFactory.build(
        locale=DocumentTemplateFactory().locale, **{"tells_register": False} | fields
    )


def edit_url(of: DocumentTemplate) -> str:
    return reverse("wagtailsnippets_eservices_documents_documenttemplate:edit", args=[of.pk])


def posted(of: DocumentTemplate, sentence: str) -> dict:
    statement = {"text": rich_text(f"<p>{sentence}</p>"), "condition": ""}
    fields = {"key": of.key, "prefix": "AD", "title": "Attestation", "law": "", "signatory": "", "months": ""}
    fields["team"] = of.team_id or ""
    return nested_form_data(fields | {"signatory_role": "", "body": streamfield([("statement", statement)])})


# -- Placeholders --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    ["{nobody} asked", "{nom.__class__}", "{nom!r} {0}", "{nom", "nom}", "{no<b>m</b>}"],
)
def test_placeholder_that_no_service_fills_is_refused(text):
    waiting_case()
    for part in (body(text), body("Fine", validity=text)):
        with pytest.raises(ValidationError) as refused:
            template(body=part).clean()
        assert list(refused.value.message_dict) == ["body"]


@pytest.mark.parametrize(
    "part",
    [
        body("Fine", facts="nom, nobody"),
        body("Fine", condition={"field": "nobody", "operator": "filled"}),
    ],
)
def test_facts_and_conditions_refer_to_existing_questions(part):
    waiting_case()
    with pytest.raises(ValidationError, match="nobody"):
        template(body=part).clean()


def test_placeholders_of_every_service_are_accepted():
    waiting_case()
    template(
        body=body("{prenom} <b>{nom}</b> {applicant} {number} {date} {valid_until}", facts="nom, reference")
    ).clean()


def test_template_without_a_service_accepts_any_placeholder():
    template(body=body("{anything}")).clean()
    with pytest.raises(ValidationError):
        template(body=body("{any thing}")).clean()


# -- Rich text as data ---------------------------------------------------------------------------------------
def test_rich_text_is_reduced_to_runs_and_lists():
    html = (
        "<p>One <b>two <i>three</i></b><br/>four &lt;b&gt;</p><ul><li>a</li><li><i>b</i></li></ul>"
        "<script>x</script><p></p>"
    )
    assert passages.passages_from_html(html)[:2] == [
        {
            "kind": "p",
            "items": [
                [
                    ["One ", False, False],
                    ["two ", True, False],
                    ["three", True, True],
                    ["\n", False, False],
                    ["four <b>", False, False],
                ]
            ],
        },
        {"kind": "ul", "items": [[["a", False, False]], [["b", False, True]]]},
    ]
    assert passages.passages_from_html("") == []


def test_paragraph_is_printed_if_its_condition_holds():
    parts = [*body("Adulte.", condition=ADULT)[:1], *body("Enfant.", condition=CHILD)[:1]]
    DocumentTemplateFactory(body=parts)
    said = [block["passages"][0]["items"][0][0][0] for block in drawn().texts["body"]]
    assert said == ["Adulte."]


def test_document_contains_answers_of_agents_if_filled_in(client, admin_user):
    asked = {"type": "long_text", "key": "conditions", "label": "Conditions", "required": False}
    fill = {"key": "octroi", "type": "fill", "settings": {"format": 1, "fields": [asked]}}
    where = {"field": "conditions", "operator": "filled"}
    said_by = body("{conditions}", facts="nom, conditions", condition=where)
    made = DocumentTemplateFactory(body=said_by, tells_register=False)
    case = waiting_case(stages=[fill, *STAGES])
    made.clean()
    client.force_login(admin_user)
    assert "<code>{conditions}</code> Conditions" in client.get(edit_url(made)).text

    def preview_of_body() -> str:
        return str(document_text.preview_texts(made, case, date(2026, 3, 2))["body"])

    assert "'kind': 'statement'" not in preview_of_body()
    case.data = {"conditions": "Musique jusqu’à 23 h."}
    assert preview_of_body().count("Musique jusqu’à 23 h.") == 2


# -- Validity and versions -----------------------------------------------------------------------------------
def test_document_shows_its_validity():
    DocumentTemplateFactory(months=6, body=body("Jusqu’au {valid_until}."))
    document = drawn()
    assert document.valid_until.month == (document.date.month + 5) % 12 + 1
    DocumentTemplate.objects.update(months=None)
    assert drawn().valid_until is None


def test_document_records_the_revision_of_its_template(client, admin_user):
    made = DocumentTemplateFactory()
    waiting_case()
    client.force_login(admin_user)
    assert b"{prenom}" in client.get(edit_url(made)).content
    refused = client.post(edit_url(made), posted(made, "{nobody}"))
    assert refused.status_code == 200
    assert "nobody" in refused.text
    assert client.post(edit_url(made), posted(made, "{nom} est là.")).status_code == 302
    made.refresh_from_db()
    document = drawn()
    assert document.revision == made.latest_revision
    assert document.texts["body"][0]["passages"][0]["items"][0][0][0] == "Marchetti est là."


def test_texts_of_a_template_are_translatable_without_keys():
    made = DocumentTemplateFactory(law="Loi", body=body("{nom} ici", facts="nom", validity="Toujours"))
    segments = {str(getattr(one, "string", "")) for one in extract_segments(made)}
    joined = " ".join(segments)
    for text in ("Attestation de domicile", "Loi", "{nom} ici", "Toujours", "Valeur"):
        assert text in joined
    assert KEY not in joined
    assert "nom" not in segments


# -- Preview -------------------------------------------------------------------------------------------------
def preview(client, of: DocumentTemplate, mode: str, sentence: str = "{register_name} habite à Orvenay."):
    url = reverse("wagtailsnippets_eservices_documents_documenttemplate:preview_on_edit", args=[of.pk])
    client.post(url, posted(of, sentence) | {"tells_register": "on"})
    return client.get(url, {"mode": mode})


def test_preview_shows_placeholders_or_a_readable_case(client, admin_user):
    made = DocumentTemplateFactory()
    waiting_case()
    client.force_login(admin_user)
    for mode in ("", "case"):
        page = preview(client, made, mode)
        assert page.status_code == 200
        assert "data:image/svg+xml" in page.text
    police = TeamFactory(key="police")
    DocumentTemplate.objects.update(team=police)
    made.refresh_from_db()
    client.force_login(member(team=police, roles=["leads"]))  # they read no case of the service
    page = preview(client, made, "case")
    assert "data:image/svg+xml" not in page.text
    assert 'role="alert"' in page.text


@pytest.fixture
def shown(monkeypatch) -> list[str]:
    """Record the texts from which pages of previews are drawn."""
    seen, draw = [], rendering.render_preview_pages
    monkeypatch.setattr(
        rendering, "render_preview_pages", lambda texts: seen.append(json.dumps(texts)) or draw(texts)
    )
    return seen


def test_preview_on_a_case_shows_values_of_that_case(client, admin_user, shown):
    made = DocumentTemplateFactory()
    waiting_case()
    found(waiting_case(), given_names="Zoe", family_name="Rochat")
    client.force_login(admin_user)
    on_case, plain = preview(client, made, "case"), preview(client, made, "")
    assert "Zoe Rochat habite" in shown[0]
    assert "Ancienne" not in shown[0]
    assert "{register_name} habite" in shown[1]
    assert "Rochat" not in shown[1]
    assert on_case.text != plain.text


def test_preview_on_a_case_reports_missing_values(client, admin_user, shown):
    made = DocumentTemplateFactory()
    case = waiting_case(found=False)
    client.force_login(admin_user)
    sentence = "{register_name} habite {register_address}."
    refused = preview(client, made, "case", sentence)
    assert 'role="alert"' in refused.text
    assert not shown
    found(case)
    assert 'role="alert"' not in preview(client, made, "case", sentence).text
    assert "rue du Lac 22" in shown[0]


REGISTER = ("register_name", "register_birth", "register_address", "register_since")


def test_editor_is_offered_register_and_form_placeholders(client, admin_user):
    made = DocumentTemplateFactory()
    client.force_login(admin_user)
    before = client.get(edit_url(made)).text
    waiting_case()
    offered = client.get(edit_url(made)).text
    for key in REGISTER:
        line = f"<code>{{{key}}}</code> {GIVEN[key]}"
        assert line in before
        assert line in offered
    assert "<code>{naissance}</code> Date de naissance" in offered
    assert "<code>{naissance}</code>" not in before


@pytest.mark.parametrize("key", REGISTER)
def test_only_known_register_placeholders_are_accepted(key):
    waiting_case()
    template(body=body(f"Dit: {{{key}}}."), tells_register=True).clean()
    with pytest.raises(ValidationError):
        template(body=body(f"Dit: {{{key}_too}}."), tells_register=True).clean()


@pytest.mark.parametrize("key", ["nom", "prenom", "naissance", "applicant"])
def test_register_template_refuses_declared_answers(key):
    waiting_case()
    for mixed in (
        {"body": body(f"Habite ici: {{{key}}}.")},
        {"body": body("Bien.", validity=f"Pour {{{key}}}.")},
        {"law": f"{{{key}}}"},
    ):
        with pytest.raises(ValidationError, match="register_name"):
            template(tells_register=True, **mixed).clean()
    template(tells_register=True, body=body("Bien.", facts="nom, prenom")).clean()


def test_register_template_refuses_register_keys_among_facts():
    waiting_case()
    with pytest.raises(ValidationError, match="register_name"):
        template(tells_register=True, body=body("Bien.", facts="register_name")).clean()


def test_only_a_register_template_uses_register_placeholders():
    waiting_case()
    people = ("people", {"heading": "", "about": "applicant", "rows": ["birth"], "condition": None})
    for spoken in (body("{register_name}"), [people]):
        with pytest.raises(ValidationError):
            template(body=spoken).clean()
        template(body=spoken, tells_register=True).clean()


def test_mixed_register_template_issues_nothing():
    """Wait for a lead, with a reason: templates saved before the rule may still mix register and declared data."""
    DocumentTemplateFactory(sentence="La commune atteste que {prenom} {nom} habite ici.")
    case = accepted_case()
    assert not case.documents.exists()
    assert case.stages.get(type="document").waiting_for == "lead"
    assert "prenom" in case.stages.get(type="document").reason


def test_person_named_after_the_register_check_is_not_documented():
    DocumentTemplateFactory()
    case = waiting_case(found=False)
    found_in_register(case, named=["ORV-2"])
    cases.accept_case(actor=agent(), case=case, details={"documents": {"identity_check": "seen"}})
    process.advance_case(case.pk)
    assert not case.documents.exists()
    assert case.stages.get(type="document").waiting_for == "lead"


def test_declared_answers_are_separate_under_their_heading():
    document = drawn(answers={"nom": "Faux"})
    declared = next(one for one in document.texts["body"] if one["kind"] == "facts")
    assert declared["heading"] == "Déclaré"
    assert ["Nom", "Faux"] in declared["facts"]
    rest = [one for one in document.texts["body"] if one is not declared]
    assert "Faux" not in json.dumps(rest)


@pytest.mark.parametrize(
    ("written", "key", "said"),
    [
        ("atteste que {register_name}", "ORV-1", "atteste qu’Élodie Anne Marchetti"),
        ("domicile de <b>{register_name}</b>", "ORV-1", "domicile d’Élodie Anne Marchetti"),
        ("domicile d’{register_name}", "ORV-4", "domicile de Peter Schmid"),
        ("domicile de {register_name}", "ORV-4", "domicile de Peter Schmid"),
        ("domicile de {register_name}", "ORV-3", "domicile d’Huguette Perrin"),
    ],
)
def test_document_elides_as_in_french(written, key, said):
    DocumentTemplateFactory(body=body(written))
    case = waiting_case(found=False)
    found_in_register(case, key)
    texts = document_text.preview_texts(DocumentTemplate.objects.get(), case, date(2026, 11, 24))
    runs = texts["body"][0]["passages"][0]["items"][0]
    assert "".join(run[0] for run in runs) == said


def test_preview_without_a_case_shows_every_paragraph():
    made = DocumentTemplateFactory(
        body=[*body("{x}", condition=ADULT)[:1], *body("{y}", condition=CHILD)[:1]]
    )
    texts = document_text.preview_texts(made, None, date(2026, 11, 24))
    assert len(texts["body"]) == 2


# -- Release -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tells", "level", "stated", "below", "check"),
    [
        (False, IdentityLevel.NONE, "", release_rules.AGENT, IdentityCheck.NOT_NEEDED),
        (True, IdentityLevel.NONE, "", release_rules.AGENT, ""),
        (True, IdentityLevel.EMAIL, "", release_rules.AGENT, ""),
        (True, IdentityLevel.EMAIL, "", release_rules.POST, IdentityCheck.POSTED),
        (True, IdentityLevel.EMAIL, "seen", release_rules.POST, "seen"),
        (True, IdentityLevel.KNOWN, "", release_rules.AGENT, IdentityCheck.KNOWN),
        (True, IdentityLevel.ASSURED, "", release_rules.POST, IdentityCheck.KNOWN),
    ],
)
def test_register_document_is_released_only_to_known_applicants(tells, level, stated, below, check):
    made = DocumentTemplateFactory.build(tells_register=tells, locale=Locale(language_code="fr"))
    assert release_rules.how_identity_is_checked(made, level, stated, below) == check


@pytest.mark.parametrize(
    ("level", "waits"), [(IdentityLevel.EMAIL, "agent"), (IdentityLevel.KNOWN, "system")]
)
def test_known_resident_needs_no_decision(level, waits):
    DocumentTemplateFactory()
    case = waiting_case(
        stages=[{"key": "a", "type": "document", "settings": {"template": KEY}}], advanced=False
    )
    Case.objects.filter(pk=case.pk).update(identity_level=level)
    process.advance_case(case.pk)
    assert case.stages.get().waiting_for == waits


# -- Register data -------------------------------------------------------------------------------------------
REGISTERED = body("{register_name}, né·e le {register_birth}, habite {register_address}.")


def found(case: Case, **changes) -> None:
    """Record that the register found the applicant of ``case``."""
    person = {
        "key": "R-1",
        "given_names": "Élodie Anne",
        "family_name": "Marchetti",
        "birth_date": "1990-05-03",
        "address": {"street": "rue du Lac", "number": "22", "postcode": "1199", "town": "Orvenay"},
        "resident_since": "2020-01-01",
    }
    stage = case.stages.first()
    said = {"outcome": "match", "people": [person | changes], "person": "R-1", "due_at": None}
    said["declared"] = to_json_data(declared_by(case, stage))
    RegisterCheck.objects.update_or_create(stage=stage, defaults=said)


def test_register_document_waits_until_the_person_is_found():
    DocumentTemplateFactory(body=REGISTERED)
    case = accepted_case(found=False)
    assert case.stages.get(type="document").waiting_for == "lead"
    assert not case.documents.exists()
    found(case)
    process.advance_case(case.pk)
    said = case.documents.get().texts["body"][0]["passages"][0]["items"][0][0][0]
    assert "Élodie Anne Marchetti" in said
    assert "rue du Lac 22, 1199 Orvenay" in said


def test_protected_address_is_printed_on_no_document():
    DocumentTemplateFactory(body=REGISTERED)
    case = accepted_case(found=False)
    found(case, address=None, protected=True)
    process.advance_case(case.pk)
    assert not case.documents.exists()


@pytest.mark.parametrize("known", [True, False])
def test_posted_document_goes_to_the_registered_address(known):
    document = drawn(identity_check="posted")
    RegisterCheck.objects.all().delete()
    if known:
        found(document.case)
    issuing.issue_document(document.pk)
    document.refresh_from_db()
    letter = Delivery.objects.for_subject(document.case.subject).get(carrier="print")
    assert letter.payload["enclosures"][0]["path"] == document.content.name
    home = ["Élodie Anne Marchetti", "rue du Lac 22", "1199 Orvenay"]
    assert letter.payload["address"] == (home if known else [])


HOME = {"street": "Rue du Lac", "number": "22", "postcode": "1199", "town": "Orvenay"}


@pytest.mark.parametrize(
    ("declared", "letters"),
    [(HOME, 1), (None, 1), (HOME | {"street": "Rue de la Gare"}, 2)],
    ids=["the registered address", "no address", "another address"],
)
def test_applicant_without_email_gets_one_letter_per_address(declared, letters):
    DocumentTemplateFactory()
    case = CaseFactory(email="", answers={"adresse": declared}, stages=STAGES)
    found(case)
    before = Delivery.objects.for_subject(case.subject).count()
    details = {"documents": {"identity_check": "posted"}}
    cases.accept_case(actor=agent(), case=case, details=details, reason="Tout est en ordre.")
    process.advance_case(case.pk)
    document = case.documents.get()
    issuing.issue_document(document.pk)
    written = Delivery.objects.for_subject(case.subject).order_by("created_at")[before:]
    [enclosing] = [one for one in written if one.payload["enclosures"]]
    assert len(written) == letters
    assert enclosing.payload["address"] == ["Élodie Anne Marchetti", "rue du Lac 22", "1199 Orvenay"]
    said = "".join(one.payload["text"] for one in written)
    for fact in ("accepté votre demande", "Tout est en ordre.", document.number, "votre adresse officielle"):
        assert fact in said


def test_list_of_templates_reads_teams_in_one_query(client):
    client.force_login(agent())
    for key in ("one", "two", "three"):
        DocumentTemplateFactory(key=key, team=TeamFactory(key=key))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse(DocumentTemplate.snippet_viewset.get_url_name("list"))).status_code == 200
    each = ('FROM "eservices_cases_team"', 'FROM "wagtailcore_locale" WHERE "wagtailcore_locale"."id" =')
    assert sum(table in one["sql"] for one in asked.captured_queries for table in each) == 0
