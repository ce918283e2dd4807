"""Counting of survey results. Pure: no database, no request."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

SCALE = range(1, 6)


@dataclass(frozen=True)
class SurveyQuestion:
    """A question of a survey. ``options``: keys and labels; for a scale its numbers; empty for a text."""

    key: str
    kind: str
    text: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ResultBar:
    label: str
    number: int
    share: int  # percent of those who answered the question


@dataclass(frozen=True)
class QuestionResult:
    question: SurveyQuestion
    answered: int
    bars: tuple[ResultBar, ...]
    mean: float | None = None


def count_results(questions: Iterable[SurveyQuestion], answers: list[dict]) -> list[QuestionResult]:
    """Count for each question with options how often each was chosen."""
    return [_count(one, answers) for one in questions if one.options]


def text_answers(question: SurveyQuestion, answers: list[dict]) -> list[str]:
    return [str(said[question.key]) for said in answers if said.get(question.key)]


def _count(question: SurveyQuestion, answers: list[dict]) -> QuestionResult:
    said = [_as_list(each[question.key]) for each in answers if each.get(question.key)]
    chosen = Counter(option for one in said for option in one)
    bars = tuple(
        ResultBar(label, chosen[key], round(100 * chosen[key] / len(said)) if said else 0)
        for key, label in question.options
    )
    return QuestionResult(
        question, len(said), bars, _mean(said) if question.kind == "scale" and said else None
    )


def _as_list(value) -> list[str]:
    return value if isinstance(value, list) else [value]


def _mean(said: list[list[str]]) -> float:
    return round(sum(int(one[0]) for one in said) / len(said), 1)
