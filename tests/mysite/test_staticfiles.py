"""Minified scripts and style sheets of the project, equivalent to their sources."""

from pathlib import Path

from django.core.files.base import ContentFile

from home.appearance.stylesheets import SITE, minify
from mysite.staticfiles import StaticFilesStorage

STATIC = Path(__file__).resolve().parents[2] / "mysite" / "static"
SCRIPTS = sorted(STATIC.glob("js/**/*.js"))


def test_minify_removes_only_comments_and_spaces():
    script = (
        '// why\n/** What\n * it does. */\nat = "https://x.example/*"; // where\n\n  go(`a // b`); // it\'s\n'
    )
    assert minify(script, "js") == 'at="https://x.example/*";go(`a // b`);'
    script = "//# allFunctionsCalledOnLoad\n// why\ngo(1 + +a);\n"
    assert minify(script, "js") == "//# allFunctionsCalledOnLoad\ngo(1+ +a);"
    sheet = "/* a\n b */\n@layer a {\n  b :is(c, d) { e: f; g: h; } /* i */\n  j { k: l }\n}\n"
    assert minify(sheet, "css") == "@layer a{b :is(c,d){e:f;g:h}j{k:l}}"
    sheet = "@media (a: 1px) and (b: c) {\n  d + e ~ f { g: calc(1px + 2px) }\n}\nh { i: j + k; l: m }\n"
    assert minify(sheet, "css") == "@media (a:1px) and (b:c){d+e~f{g:calc(1px + 2px)}}h{i:j + k;l:m}"


def test_minify_is_idempotent():
    for path in [*SCRIPTS, *STATIC.glob("css/*.css")]:
        once = minify(path.read_text(), path.suffix[1:])
        assert minify(once, path.suffix[1:]) == once, path.name


def test_only_project_files_are_minified(tmp_path):
    storage = StaticFilesStorage(location=tmp_path, base_url="/static/")
    for name in ("js/form.js", "leaflet/leaflet.js", "wagtailadmin/js/x.js"):
        file = ContentFile(b"// remark\ngo();\n")
        file.read()
        storage.save(name, file)
    assert (tmp_path / "js/form.js").read_text() == "go();"
    assert (tmp_path / "leaflet/leaflet.js").read_text() == "// remark\ngo();\n"
    assert (tmp_path / "wagtailadmin/js/x.js").read_text() == "// remark\ngo();\n"


def test_site_style_sheet_refers_to_no_other_file():
    """The style sheet is served from more than one URL; relative addresses would be resolved beside each."""
    sheet = (STATIC / SITE).read_text()
    assert "url(" not in sheet
    assert "@import" not in sheet


def test_style_sheets_have_no_details_content_within_a_scope():
    """Firefox 153 ignores ``::details-content`` within ``@scope``: the filters of the queue would be unreachable."""
    for path in STATIC.glob("css/*.css"):
        _before, _at, scoped = path.read_text().partition("@scope ")
        assert "::details-content {" not in block(scoped), path.name


def block(css: str) -> str:
    """Return the text from the first brace to the one that closes it."""
    depth = 0
    for end, sign in enumerate(css):
        depth += (sign == "{") - (sign == "}")
        if sign == "}" and not depth:
            return css[:end]
    return css
