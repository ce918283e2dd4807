"""People and offices for address books, as vCard 3.0: the version that every telephone reads."""

from django.http import HttpResponse
from django.utils.text import slugify

from .ical import escaped, written
from .models import CommuneSettings, OfficePage, Person
from .templatetags.commune import tel


def person(one: Person, commune: CommuneSettings) -> str:
    given, _blank, family = one.name.partition(" ")
    return _card(
        name=one.name,
        parts=[family, given],
        role=one.role,
        house=str(commune),
        phone=one.phone or commune.phone,
        email=one.email,
        place=(commune.street, commune.town, commune.postcode),
        note=one.text,
    )


def office(page: OfficePage, commune: CommuneSettings, url: str) -> str:
    return _card(
        name=page.title,
        parts=[page.title],
        house=str(commune),
        phone=page.phone,
        email=page.email,
        place=(page.street, page.town, page.postcode),
        url=url,
        note=page.access,
    )


def organisation(
    *, name: str, contact: str, phone: str, email: str, place: tuple[str, str, str], url: str, note: str
) -> str:
    """An association or a company, with who answers for it."""
    note = "\n".join(filter(None, (contact, note)))
    return _card(
        name=name, parts=[name], house=name, phone=phone, email=email, place=place, url=url, note=note
    )


def response(name: str, card: str) -> HttpResponse:
    answer = HttpResponse(card, content_type="text/vcard; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slugify(name) or "contact"}.vcf"'
    return answer


def _card(
    *,
    name: str,
    parts: list[str],
    house: str,
    phone="",
    email="",
    place=("", "", ""),
    role="",
    note="",
    url="",
) -> str:
    street, town, postcode = map(escaped, place)
    filled = [*map(escaped, parts), *[""] * (5 - len(parts))]
    return written(
        [
            "BEGIN:VCARD",
            "VERSION:3.0",
            f"N:{';'.join(filled)}",
            f"FN:{escaped(name)}",
            f"ORG:{escaped(house)}",
            f"TITLE:{escaped(role)}" if role else "",
            f"TEL;TYPE=WORK,VOICE:{tel(phone).removeprefix('tel:')}" if phone else "",
            f"EMAIL;TYPE=INTERNET,WORK:{escaped(email)}" if email else "",
            f"ADR;TYPE=WORK:;;{street};{town};;{postcode};" if street or town else "",
            f"URL:{url}" if url else "",
            f"NOTE:{escaped(note)}" if note else "",
            "END:VCARD",
        ]
    )
