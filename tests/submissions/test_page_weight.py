"""Compressed size of a step with everything that it loads."""

import pytest
from django.urls import reverse

from tests.factories.formbuilder import content, options, question, step, when
from tests.factories.submissions import FormVersionFactory
from tests.support.page_size import weights

pytestmark = pytest.mark.django_db


def test_step_of_sixteen_questions_is_small(client, home):
    fields = [question("q0", "choice", options=options(*"abcd"))]
    fields += [
        question(f"q{number}", kind, condition=when("q0", "equals", "a"), required=True)
        for number, kind in enumerate(["short_text", "date", "address", "integer", "email"] * 3, 1)
    ]
    texts = {f"field.q{number}.help": "Comme sur votre pièce d’identité, en entier." for number in range(16)}
    fees = [{"key": "prix", "amount": 1500, "quantity": "q4", "vat": "8.1"}]
    version = FormVersionFactory(content=content(step("un", *fields), fees=fees, texts=texts))

    weighed = weights(client.get(reverse("submissions:start", args=[version.form.slug])).content)

    assert {"conditions.js", "checks.js", "icons.svg", "arms.svg"} <= set(weighed)
    assert sum(weighed.values()) < 40_000, weighed
