"""French elision before a placeholder, depending on the inserted word."""

import pytest
from django.utils.translation import override

from eservices.formbuilder import placeholders


def filled(text: str, value: str) -> str:
    with override("fr"):
        return placeholders.fill_placeholders(text, {"x": value})


MUTE = (
    "Hôpital du Lac",
    "habitant",
    "heure",
    "histoire",
    "homme",
    "Hôtel",
    "huile",
    "huître",
    "humain",
    "hiver",
    "hier",
)
MUTE += (
    "Hélène",
    "Henri",
    "Hortense",
    "Humbert",
    "Hérémence",
    "harmonie",
    "horaire",
    "honneur",
    "hebdomadaire",
)


@pytest.mark.parametrize("value", MUTE)
def test_text_elides_before_a_mute_h(value):
    assert filled("de {x}", value) == f"d’{value}"
    assert filled("d’{x}", value) == f"d’{value}"


UNKNOWN = (
    "Hauterive",
    "Huber",
    "Hostettler",
    "huit",
    "hiérarchie",
    "héros",
    "hérisson",
    "hors",
    "homard",
    "Hans",
)


@pytest.mark.parametrize("value", UNKNOWN)
def test_other_h_stays_as_the_editor_wrote_it(value):
    assert filled("de {x}", value) == f"de {value}"
    assert filled("d’{x}", value) == f"d’{value}"
