"""Words found in a text."""

from home.text.highlighting import (
    best_passage,
    fold_text,
    highlight_matches,
    matching_excerpt,
    words_by_length,
)


def test_accents_ligatures_and_capitals_do_not_matter():
    assert fold_text("École d’œuvres ÀÉÎ") == "ecole d oeuvres aei"


def test_what_was_found_is_marked_with_its_accents():
    assert highlight_matches("L’École est là", ["ecole"]) == "L’<mark>École</mark> est là"


def test_the_plural_is_found_by_the_singular_and_the_other_way_round():
    assert "<mark>places</mark>" in highlight_matches("126 places", ["place"])
    assert "<mark>place</mark>" in highlight_matches("une place", ["places"])


def test_markup_in_a_text_is_escaped_and_not_rendered():
    assert (
        highlight_matches("<script>port</script>", ["port"])
        == "&lt;script&gt;<mark>port</mark>&lt;/script&gt;"
    )


def test_a_word_within_another_word_is_not_marked():
    assert "<mark>" not in highlight_matches("transport", ["port"])


def test_small_words_are_left_out_unless_there_are_no_others():
    assert words_by_length("le port de la") == ["port"]
    assert words_by_length("de la") == ["de", "la"]


def test_an_excerpt_shows_the_words_found_and_is_cut_between_words():
    text = "mot " * 100 + "amarrage au port " + "fin " * 100
    shown = matching_excerpt(text, ["amarrage"])
    assert "amarrage" in shown
    assert shown.startswith("… mot")
    assert shown.endswith(" …")
    assert len(shown) < 200


def test_a_short_text_is_shown_whole():
    assert matching_excerpt("  Le   port ", ["x"]) == "Le port"


def test_the_passage_shown_is_rather_a_sentence_than_a_name():
    sentence = "La salle des Ormes se loue à la soirée ou au week-end."
    assert best_passage(f"Ailleurs.\nSalle\n{sentence}", ["salle"]) == sentence
    assert best_passage("Ailleurs.\nSalle", ["salle"]) == "Salle"
    assert best_passage("Ailleurs.", ["salle"]) == ""


def test_an_excerpt_keeps_french_marks_at_their_word_and_begins_with_none():
    held = "Papier\u00a0: un mercredi sur deux."
    assert matching_excerpt(held, ["papier"]) == held
    text = (
        "Les ordures ménagères partent tôt : " + "tous les mardis sauf à Noël, le papier " + "ensuite " * 20
    )
    assert matching_excerpt(text, ["papier"], 100).startswith("… tous")
