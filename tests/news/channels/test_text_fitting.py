"""Fitting of texts to the limits of channels, counted as the channels do."""

from news.channels.text_fitting import count_graphemes, count_weighted, fit_text

LINK = "https://www.orvenay.ch/actualites/une-adresse-assez-longue-pour-depasser/"


def test_link_counts_as_twenty_three_characters():
    assert count_graphemes(f"Voir {LINK}") == 5 + 23
    assert count_weighted(f"Voir {LINK}") == 5 + 23
    assert (
        count_weighted("Voir orvenay.ch/port, le 3.12. ou p. ex. ici")
        == len("Voir , le 3.12. ou p. ex. ici") + 23
    )
    assert (
        count_weighted("www.une-adresse-assez-longue.example.ch") == 39
    )  # even if X does not know its top-level domain


def test_emoji_counts_as_one_for_mastodon_and_two_for_x():
    family = "👩‍👩‍👧‍👦"
    assert count_graphemes(f"é{family}") == 2
    assert count_weighted(f"é{family}🇨🇭") == 1 + 2 + 2
    assert count_weighted("日本") == 4


def test_fitting_text_is_unchanged():
    assert fit_text("Titre", "Chapeau.", LINK, 500, count_graphemes) == f"Titre\n\nChapeau.\n\n{LINK}"


def test_too_long_text_is_cut_at_word_and_keeps_link():
    text = fit_text("Un titre", "mot " * 2500, LINK, 280, count_weighted)
    assert count_weighted(text) <= 280
    assert text.endswith(f"mot…\n\n{LINK}")


def test_cut_text_keeps_as_many_words_as_fit():
    words = [f"mot{number}" for number in range(60)]
    for limit in range(40, 200):
        text = fit_text("Titre", " ".join(words), LINK, limit, count_graphemes)
        stayed = text.split("\n\n")[1].rstrip("…").split(" ") if text.count("\n\n") == 2 else []
        longer = " ".join(words[: len(stayed) + 1]) + "…"
        assert count_graphemes(text) <= limit < count_graphemes(f"Titre\n\n{longer}\n\n{LINK}")
        assert stayed == words[: len(stayed)]


def test_title_without_spaces_is_dropped_before_link():
    assert fit_text("é" * 10_000, "🎉" * 10_000, LINK, 280, count_weighted) == LINK
