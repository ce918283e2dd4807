"""Minified scripts and style sheets of the project, equivalent to their sources."""

import re
from pathlib import Path

from django.core.files.base import ContentFile

from home.appearance.stylesheets import SERIF, SITE, minify, site_stylesheet
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


def test_site_style_sheet_refers_to_nothing_but_its_fonts():
    """The style sheet is served from more than one URL; relative addresses would be resolved beside each."""
    sheet = (STATIC / SITE).read_text()
    fonts = re.findall(r'url\("\.\./(fonts/[\w-]+\.woff2)"\)', sheet)
    assert sheet.count("url(") == len(fonts) == 3
    assert "@import" not in sheet
    assert re.findall(r'url\("([^"]+)"\)', site_stylesheet()) == [f"/static/{font}" for font in fonts]


def test_admin_loads_the_same_serif_as_the_site():
    site, admin = ((STATIC / "css" / name).read_text() for name in ("site.css", "admin.css"))
    assert re.findall("@font-face.*", site) == re.findall("@font-face.*", admin) != []
    assert re.search("--serif: .*", site)[0] in admin


def test_serif_is_light_and_has_its_licence_beside_it():
    assert (STATIC / SERIF).stat().st_size <= 13_000
    assert b"SIL OPEN FONT LICENSE" in (STATIC / "fonts/LICENSE").read_bytes()


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
