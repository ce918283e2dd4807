"""The base of the demo: languages, settings, groups, teams, people, waste calendar."""

from datetime import time
from uuid import uuid5

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from wagtail.fields import StreamField
from wagtail.models import Locale

from eservices.accounts import roles
from eservices.accounts.models import IdentityLevel
from eservices.cases.models import Role, Team, TeamMember
from home.models import CommuneSettings, Contact, Person, SharedCallout
from news.waste.models import WasteCollection, WasteDistrict

from .... import bootstrap
from ... import clock, people
from ...markup import CONTENT, SPACE, read_content
from ..context import LANGUAGES, DemoContext

COUNTER = "mon 08:00-11:30; tue 08:00-11:30 14:00-17:00; wed 14:00-18:30; thu 08:00-11:30; fri 07:00-13:00"
DISTRICTS = [
    (
        "bourg",
        ("Bourg et rives", "Dorf und Ufer", "Village and shore", "Paese e riva"),
        "Rue du Lac, place de l’Orme, quai, rue du Temple.",
    ),
    (
        "coteau",
        ("Coteau et Sablons", "Hang und Sablons", "Hillside and Sablons", "Collina e Sablons"),
        "Chemin des Vignes, Sablons, Grèves, la Râpe.",
    ),
]
PAPER = ("Papier et carton", "Papier und Karton", "Paper and cardboard", "Carta e cartone")
WASTE = [
    # waste in each language, district, first collection, interval in weeks
    (("Ordures ménagères", "Kehricht", "Household waste", "Rifiuti domestici"), "", "tue-40w", 1),
    (PAPER, "bourg", "wed-40w", 2),
    (PAPER, "coteau", "wed-39w", 2),
    (("Déchets verts", "Grünabfälle", "Green waste", "Scarti vegetali"), "", "thu-40w", 1),
]
NIGHT_NUMBER = [
    (
        "Une fuite, un arbre sur la route, un bateau à la dérive ?",
        "<p>Le piquet répond jour et nuit au <b>021 000 42 99</b>. "
        "En cas de danger pour des personnes, appelez d’abord le 118.</p>",
    ),
    (
        "Ein Leck, ein Baum auf der Strasse, ein Boot in Not?",
        "<p>Der Pikettdienst antwortet Tag und Nacht: <b>021 000 42 99</b>. Bei Gefahr für Personen zuerst 118.</p>",
    ),
    (
        "A leak, a tree on the road, a boat adrift?",
        "<p>Somebody answers day and night on <b>021 000 42 99</b>. If people are in danger, call 118 first.</p>",
    ),
    (
        "Una perdita, un albero sulla strada, una barca alla deriva?",
        "<p>Il picchetto risponde giorno e notte allo <b>021 000 42 99</b>. "
        "Se ci sono persone in pericolo, chiami prima il 118.</p>",
    ),
]
ARMS = CONTENT / "arms.svg"


def create_locales(world: DemoContext) -> None:
    for code in LANGUAGES:
        world.locales[code] = Locale.objects.get_or_create(language_code=code)[0]


def opening_hours_value(text: str) -> list[dict]:
    """Parse ``mon 08:00-11:30 14:00-17:00; tue …`` into the value of a StreamField."""
    rows = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        weekday, *spans = part.split()
        for span in spans:
            opens, closes = span.split("-")
            value = {"day": clock.WEEKDAYS.index(weekday), "opens": opens, "closes": closes}
            rows.append({"type": "opening", "value": value})
    return rows


def create_settings(world: DemoContext) -> None:
    """Create the commune's settings, with its coat of arms."""
    commune = CommuneSettings.current()
    commune.name, commune.kind = "Orvenay", "Commune d’Orvenay"
    commune.street, commune.postcode, commune.town = "Place de l’Orme 2", "1199", "Orvenay"
    commune.phone, commune.email = "021 000 42 10", "greffe@orvenay.example"
    commune.colour, commune.reference_prefix = "#12479a", "ORV"
    commune.hours = as_stream(commune, "hours", opening_hours_value(COUNTER))
    commune.arms.save("orvenay.svg", ContentFile(ARMS.read_bytes()), save=False)
    commune.save()


