"""Letter templates and legal remedies."""

import factory
from factory.django import DjangoModelFactory
from wagtail.models import Locale

from eservices.cases.models import LegalRemedies, LetterTemplate


class LetterFactory(DjangoModelFactory):
    """A letter template in the main language; ``language="de"`` in another."""

    class Meta:
        model = LetterTemplate
        django_get_or_create = ["key", "locale"]

    class Params:
        language = "fr"

    locale = factory.LazyAttribute(lambda self: Locale.objects.get_or_create(language_code=self.language)[0])
    key = "piece-manquante"
    name = "Pièce manquante"
    subject = "Il manque une pièce : {reference}"
    text = "<p>Bonjour {prenom},</p><p>il <b>manque</b> une pièce à votre demande du {sent}.</p>"


class RemediesFactory(DjangoModelFactory):
    """Legal remedies: an appeal within thirty days, in the main language."""

    class Meta:
        model = LegalRemedies
        django_get_or_create = ["key", "locale"]

    locale = factory.LazyFunction(lambda: Locale.objects.get_or_create(language_code="fr")[0])
    key = "recours"
    name = "Recours"
    authority = "Tribunal administratif, 1000 Villars"
    days = 30
    text = "<p>Un recours peut être adressé au {authority} dans les {days} jours.</p>"
