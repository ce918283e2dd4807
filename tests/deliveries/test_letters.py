"""Letters, which are written once as Markdown and made into HTML, text and paper."""

import html
import json
import re
from pathlib import Path

import pytest
from django.template import TemplateSyntaxError, engines
from hypothesis import example, given
from hypothesis import strategies as st

from eservices.deliveries.letter_markdown import read_letter, read_paragraphs
from eservices.deliveries.opaque_values import hide_values, opaque_engine
from eservices.deliveries.paragraph_html import letter_body_to_html
from eservices.deliveries.paragraphs import paragraphs_for_paper, paragraphs_to_text
from eservices.deliveries.rendering import render_email, render_paper_letter

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LETTER = """Subject: For {{ name }}
Kicker: {{ name }}

# Hello {{ name }}

{% blocktranslate %}Hello {{ name }},{% endblocktranslate %} **{{ name }}**

> {{ text }}

{% for one in names %}
- {{ one }}
{% endfor %}

{{ names|join:", " }}

{{ paragraphs }}

| Name | {{ name }} |

{{ text }}

**[Open {{ name }}]({{ url }})**
"""
HOSTILE = [
    "*Müller* [x](http://evil) **b**",
    "# no heading",
    "> no quote\n- no item\n1. no step",
    "<b>&amp; \\* `code` | cell |",
    "\ue0000\ue001 {{ name }} {% now %}",
    "Subject: other\n\n---\n\n    code",
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(letters, tmp_path):
    (tmp_path / "letters" / "all.md").write_text(LETTER)
    return "letters/all"


def context(value: str) -> dict:
    return {"name": value, "text": value, "names": [value, value], "url": "https://example.org/?a=1&b=2"}


def rendered(template: str, value: str) -> dict:
    return render_email(template, context(value) | {"paragraphs": [{"heading": "Suite"}, value]}, "fr")


def without_markup(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br>\n?", "\n", page)))


# -- Values ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("value", HOSTILE)
def test_value_never_becomes_markup(letter, value):
    plain, hostile = rendered(letter, "Anna"), rendered(letter, value)
    tags = re.compile(r"<(?!br\b|/?p\b)/?\w+")  # a quotation has the lines and paragraphs of its value
    assert tags.findall(hostile["html"]) == tags.findall(plain["html"])
    assert hostile["text"] == plain["text"].replace("Anna", value)
    assert hostile["subject"] == f"For {' '.join(value.split())}"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), min_size=1))
@example("*a*\n\n# b")
@example("\u2028- x")
def test_any_text_arrives_unchanged_and_escaped(value):
    paragraphs = read_letter(hidden := "Subject: x\n\n\ue0000\ue001\n\n> \ue0000\ue001").paragraphs
    assert hidden.count("\ue000") == 2
    filled = json.loads(json.dumps(paragraphs).replace("\\ue0000\\ue001", json.dumps(value)[1:-1]))
    assert filled == [value, {"quote": value}]
    assert paragraphs_to_text(filled) == f"{value}\n\n{value}\n"
    assert without_markup(letter_body_to_html(filled[:1])) == value
    assert paragraphs_for_paper(filled) == filled


def test_values_of_translated_texts_are_opaque():
    hidden = hide_values(
        "{% blocktranslate count n=all|length trimmed %}{{ n }} by {{ name }}{% plural %}{{ n }} by {{ name }}"
        '{% endblocktranslate %}{% blocktranslate with day=due|date:"j F" %}{{ day }}{% endblocktranslate %}'
    )
    assert hidden.startswith("{% blocktranslate with name=name|opaque count n=all|length trimmed %}")
    assert '{% blocktranslate with day=due|date:"j F"|opaque %}{{ day }}' in hidden


@pytest.mark.parametrize(
    "tag", ["firstof name", "cycle name name", "verbatim", "translate name", "blocktranslate asvar name"]
)
def test_tags_that_could_output_values_are_refused(tag):
    with pytest.raises(TemplateSyntaxError):
        hide_values("{% " + tag + " %}")


