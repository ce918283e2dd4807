"""Postal address of an applicant. Pure."""

from ..models import Case


def postal_lines(case: Case) -> list[str]:
    """Return name, street and town as lines for an envelope's window; [] if no address is known."""
    key = case.version.definition.settings.get("applicant", {}).get("address", "")
    answer = case.answers.get(key)
    if not isinstance(answer, dict):
        return []
    street, town = (
        " ".join(filter(None, (answer.get(part) for part in parts)))
        for parts in (("street", "number"), ("postcode", "town"))
    )
    return [line for line in (case.applicant, answer.get("extra"), street, town) if line]
