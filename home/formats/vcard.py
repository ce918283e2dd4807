"""People and offices as vCard 3.0, the version that every phone reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.text import slugify
from icalendar import Component, vAdr, vN, vOrg, vText, vUri

from ..localization.phone_numbers import phone_url

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


class _VCard(Component):
    """A vCard, which has the content lines of a calendar's component."""

    name = "VCARD"


def _card(
    *,
    name: str,
    parts: list[str],
    house: str,
    phone: str = "",
    email: str = "",
    place: tuple[str, str, str] = ("", "", ""),
    role: str = "",
    note: str = "",
    url: str = "",
) -> str:
    street, town, postcode = place
    card = _VCard()
    card.add("version", "3.0")
    card.add("n", vN([*parts, *[""] * (5 - len(parts))]))
    card.add("fn", vText(name))
    card.add("org", vOrg((house,)))
    if role:
        card.add("title", vText(role))
    if phone:
        number = phone_url(phone).removeprefix("tel:")
        card.add("tel", vText(number), parameters={"TYPE": ["WORK", "VOICE"]})  # type: ignore[dict-item]  # a list of values is encoded
    if email:
        card.add("email", vText(email), parameters={"TYPE": ["INTERNET", "WORK"]})  # type: ignore[dict-item]  # a list of values is encoded
    if street or town:
        card.add("adr", vAdr(("", "", street, town, "", postcode, "")), parameters={"TYPE": "WORK"})
    if url:
        card.add("url", vUri(url))
    if note:
        card.add("note", vText(note))
    lines: bytes = card.to_ical(sorted=False)
    return lines.decode()
