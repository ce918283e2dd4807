"""Where the post reaches an applicant. Pure."""

from ..models import Case


def postal_lines(case: Case) -> list[str]:
    """Name, street and town as they stand in an envelope's window; empty where no address is known."""
    key = case.version.definition.settings.get("applicant", {}).get("address", "")
    answer = case.answers.get(key)
    if not isinstance(answer, dict):
        return []
    street, town = (
        " ".join(filter(None, (answer.get(part) for part in parts)))
        for parts in (("street", "number"), ("postcode", "town"))
    )
    return [line for line in (case.applicant, answer.get("extra"), street, town) if line]
