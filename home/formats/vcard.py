"""People and offices as vCard 3.0, the version that every phone reads."""

from django.http import HttpResponse
from django.utils.text import slugify
from icalendar import Component, vAdr, vN, vOrg, vText, vUri

from ..localization.phone_numbers import phone_url


class _VCard(Component):
    """A vCard, which has the content lines of a calendar's component."""

    name = "VCARD"


def contact_card(
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
    """Return a card. ``parts``: the family name and the given names, or the whole name; ``house``: the organisation."""
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


def organisation_card(
    *, name: str, contact: str, phone: str, email: str, place: tuple[str, str, str], url: str, note: str
) -> str:
    """Return the card of an association or company, with its contact person."""
    note = "\n".join(filter(None, (contact, note)))
    return contact_card(
        name=name, parts=[name], house=name, phone=phone, email=email, place=place, url=url, note=note
    )


def vcard_response(name: str, card: str) -> HttpResponse:
    answer = HttpResponse(card, content_type="text/vcard; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slugify(name) or "contact"}.vcf"'
    return answer
