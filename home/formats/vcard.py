"""People and offices as vCard 3.0, the version that every phone reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.text import slugify

from ..localization.phone_numbers import phone_url
from .ical import escape_text, join_lines

if TYPE_CHECKING:
    from ..models import CommuneSettings, OfficePage, Person


def person_card(one: Person, commune: CommuneSettings) -> str:
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


def office_card(page: OfficePage, commune: CommuneSettings, url: str) -> str:
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


def organisation_card(
    *, name: str, contact: str, phone: str, email: str, place: tuple[str, str, str], url: str, note: str
) -> str:
    """Return the card of an association or company, with its contact person."""
    note = "\n".join(filter(None, (contact, note)))
    return _card(
        name=name, parts=[name], house=name, phone=phone, email=email, place=place, url=url, note=note
    )


def vcard_response(name: str, card: str) -> HttpResponse:
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
    street, town, postcode = map(escape_text, place)
    filled = [*map(escape_text, parts), *[""] * (5 - len(parts))]
    return join_lines(
        [
            "BEGIN:VCARD",
            "VERSION:3.0",
            f"N:{';'.join(filled)}",
            f"FN:{escape_text(name)}",
            f"ORG:{escape_text(house)}",
            f"TITLE:{escape_text(role)}" if role else "",
            f"TEL;TYPE=WORK,VOICE:{phone_url(phone).removeprefix('tel:')}" if phone else "",
            f"EMAIL;TYPE=INTERNET,WORK:{escape_text(email)}" if email else "",
            f"ADR;TYPE=WORK:;;{street};{town};;{postcode};" if street or town else "",
            f"URL:{url}" if url else "",
            f"NOTE:{escape_text(note)}" if note else "",
            "END:VCARD",
        ]
    )
