"""Highlighting of search words in a text."""

from home.text.highlighting import (
    best_passage,
    fold_text,
    highlight_matches,
    matching_excerpt,
    words_by_length,
)


def test_folding_ignores_accents_ligatures_and_case():
    assert fold_text("École d’œuvres ÀÉÎ") == "ecole d oeuvres aei"


def test_highlighted_match_keeps_its_accents():
    assert highlight_matches("L’École est là", ["ecole"]) == "L’<mark>École</mark> est là"


def test_highlighting_matches_singular_and_plural():
    assert "<mark>places</mark>" in highlight_matches("126 places", ["place"])
    assert "<mark>place</mark>" in highlight_matches("une place", ["places"])


def test_markup_in_highlighted_text_is_escaped():
    assert (
        highlight_matches("<script>port</script>", ["port"])
        == "&lt;script&gt;<mark>port</mark>&lt;/script&gt;"
    )


def test_word_within_other_word_is_not_highlighted():
    assert "<mark>" not in highlight_matches("transport", ["port"])


def test_stop_words_are_omitted_unless_alone():
    assert words_by_length("le port de la") == ["port"]
    assert words_by_length("de la") == ["de", "la"]


def test_excerpt_shows_match_and_is_cut_between_words():
    text = "mot " * 100 + "amarrage au port " + "fin " * 100
    shown = matching_excerpt(text, ["amarrage"])
    assert "amarrage" in shown
    assert shown.startswith("… mot")
    assert shown.endswith(" …")
    assert len(shown) < 200


def test_short_text_is_not_excerpted():
    assert matching_excerpt("  Le   port ", ["x"]) == "Le port"


def test_best_passage_prefers_sentence_to_name():
    sentence = "La salle des Ormes se loue à la soirée ou au week-end."
    assert best_passage(f"Ailleurs.\nSalle\n{sentence}", ["salle"]) == sentence
    assert best_passage("Ailleurs.\nSalle", ["salle"]) == "Salle"
    assert best_passage("Ailleurs.", ["salle"]) == ""


def test_excerpt_does_not_begin_with_punctuation():
    held = "Papier\u00a0: un mercredi sur deux."
    assert matching_excerpt(held, ["papier"]) == held
    text = (
        "Les ordures ménagères partent tôt : " + "tous les mardis sauf à Noël, le papier " + "ensuite " * 20
    )
    assert matching_excerpt(text, ["papier"], 100).startswith("… tous")
