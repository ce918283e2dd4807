"""The directory, and proposals of its keepers: a change and a new entry to review, and a refused one."""

from datetime import timedelta

from news.directory.models import DirectoryEntry, DirectoryTheme
from news.proposals import actions
from news.proposals.models import Proposal

from ... import clock
from ...markup import ContentEntry, read_content
from ...typography import typeset
from ..context import LANGUAGES, DemoContext

THEMES = [
    ("culture", ("Vie du village", "Dorfleben", "Village life", "Vita del paese")),
    ("musique", ("Musique et chant", "Musik und Gesang", "Music and singing", "Musica e canto")),
    ("sport", ("Sport", "Sport", "Sport", "Sport")),
    ("lac", ("Lac et nature", "See und Natur", "Lake and nature", "Lago e natura")),
    ("famille", ("Enfance et famille", "Kinder und Familie", "Children and family", "Infanzia e famiglia")),
    ("entraide", ("Santé et entraide", "Gesundheit und Hilfe", "Health and help", "Salute e aiuto")),
    ("terroir", ("Terroir", "Aus der Region", "Local produce", "Prodotti locali")),
    ("commerce", ("Commerce", "Läden", "Shops", "Negozi")),
    ("artisanat", ("Artisanat", "Handwerk", "Crafts", "Artigianato")),
]


def build(world: DemoContext) -> None:
    themes = {}
    for order, (slug, names) in enumerate(THEMES):
        source = None
        for language, name in zip(LANGUAGES, names, strict=True):
            one = (
                source.copy_for_translation(world.locales[language]) if source else DirectoryTheme(slug=slug)
            )
            one.locale, one.name, one.order = world.locales[language], name, order
            one.save()
            source = source or one
        themes[slug] = source
    for number, entry in enumerate(read_content("fr", "associations", world.today)):
        world.directory[entry.key] = create_entry(entry, themes[entry["theme"]], number, world)


def create_entry(
    entry: ContentEntry, theme: DirectoryTheme, number: int, world: DemoContext
) -> DirectoryEntry:
    """Create one association or company. Most entries were confirmed within the year."""
    lat, lon = map(float, entry["at"].split())
    confirmed = clock.local_moment(world.today - timedelta(days=20 + 23 * number), 9, 10 + number)
    return DirectoryEntry.objects.create(
        slug=entry.key,
        kind=entry["kind"],
        theme=theme,
        name=entry["title"],
        summary=entry["lead"],
        description=typeset(entry.body, "fr"),
        meets=entry["meets"],
        contact_name=entry["contact"],
        phone=entry["phone"],
        email=entry["email"],
        web=entry["web"],
        street=entry["street"],
        postcode="1199",
        town="Orvenay",
        lat=lat,
        lon=lon,
        picture=world.images.get(entry["picture"]),
        confirmed_at=confirmed,
        due_at=confirmed + timedelta(days=365),
    )


def create_proposals(world: DemoContext) -> None:
    """Create proposals in the editors' list, through the public actions."""
    gym, choir = world.directory["gymnastique"], world.directory["choeur-orvenette"]
    with clock.clock_at(clock.local_moment(world.today - timedelta(days=30), 20, 12)):
        proposal = propose_change(choir, name="LE CHŒUR DE L’ORVENETTE !!!")
    with clock.clock_at(clock.local_moment(world.today - timedelta(days=29), 9, 40)):
        actions.refuse_proposal(
            actor=world.editor,
            proposal=proposal,
            reason="Nous écrivons tous les noms de la même façon, sans capitales ni points d’exclamation.",
        )
    with clock.clock_at(clock.local_moment(world.today - timedelta(days=2), 21, 5)):
        propose_change(
            gym,
            meets="Du lundi au vendredi dès 17 h 30, salles de gymnastique des Ormes",
            contact_name="Chloé Pittet et Marc Jaton",
            phone="021 000 42 66",
        )
    with clock.clock_at(clock.local_moment(world.today - timedelta(days=3), 12, 20)):
        actions.confirm_proposal(proposal=propose_event(world))
    with clock.clock_at(clock.local_moment(world.today - timedelta(days=1), 18, 30)):
        actions.confirm_proposal(proposal=propose_new_entry(world.directory["cycles-du-lac"].theme))


def propose_change(entry: DirectoryEntry, **changes: str) -> Proposal:
    said = {name: typeset(value, "fr") for name, value in changes.items()}
    return actions.propose_change(entry=entry, data=entry.values() | said, email=entry.keeper, language="fr")


def propose_new_entry(theme: DirectoryTheme) -> Proposal:
    nothing = dict.fromkeys(DirectoryEntry.PROPOSED, "") | {"lat": None, "lon": None}
    said = {
        "kind": DirectoryEntry.Kind.COMPANY,
        "theme": str(theme.translation_key),
        "name": "Couture et retouches Lina",
        "summary": "Ourlets, fermetures éclair, robes de mariée.",
        "meets": "Sur rendez-vous, du mardi au samedi",
        "contact_name": "Lina Haddad",
        "street": "Ruelle du Four 3",
        "postcode": "1199",
        "town": "Orvenay",
    }
    return actions.request_proposal(
        kind=Proposal.Kind.ENTRY,
        title=said["name"],
        data=nothing | said,
        email="lina.haddad@courriel.example",
        language="fr",
    )


def propose_event(world: DemoContext) -> Proposal:
    choir = world.directory["choeur-orvenette"]
    said = {
        "title": "Loto du Chœur de l’Orvenette",
        "lead": "Trente séries, des jambons, des bons, et la tombola des enfants à l’entracte.",
        "day": clock.parse_day("sat+9w", world.today).isoformat(),
        "starts": "19:30",
        "ends": "23:00",
        "repeats": "",
        "until": None,
        "place": "Salle des Ormes",
        "address": "Quai du Vieux-Port 12",
        "price": "CHF 15.– le carton",
        "access": "De plain-pied",
        "organiser": choir.name,
        "host": str(choir.pk),
        "phone": choir.phone,
        "text": "Ouverture des portes à 18 h 30. Petite restauration.",
    }
    return actions.request_proposal(
        kind=Proposal.Kind.EVENT,
        title=said["title"],
        data={
            name: typeset(value, "fr") if value and name != "host" else value for name, value in said.items()
        },
        email=choir.keeper,
        language="fr",
    )