def create_staff(world: DemoContext) -> None:
    """Create groups, teams and all accounts. They share a password, so its hash is computed once."""
    groups = roles.ensure_roles()
    teams = {}
    for key, name, email, phone, names in people.TEAMS:
        told = {
            "name": name,
            "names": list(names.items()),
            "email": email,
            "phone": phone,
            "authority": people.AUTHORITY,
        }
        teams[key] = Team.objects.update_or_create(key=key, defaults=told)[0]
    secret = make_password(people.PASSWORD)
    for one in people.SIGN_INS:
        first, _blank, last = one.name.partition(" ")
        user, _new = get_user_model().objects.update_or_create(
            email=one.email,
            defaults={
                "first_name": first,
                "last_name": last,
                "password": secret if one.password else make_password(None),
                "is_superuser": one.superuser,
                "is_staff": bool(one.password),
                "language": one.language,
                "phone": one.phone,
                "identity_level": IdentityLevel.EMAIL,
            },
        )
        user.groups.set(groups[name] for name in one.groups)
        for key, role in one.teams:
            given = {
                "role": Role[role],
                "sees_protected": one.sees_protected,
                "function": one.function,
            }
            TeamMember.objects.update_or_create(team=teams[key], user=user, defaults=given)
        world.users[one.email] = user
    world.editor = world.users["daniel.keller@orvenay.example"]
    bootstrap.grant_permissions(groups)
    bootstrap.remove_default_groups(groups)
    bootstrap.rename_root_page()


def create_shared_callouts(world: DemoContext) -> None:
    """Create a callout that several pages share."""
    source = None
    for language, (title, text) in zip(LANGUAGES, NIGHT_NUMBER, strict=True):
        one = source.copy_for_translation(world.locales[language]) if source else SharedCallout()
        one.locale, one.title, one.text = world.locales[language], title, text
        one.save()
        world.notices["piquet", language] = one
        source = source or one


def create_people(world: DemoContext) -> None:
    """Create persons and contacts as snippets, in each language."""
    for entry in read_content("fr", "people", world.today):
        if entry["kind"] == "person":
            one, kept = Person(name=entry["name"], role=entry["role"]), world.persons
            one.photo = world.images.get(entry.key)
        else:
            one, kept = Contact(title=entry["name"]), world.contacts
        one.text, one.phone, one.email = entry["text"], entry["phone"], entry["email"]
        one.locale = world.locales["fr"]
        one.save()
        kept[entry.key, "fr"] = one
    for language in LANGUAGES[1:]:
        for entry in read_content(language, "people", world.today):
            kept = world.persons if (entry.key, "fr") in world.persons else world.contacts
            twin = kept[entry.key, "fr"].copy_for_translation(world.locales[language])
            twin.text = entry["text"]
            for name, value in {"title": entry["name"], "role": entry["role"]}.items():
                if value:
                    setattr(twin, name, value)
            twin.save()
            kept[entry.key, language] = twin


def create_waste_calendar(world: DemoContext) -> None:
    """Create the districts and their collections."""
    districts = {}
    for order, (slug, names, streets) in enumerate(DISTRICTS):
        source = None
        for language, name in zip(LANGUAGES, names, strict=True):
            one = source.copy_for_translation(world.locales[language]) if source else WasteDistrict(slug=slug)
            one.locale, one.name, one.streets, one.order = world.locales[language], name, streets, order
            one.save()
            source = source or one
        districts[slug] = source
    for names, slug, first, weeks in WASTE:
        source = None
        for language, name in zip(LANGUAGES, names, strict=True):
            one = source.copy_for_translation(world.locales[language]) if source else WasteCollection()
            one.locale, one.title, one.weeks = world.locales[language], name, weeks
            one.district = districts.get(slug)
            one.first_on, one.out_before = clock.parse_day(first, world.today), time(7)
            one.save()
            source = source or one


def as_stream(instance, name: str, raw: list[dict]):
    """Return raw JSON as the value of a StreamField, adding stable ids to blocks without one."""
    language = getattr(getattr(instance, "locale", None), "language_code", "")
    place = f"{type(instance).__name__}/{language}/{getattr(instance, 'slug', '')}/{name}"
    identified = [{"id": str(uuid5(SPACE, f"{place}/{n}"))} | block for n, block in enumerate(raw)]
    return instance._meta.get_field(name).stream_block.to_python(identified)


def with_lasting_ids(page) -> None:
    """Give the blocks of a new page ids that are the same in every build."""
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            blocks = getattr(page, field.name).get_prep_value()
            raw = [{"type": one["type"], "value": one["value"]} for one in blocks]
            setattr(page, field.name, as_stream(page, field.name, raw))


def build(world: DemoContext) -> None:
    create_locales(world)
    create_settings(world)
    create_staff(world)
