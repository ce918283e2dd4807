"""Submissions for tests: a form of five steps, drafts and submissions."""

import io
from copy import deepcopy

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from eservices.formbuilder.models import Form, FormVersion
from eservices.submissions import actions
from eservices.submissions.models import Draft

SOMEBODY_ELSE = {"field": "pour", "operator": "equals", "value": "autre"}

CERTIFICATE = {
    "format": 1,
    "language": "fr",
    "slug": "attestation",
    "settings": {
        "team": "habitants",
        "days": 3,
        "applicant": {"name": ["prenom", "nom"], "email": "courriel", "phone": "tel"},
    },
    "steps": [
        {
            "key": "qui",
            "fields": [
                {
                    "key": "pour",
                    "type": "choice",
                    "required": True,
                    "options": [{"value": "moi"}, {"value": "autre"}],
                },
                {"key": "lien", "type": "short_text", "required": True, "condition": SOMEBODY_ELSE},
            ],
        },
        {
            "key": "identite",
            "fields": [
                {"key": "nom", "type": "short_text", "required": True, "autocomplete": "family-name"},
                {"key": "prenom", "type": "short_text", "required": True, "autocomplete": "given-name"},
                {"key": "naissance", "type": "date", "required": True, "settings": {"max": "today"}},
            ],
        },
        {
            "key": "procuration",
            "condition": SOMEBODY_ELSE,
            "fields": [
                {
                    "key": "piece",
                    "type": "files",
                    "required": True,
                    "settings": {"max_files": 2, "max_mb": 1, "accept": ["pdf", "jpg", "png"]},
                }
            ],
        },
        {
            "key": "contact",
            "fields": [
                {"key": "courriel", "type": "email", "required": True},
                {"key": "tel", "type": "phone"},
            ],
        },
        {
            "key": "document",
            "fields": [
                {"key": "exemplaires", "type": "integer", "required": True, "settings": {"min": 1, "max": 5}},
                {"key": "remarque", "type": "long_text"},
            ],
        },
    ],
    "fees": [{"key": "attestation", "amount": 1500, "quantity": "exemplaires"}],
    "stages": [],
    "texts": {
        "fr": {
            "title": "Attestation de domicile",
            "step.qui.title": "Pour qui",
            "field.pour.label": "L’attestation nomme",
            "option.pour.moi": "Moi",
            "option.pour.autre": "Quelqu’un d’autre",
            "field.lien.label": "Votre lien",
            "step.identite.title": "Votre identité",
            "field.nom.label": "Nom",
            "field.prenom.label": "Prénoms",
            "field.naissance.label": "Date de naissance",
            "step.procuration.title": "Procuration",
            "field.piece.label": "La procuration",
            "step.contact.title": "Contact",
            "field.courriel.label": "E-mail",
            "field.tel.label": "Téléphone",
            "step.document.title": "Le document",
            "field.exemplaires.label": "Exemplaires",
            "field.remarque.label": "Remarque",
            "fee.attestation": "Attestation de domicile",
        },
        "de": {"title": "Wohnsitzbestätigung", "step.qui.title": "Für wen"},
    },
}

# Values by step, as posted.
TYPED = {
    "qui": {"pour": "moi"},
    "identite": {
        "nom": "Marchetti",
        "prenom": "Élodie",
        "naissance-day": "14",
        "naissance-month": "6",
        "naissance-year": "1986",
    },
    "procuration": {},
    "contact": {"courriel": "elodie@courriel.example", "tel": "021 000 42 10"},
    "document": {"exemplaires": "2", "remarque": ""},
}

# The same answers as stored.
ANSWERS = {
    "qui": {"pour": "moi"},
    "identite": {"nom": "Marchetti", "prenom": "Élodie", "naissance": "1986-06-14"},
    "contact": {"courriel": "elodie@courriel.example", "tel": None},
    "document": {"exemplaires": 2, "remarque": None},
}


def certificate(**changes) -> dict:
    """Return the definition of the residence certificate with changes."""
    return deepcopy(CERTIFICATE) | changes


class FormFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Form
        django_get_or_create = ["slug"]

    slug = "attestation"


class FormVersionFactory(factory.django.DjangoModelFactory):
    """A published form of five steps. The third is asked only of applicants who act for another person."""

    class Meta:
        model = FormVersion

    form = factory.SubFactory(FormFactory)
    number = factory.Sequence(lambda number: number + 1)
    content = factory.LazyFunction(certificate)
    digest = factory.LazyAttribute(lambda version: f"{version.number:064}")


class DraftFactory(factory.django.DjangoModelFactory):
    """A draft. ``steps=["qui"]`` fills in these steps; ``complete=True`` all that are asked."""

    class Meta:
        model = Draft

    version = factory.SubFactory(FormVersionFactory)
    language = "fr"

    class Params:
        complete = factory.Trait(steps=list(ANSWERS))
        steps = []

    completed = factory.LazyAttribute(lambda draft: list(draft.steps))
    answers = factory.LazyAttribute(
        lambda draft: {key: answer for step in draft.steps for key, answer in ANSWERS[step].items()}
    )


def sent(**fields):
    """Create a submission by the action that applicants use."""
    draft = DraftFactory(complete=True, **fields)
    return actions.submit(actor=draft.user, draft=draft)


def pdf(name: str = "procuration.pdf", content: bytes = b"%PDF-1.7\n%a small one\n") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def picture(name: str = "photo.png", kind: str = "PNG") -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(drawn, kind)
    return SimpleUploadedFile(name, drawn.getvalue(), f"image/{kind.lower()}")
