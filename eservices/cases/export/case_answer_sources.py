"""The source of each answer of a case."""

from collections.abc import Iterable

from eservices.submissions.prefill.answer_sources import AnswerSource, SourceKind, read_source

from ..models import Case, Correction


def answer_sources(
    case: Case, corrections: Iterable[Correction], *, named: bool = True
) -> dict[str, AnswerSource]:
    """Return the source of each current answer, by question.

    Requests of before sources were recorded have them only for answers that an agent corrected or filed. ``named``:
    with the names of agents; ``corrections`` are in the order in which they were made.
    """
    sent = case.submission
    found = {key: read_source(one) for key, one in (sent.filled_by or {}).items()}
    if sent.agent_id:
        typed = AnswerSource(SourceKind.AGENT, str(sent.agent) if named else "")
    else:
        typed = None if sent.filled_by is None else AnswerSource(SourceKind.APPLICANT)
    sources = {key: found.get(key, typed) for key in case.answers}
    for one in corrections:
        sources[one.field] = AnswerSource(SourceKind.AGENT, str(one.author) if named else "")
    return {key: source for key, source in sources.items() if source and key in case.answers}
