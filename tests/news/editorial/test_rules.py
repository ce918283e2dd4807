"""Content check rules, by examples. They use no database."""

import pytest
from django.utils import translation

from news.editorial.content_checks import rules
from news.editorial.content_checks.page_content import Link
from news.editorial.content_checks.readability import count_syllables, long_sentences, reading_ease, sentences
from tests.factories.page_content import content, headings, link, passages, picture

EASY = (
    "La déchèterie ouvre le mardi. Elle ferme à midi. Venez avec votre carte. Le dépôt du verre est libre. "
    "Les gros objets se prennent le samedi. Un agent vous aide. Le parc est à côté. Le bus passe là. "
) * 3
HARD = (
    "L’administration communale procède, conformément aux dispositions réglementaires applicables, à "
    "l’instruction approfondie des demandes d’autorisation préalablement enregistrées, nonobstant "
    "l’éventuelle incomplétude documentaire ultérieurement régularisée par les administrés concernés. "
) * 4


def found(**fields) -> set[str]:
    return {one.rule for one in rules.run_rules(content(**fields))}


def test_page_without_problems_has_no_findings():
    page = {
        "pictures": [picture(width=1600, least_width=800)],
        "headings": headings(2, 3, 3, 2),
        "links": [link()],
        "passages": passages(EASY),
        "wants_contact": True,
        "has_contact": True,
    }
    assert found(**page) == set()


@pytest.mark.parametrize(
    ("rule", "faulty", "sound"),
    [
        ("no_alt", {"pictures": [picture(alt=" ")]}, {"pictures": [picture(alt="Le port")]}),
        ("no_alt", {"pictures": [picture(alt="")]}, {"pictures": [picture(alt=None)]}),
        (
            "alt_is_file",
            {"pictures": [picture(alt="IMG_2034")]},
            {"pictures": [picture(alt="Image du port")]},
        ),
        ("alt_is_file", {"pictures": [picture(alt="port-2.JPG")]}, {"pictures": [picture(alt="Le port")]}),
        (
            "small_picture",
            {"pictures": [picture(width=640, least_width=800)]},
            {"pictures": [picture(width=800, least_width=800)]},
        ),
        ("heading_order", {"headings": headings(3)}, {"headings": headings(2, 3)}),
        ("heading_order", {"headings": headings(2, 4)}, {"headings": headings(2, 3, 2, 3)}),
        (
            "empty_heading",
            {"headings": [headings(2)[0].__class__("body.1", 2, " ")]},
            {"headings": headings(2)},
        ),
        ("capitals", {"title": "PORT FERMÉ DÈS LUNDI"}, {"title": "Port fermé dès lundi"}),
        (
            "capitals",
            {"passages": passages("ATTENTION : PORT FERMÉ.")},
            {"passages": passages("AVS, AI et APG.")},
        ),
        ("capitals", {"links": [link("COMMANDER UNE CARTE")]}, {"links": [link("CFF 2026")]}),
        ("link_gone", {"links": [link(state=Link.GONE)]}, {"links": [link()]}),
        ("link_draft", {"links": [link(state=Link.DRAFT, target="Port")]}, {"links": [link()]}),
        ("link_silent", {"links": [link(state=Link.SILENT, target="https://x.ch")]}, {"links": [link()]}),
        ("empty_words", {"links": [link("Cliquez ici")]}, {"links": [link("Ici naît le Rhône")]}),
        ("empty_words", {"links": [link("https://www.vd.ch/x")]}, {"links": [link("Canton de Vaud")]}),
        ("no_lead", {"lead": " "}, {"lead": "Le port ouvre."}),
        ("no_lead", {"lead": ""}, {"lead": "", "wants_lead": False, "description": "Le port"}),
        (
            "no_description",
            {"lead": "", "wants_lead": False},
            {"wants_lead": False, "description": "Le port"},
        ),
        ("hard_to_read", {"passages": passages(HARD)}, {"passages": passages(EASY)}),
        ("long_sentence", {"passages": passages("un " * 31 + ".")}, {"passages": passages("un " * 30 + ".")}),
        ("no_translation", {"missing_languages": ["de"]}, {"missing_languages": []}),
        ("no_contact", {"wants_contact": True}, {"wants_contact": True, "has_contact": True}),
        ("no_owner", {"has_owner": False}, {"has_owner": True}),
        ("draft_above", {"draft_above": (7, "Autorités")}, {"draft_above": None}),
        ("address_taken", {"taken_address": "/recherche/"}, {"taken_address": ""}),
    ],
)
def test_rule_finds_its_problem_only(rule, faulty, sound):
    assert found(**faulty) == {rule}
    assert found(**sound) == set()


def test_gravest_finding_comes_first():
    page = content(lead="", has_owner=False, links=[link(state=Link.GONE)])
    gravities = [one.gravity for one in rules.run_rules(page)]
    assert gravities == [rules.ERROR, rules.WARNING, rules.ADVICE]


def test_every_rule_has_a_sentence():
    assert rules.SENTENCES.keys() == rules.RULE_LABELS.keys()
    finding = rules.run_rules(content(pictures=[picture(alt="", name="Le Vieux-Port")]))[0]
    with translation.override("en"):
        assert "Vieux-Port" in finding.sentence
    assert finding.path == "picture_alt"


def test_only_longest_sentences_are_found():
    texts = passages(*("un " * (31 + number) + "." for number in range(8)))
    named = [one for one in rules.run_rules(content(passages=texts)) if one.rule == "long_sentence"]
    assert [one.values["number"] for one in named] == [38, 37, 36]


def test_abbreviation_does_not_end_sentence():
    assert sentences("Mme. Perrin et M. Rochat signent. Le Conseil vote, art. 5 compris.") == [
        "Mme. Perrin et M. Rochat signent.",
        "Le Conseil vote, art. 5 compris.",
    ]
    assert long_sentences("Court. " * 60) == []


@pytest.mark.parametrize(
    ("word", "number"), [("commune", 2), ("eau", 1), ("administration", 5), ("le", 1), ("règle", 1), ("x", 1)]
)
def test_syllables_are_counted_as_pronounced(word, number):
    assert count_syllables(word, "fr") == number


@pytest.mark.parametrize("language", ["fr", "de", "it", "en"])
def test_short_text_has_no_reading_ease(language):
    assert reading_ease(["Trois mots seulement."], language) is None
    assert reading_ease([], language) is None


def test_reading_ease_uses_formula_of_kandel_and_moles():
    # 120 words, 6 in each sentence, one syllable each: 207 − 1.015·6 − 73.6·1
    assert reading_ease(["Un bus part de là tôt. " * 20], "fr") == round(207 - 1.015 * 6 - 73.6)


def test_rules_accept_any_text():
    for text in ("\x00" * 50, "é" * 10_000, "mot " * 10_000, "!?. " * 500, "漢字 " * 200):
        rules.run_rules(content(passages=passages(text), links=[link(text)], headings=headings(2)))
