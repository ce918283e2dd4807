"""What browsers load of ours is small, and the same as what stands in the repository."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from home.appearance.stylesheets import SITE, minify
from mysite.staticfiles import StaticFilesStorage

STATIC = Path(__file__).resolve().parents[2] / "mysite" / "static"
SCRIPTS = sorted(STATIC.glob("js/**/*.js"))


def test_remarks_and_indentation_are_left_out_and_nothing_else():
    script = (
        '// why\n/** What\n * it does. */\nat = "https://x.example/*"; // where\n\n  go(`a // b`); // it\'s\n'
    )
    assert minify(script, "js") == 'at = "https://x.example/*";\ngo(`a // b`); // it\'s\n'
    assert minify("//# allFunctionsCalledOnLoad\n// why\n", "js") == "//# allFunctionsCalledOnLoad\n"
    sheet = "/* a\n b */\n@layer a {\n  b :is(c, d) { e: f; g: h; } /* i */\n  j { k: l }\n}\n"
    assert minify(sheet, "css") == "@layer a{b :is(c,d){e:f;g:h}j{k:l}}"
    sheet = "@media (a: 1px) and (b: c) {\n  d + e ~ f { g: calc(1px + 2px) }\n}\nh { i: j + k; l: m }\n"
    assert minify(sheet, "css") == "@media (a:1px) and (b:c){d+e~f{g:calc(1px + 2px)}}h{i:j + k;l:m}"


def test_shortened_twice_is_shortened_once():
    for path in [*SCRIPTS, *STATIC.glob("css/*.css")]:
        once = minify(path.read_text(), path.suffix[1:])
        assert minify(once, path.suffix[1:]) == once, path.name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_no_script_has_a_text_over_several_lines_that_would_lose_its_indentation(path):
    code = [line for line in path.read_text().splitlines() if not line.lstrip().startswith(("//", "*", "/*"))]
    assert [line for line in code if line.count("`") % 2 and "[" not in line] == []


def test_only_ours_are_touched(tmp_path):
    storage = StaticFilesStorage(location=tmp_path, base_url="/static/")
    for name in ("js/form.js", "leaflet/leaflet.js", "wagtailadmin/js/x.js"):
        file = ContentFile(b"// remark\ngo();\n")
        file.read()
        storage.save(name, file)
    assert (tmp_path / "js/form.js").read_text() == "go();\n"
    assert (tmp_path / "leaflet/leaflet.js").read_text() == "// remark\ngo();\n"
    assert (tmp_path / "wagtailadmin/js/x.js").read_text() == "// remark\ngo();\n"


def test_the_style_sheet_of_the_site_refers_to_no_other_file():
    """It is sent from more than one address: what it refers to would be looked for beside each."""
    sheet = (STATIC / SITE).read_text()
    assert "url(" not in sheet
    assert "@import" not in sheet


def test_no_sheet_opens_what_is_folded_within_a_scope():
    """Firefox (153) takes no ``::details-content`` there: the filters of the queue were out of reach."""
    for path in STATIC.glob("css/*.css"):
        _before, _at, scoped = path.read_text().partition("@scope ")
        assert "::details-content {" not in block(scoped), path.name


def block(css: str) -> str:
    """From its first brace to the one that closes it."""
    depth = 0
    for end, sign in enumerate(css):
        depth += (sign == "{") - (sign == "}")
        if sign == "}" and not depth:
            return css[:end]
    return css
