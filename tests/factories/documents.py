"""Documents in any situation: a template, a case to decide, a numbered or an issued document."""

import factory
from factory.django import DjangoModelFactory
from wagtail.models import Locale
from wagtail.rich_text import RichText

from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.models import Case
from eservices.documents.actions import issuing
from eservices.documents.models import Document, DocumentTemplate
from tests.factories.register import found_in_register
from tests.factories.submissions import FormVersionFactory, certificate, sent

KEY = "attestation-domicile"
REGISTERED = "La commune atteste que {register_name} habite à Orvenay, {register_address}."
TYPED = "La commune atteste que {prenom} {nom} habite à Orvenay."
STAGES = [
    {"key": "decision", "type": "decision", "settings": {"format": 1}},
    {"key": "attestation", "type": "document", "settings": {"format": 1, "template": KEY}},
]


def body(sentence: str, *, facts: str = "", validity: str = "", condition: dict | None = None) -> list:
    """Return a statement with ``condition``, facts and a part, as a StreamField takes them."""
    keys = [key.strip() for key in facts.split(",") if key.strip()]
    return [
        ("statement", {"text": RichText(f"<p>{sentence}</p>"), "condition": condition}),
        ("facts", {"heading": "Ce qui est déclaré", "keys": keys, "condition": None}),
        ("part", {"heading": "Valeur", "text": RichText(f"<p>{validity}</p>"), "condition": None}),
    ]


class DocumentTemplateFactory(DjangoModelFactory):
    """The template of the residence certificate, in the main language."""

    class Meta:
        model = DocumentTemplate
        django_get_or_create = ["key", "locale"]

    locale = factory.LazyFunction(lambda: Locale.objects.get_or_create(language_code="fr")[0])
    key = KEY
    title = "Attestation de domicile"
    law = "Extrait du registre des habitants"
    tells_register = True
    body = factory.LazyAttribute(lambda self: body(self.sentence, facts=self.facts, validity=self.validity))

    class Params:
        sentence = factory.LazyAttribute(lambda self: REGISTERED if self.tells_register else TYPED)
        validity = "Établie le {date}, pour toute démarche."
        facts = "nom, prenom, naissance"


def agent() -> User:
    """Return a staff member, a superuser."""
    return User.objects.get_or_create(email="nadia@orvenay.example", defaults={"is_superuser": True})[0]


def waiting_case(
    *,
    answers: dict | None = None,
    stages: list | None = None,
    kind: str = "published",
    advanced: bool = True,
    found: bool = True,
) -> Case:
    """Create a case with a certificate that waits for a decision; ``found``: by the population register."""
    content = certificate(stages=STAGES if stages is None else stages)
    submission = sent(version=FormVersionFactory(content=content, kind=kind))
    if answers:
        submission.answers |= answers
        submission.save()
    if found:
        found_in_register(submission.case)
    if advanced:
        process.advance_case(submission.case.pk)
    return Case.objects.get(pk=submission.case.pk)


def accepted_case(identity_check: str = "seen", **fields) -> Case:
    """Create an accepted case: its document has a number but no PDF yet."""
    case = waiting_case(**fields)
    cases.accept_case(actor=agent(), case=case, details={"documents": {"identity_check": identity_check}})
    process.advance_case(case.pk)
    return Case.objects.get(pk=case.pk)


def drawn(**fields) -> Document:
    """Create a document that has a number."""
    DocumentTemplateFactory()
    return accepted_case(**fields).documents.get()


def issued(**fields) -> Document:
    """Create a document that is issued to the applicant."""
    document = drawn(**fields)
    issuing.issue_document(document.pk)
    return Document.objects.get(pk=document.pk)
