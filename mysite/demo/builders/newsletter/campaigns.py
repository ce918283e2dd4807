"""Campaigns of the demo: a sent one in the archive, a draft, and a weekly digest."""

from datetime import time, timedelta

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test.utils import override_settings
from wagtail.models import GroupApprovalTask, Workflow, WorkflowContentType, WorkflowTask

from eservices.accounts import roles
from newsletter import sending
from newsletter.actions import mailings, subscribers
from newsletter.models import Campaign, Digest, NewsletterSettings
from newsletter.subscriber_files.importer import ImportLine

from ... import clock
from ...typography import typeset
from ..context import DemoContext
from ..home.commune import as_stream

LAST = 411  # number of the first mailing
SILENT = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
DIGEST = {
    "fr": "Le jeudi, en bref",
    "de": "Donnerstags in Kürze",
    "en": "Thursday in brief",
    "it": "Il giovedì in breve",
}
SENT = {
    "fr": (
        "Chauffage à distance : la rue du Temple rouvre avant Noël",
        "112 immeubles raccordés, six dates libres pour l'Avent, et le marché de la Saint-André.",
        "Trois minutes pour savoir ce que la commune décide et ce qui se passe au village.",
        "Cette semaine",
        "Le guichet",
        "Ouvert vendredi de 7 h à 13 h, lundi de 8 h à 11 h 30.",
    ),
    "de": (
        "Fernwärme: die Rue du Temple ist vor Weihnachten wieder offen",
        "112 Häuser angeschlossen, sechs freie Adventsfenster, und der Andreasmarkt.",
        "Drei Minuten, um zu wissen, was die Gemeinde entscheidet und was im Dorf läuft.",
        "Diese Woche",
        "Der Schalter",
        "Offen am Freitag von 7 bis 13 Uhr, am Montag von 8 bis 11.30 Uhr.",
    ),
}
DRAFT = (
    "Une plage cet été, et le taux d'impôt ne bouge pas",
    "Les travaux commencent le 7 décembre. Séance publique jeudi à la salle des Ormes.",
    "Trois minutes pour savoir ce que la commune décide et ce qui se passe au village.",
)
ON_PAPER = ("anne.rochat", "luigi.bernasconi", "odile.jaccard", "paul.chevalley")
PROOF = "Bulletins signés à la fête de l’Orme, classeur 3"
TOLD = [("news", "chauffage-a-distance"), ("news", "fenetres-avent"), ("news", "decheterie-hiver")]
DATES = [("event", "marche-saint-andre"), ("event", "don-du-sang"), ("event", "saint-nicolas")]


def build(world: DemoContext) -> None:
    chosen = NewsletterSettings.load()
    chosen.name = "La lettre du jeudi"
    chosen.save()
    with clock.clock_at(clock.local_moment(clock.parse_day("thu-1w", world.today), 7)):
        create_sent_campaign(world)
    create_approval_workflow(world)
    create_draft_campaign(world)
    create_digest(world)
    import_subscribers(world)


def create_sent_campaign(world: DemoContext) -> None:
    """Create and send last Thursday's campaign in two languages.

    The demo mailbox gets no copies, which would hide all other e-mails.
    """
    source = None
    for language, words in SENT.items():
        source = create_campaign(world, language, words, source=source)
    mailing = mailings.schedule_mailing(actor=world.editor, campaign=source)
    mailing.number = LAST
    mailing.save()
    with override_settings(MAILERS=SILENT, NEWSLETTER_PER_MINUTE=0):
        sending.run_mailing(mailing.pk)


def create_campaign(world: DemoContext, language: str, words, *, source: Campaign | None) -> Campaign:
    title, summary, lead, week, counter, hours = (typeset(one, language) for one in words)
    campaign = source.copy_for_translation(world.locales[language]) if source else Campaign()
    campaign.locale = world.locales[language]
    campaign.title, campaign.summary, campaign.lead = title, summary, lead
    below = [("heading", counter), ("text", f"<p>{hours}</p>")]
    set_body(campaign, [*chosen_pages(TOLD, world), ("heading", week), *chosen_pages(DATES, world), *below])
    campaign.save()
    campaign.save_revision(user=world.editor).publish()
    return campaign


def create_draft_campaign(world: DemoContext) -> None:
    """Create an unapproved campaign, limited to the topics of each reader."""
    title, summary, lead = (typeset(one, "fr") for one in DRAFT)
    campaign = Campaign(
        locale=world.locales["fr"], title=title, summary=summary, lead=lead, live=False, personal=True
    )
    told = [("news", "vieux-port-plage"), ("news", "taux-impot"), ("event", "seance-vieux-port")]
    set_body(campaign, chosen_pages(told, world))
    campaign.save()
    campaign.save_revision(user=world.editor)


def create_approval_workflow(world: DemoContext) -> None:
    """Create a workflow in which a second person approves campaigns."""
    workflow = Workflow.objects.create(name="Relecture de l’infolettre")
    task = GroupApprovalTask.objects.create(name="Relecture par la chancellerie")
    task.groups.set(Group.objects.filter(name=roles.MODERATORS))
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
    kind = ContentType.objects.get_for_model(Campaign)
    WorkflowContentType.objects.create(content_type=kind, workflow=workflow)


def import_subscribers(world: DemoContext) -> None:
    """Import subscribers who signed on paper at the festival, with that proof."""
    keys = frozenset(world.topics[key, "fr"].translation_key for key in ("chantiers", "agenda"))
    day = clock.parse_day("sat-13w", world.today)
    with clock.clock_at(clock.local_moment(day + timedelta(days=3), 10)):
        lines = [ImportLine(f"{name}@courriel.example", "fr", keys, agreed_on=day) for name in ON_PAPER]
        subscribers.import_subscribers(actor=world.editor, lines=lines, proof=PROOF)


def create_digest(world: DemoContext) -> None:
    written = Digest.objects.create(
        locale=world.locales["fr"],
        title=DIGEST["fr"],
        rhythm=Digest.Rhythm.WEEKLY,
        weekday=Digest.Weekday.THURSDAY,
        hour=time(7),
        since=clock.local_moment(world.today - timedelta(days=5)),
    )
    for language in DIGEST.keys() - {"fr"}:
        copy = written.copy_for_translation(world.locales[language])
        copy.title = DIGEST[language]
        copy.save()


def chosen_pages(pairs, world: DemoContext) -> list[tuple]:
    return [(kind, world.pages[key]) for kind, key in pairs]


def set_body(campaign: Campaign, blocks: list[tuple]) -> None:
    campaign.body = as_stream(campaign, "body", [{"type": kind, "value": value} for kind, value in blocks])
