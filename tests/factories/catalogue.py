"""The online counter and published services."""

from django.contrib.auth import get_user_model

from eservices.cases.models import Team
from eservices.catalogue import actions
from eservices.catalogue.models import LifeSituation, ServiceIndexPage, ServicePage
from eservices.catalogue.translation_updates import run_translation_update
from tests.factories.formbuilder import content, question, step
from tests.factories.home import locale, make_site

APPLICANT = {"name": ["prenom", "nom"], "email": "courriel"}
SERVICE = content(
    step(
        "identite",
        question("prenom", required=True, autocomplete="given-name"),
        question("nom", required=True, autocomplete="family-name"),
        question("courriel", "email", required=True),
    ),
    step(
        "motif",
        question("motif", "choice", required=True, options=[{"value": "bail"}, {"value": "autre"}]),
        question(
            "precision",
            "long_text",
            required=True,
            condition={"field": "motif", "operator": "equals", "value": "autre"},
        ),
    ),
    slug="attestation",
    settings={"team": "habitants", "days": 3, "applicant": APPLICANT},
    fees=[{"key": "prix", "amount": 1500}],
    stages=[{"key": "decision", "type": "decision", "settings": {"format": 1}}],
    texts={"title": "Attestation de domicile", "fee.prix": "Attestation", "field.motif.label": "Motif"},
)


def make_counter(home=None) -> ServiceIndexPage:
    """Create a published online counter below a home page."""
    home = home or make_site()
    index = ServiceIndexPage(title="Guichet en ligne", slug="guichet", locale=home.locale)
    return home.add_child(instance=index)


def make_service(index=None, definition: dict = SERVICE, **page) -> ServicePage:
    """Create a published service with its translations. ``page``: texts of its page (``lead="…"``)."""
    Team.objects.get_or_create(key="habitants", defaults={"name": "Contrôle des habitants"})
    definition = with_page_texts(definition, **page) if page else definition
    page = actions.import_service(actor=None, index=index or make_counter(), definition=definition)
    run_translation_update(page.pk)
    return ServicePage.objects.get(pk=page.pk)


def with_page_texts(definition: dict, situations=(), translations=None, **texts) -> dict:
    """Return the definition with the texts of its page: in its own language, and in others by ``translations``."""
    said = {definition["language"]: texts, **(translations or {})}
    return definition | {"page": {"situations": list(situations), "texts": said}}


def make_situation(slug: str = "demenager", name: str = "Je déménage", **more) -> LifeSituation:
    return LifeSituation.objects.create(slug=slug, name=name, **({"locale": locale()} | more))


def make_editor():
    """Create a superuser who may publish everything."""
    return get_user_model().objects.create_superuser(
        email="redaction@orvenay.example", password="motdepasse-long"
    )