# -- Markdown -------------------------------------------------------------------------------------------------
def test_every_kind_of_paragraph_is_read():
    source = """Above

# Title

Two lines\nof one **paragraph**\\
and [a link](https://example.org).

- a

- b

1. first
1. second

> quoted

## Next

| Label | value |
| Other | [link](#) |

| Glance | **1** |

**[Button](/url)**

[Link](/url)

*Small print*
"""
    assert read_paragraphs(source) == [
        "Above",
        {"title": "Title"},
        [
            ["Two lines of one ", ""],
            ["paragraph", "b"],
            ["\nand ", ""],
            ["a link", "", "https://example.org"],
            [".", ""],
        ],
        {"items": ["a", "b"]},
        {"steps": ["first", "second"]},
        {"quote": "quoted"},
        {"section": "Next"},
        {"rows": [["Label", "value"], ["Other", [["link", "", "#"]]]]},
        {"tiles": [["Glance", "1"]]},
        {"button": ["Button", "/url"]},
        [["Link", "", "/url"]],
        {"small": "Small print"},
    ]


def test_text_has_no_markup_and_writes_addresses_out():
    source = "## Next\n\n1. *one*\n\n- [a](/a)\n\n| L | **v** |\n\n**[Open](/b)**\n\nSee [c](/c).\n\n*small*"
    assert paragraphs_to_text(read_paragraphs(source)) == (
        "Next :\n\n1. one\n\n- a\n  /a\n\nL : v\n\nOpen :\n/b\n\nSee c.\n/c\n\nsmall\n".replace(
            " :", "\u00a0:"
        )
    )


def test_paper_has_only_paragraphs_that_can_be_printed():
    source = "# T\n\n## Next\n\n1. one\n\n| L | **v** |\n\n**[Open](/b)**\n\n[Go](/d)\n\nSee [c](/c) **now**."
    assert paragraphs_for_paper(read_paragraphs(source)) == [
        "T",
        {"heading": "Next"},
        {"items": ["one"], "numbered": True},
        {"rows": [["L", "v"]]},
        "Open\u00a0:\n/b",
        "Go\u00a0:\n/d",
        [["See ", ""], ["c", ""], [" ", ""], ["now", "b"], [".", ""], ["\n/c", ""]],
    ]


def test_heading_of_the_head_is_only_in_html(letters):
    told = render_email(letters, {"name": "Anna", "url": "/"}, "fr")
    assert told["text"].startswith("Good day Anna\n\nOpen\u00a0:\n/\n\n-- \n")
    assert re.search(r"<h1[^>]*>\s*Hello\s*</h1>", told["html"])


def test_kicker_and_title_of_the_body_are_in_text_and_html(letters, tmp_path):
    (tmp_path / "letters" / "both.md").write_text("Subject: S\n\nAbove\n\n# Title\n\nBody\n")
    told = render_email("letters/both", {}, "fr")
    assert told["text"].startswith("Above\n\nTitle\n\nBody\n\n-- \n")
    assert re.search(r"Above\s*</p>.*<h1[^>]*>\s*Title\s*</h1>.*<p>Body</p>", told["html"], re.DOTALL)
    assert told["html"].count("Above") == 1


def test_paragraph_without_words_is_left_out(letters, tmp_path):
    (tmp_path / "letters" / "bare.md").write_text("Subject: S\n\n{{ no }}\n\n> {{ no }}\n\nBody\n")
    told = render_email("letters/bare", {"no": ""}, "fr")
    assert told["text"].startswith("Body\n")
    assert "<p></p>" not in told["html"]
    assert render_paper_letter("letters/bare", {"no": " "}, "fr") == ("S", ["Body"])


def test_every_letter_and_part_of_a_letter_compiles():
    paths = list(TEMPLATES.rglob("*.md"))
    assert len(paths) > 90
    for path in paths:
        opaque_engine(engines["django"].engine).get_template(path.relative_to(TEMPLATES).as_posix())
        for part in re.findall(r'include "([^"]+)"', path.read_text()):
            assert (TEMPLATES / part).exists(), path
