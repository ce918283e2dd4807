"""The texts for other projects in docs/upstream are those of our catalogues."""

import polib

from tests.tools import upstream_translations

TARGET = upstream_translations.TARGET


def test_texts_for_other_projects_are_up_to_date():
    expected = {
        path.as_posix(): {(one.msgctxt, one.msgid, one.msgstr) for one in entries}
        for path, entries in upstream_translations.contributions().items()
    }
    found = {
        path.relative_to(TARGET).as_posix(): {
            (one.msgctxt, one.msgid, one.msgstr) for one in polib.pofile(str(path))
        }
        for path in TARGET.rglob("*.po")
    }
    assert found == expected


def test_each_text_of_another_project_has_its_place():
    assert [path for path in upstream_translations.contributions() if path.parts[0] == "unknown"] == []
