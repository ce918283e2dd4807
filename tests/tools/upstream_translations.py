"""Write the texts of ``mysite/locale_elsewhere`` by the project and catalogue they belong to: docs/upstream.

Run it as ``python -m tests.tools.upstream_translations`` after a change of these catalogues or an update of Wagtail.
"""

import os
import shutil
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs" / "upstream"
PROJECTS = ("wagtail", "wagtail_localize", "allauth", "django", "django_filters", "taggit", "modelsearch")


def main() -> None:
    for project in TARGET.iterdir():
        if project.is_dir():
            shutil.rmtree(project)
    for path, entries in contributions().items():
        catalogue = polib.POFile(wrapwidth=0)
        language = path.name.split(".")[-2]
        catalogue.metadata = {
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Language": language,
        }
        catalogue.extend(entries)
        (TARGET / path).parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(TARGET / path))


@cache
def contributions() -> dict[Path, list[polib.POEntry]]:
    """Return our entries by the file in ``docs/upstream``: project, catalogue and language."""
    found = defaultdict(list)
    for source in sorted((ROOT / "mysite" / "locale_elsewhere").glob("*/LC_MESSAGES/*.po")):
        language = source.parts[-3]
        theirs = list(_their_catalogues(source.stem))
        for entry in polib.pofile(str(source)):
            places = [(place, known.get(_key(entry))) for place, known in theirs if _key(entry) in known]
            for project, app in dict.fromkeys(place for place, _ in places) or [("unknown", "unknown")]:
                path = Path(project, f"{app}.{source.stem}.{language}.po")
                found[path].append(
                    _contribution(entry, _translation(project, app, source.stem, language, entry))
                )
    return dict(found)


def _contribution(entry: polib.POEntry, theirs: str) -> polib.POEntry:
    comment = f"Instead of: {theirs}" if theirs else "Not translated yet."
    return polib.POEntry(
        msgctxt=entry.msgctxt,
        msgid=entry.msgid,
        msgid_plural=entry.msgid_plural,
        msgstr=entry.msgstr,
        msgstr_plural=entry.msgstr_plural,
        flags=entry.flags,
        comment=" ".join(comment.split()),
    )


def _their_catalogues(domain: str):
    """Yield place and entries of each catalogue of English texts, from any language that has them."""
    for project in PROJECTS:
        package = _package(project)
        for locale in sorted(package.rglob("locale")):
            app = ".".join(locale.parent.relative_to(package.parent).parts)
            entries = {}
            for language in ("en", "fr", "de", "it"):
                entries |= {_key(one): one for one in _entries(locale, language, domain)}
            if entries:
                yield (project, app), entries


def _translation(project: str, app: str, domain: str, language: str, entry: polib.POEntry) -> str:
    package = _package(project)
    locale = package.parent.joinpath(*app.split("."), "locale")
    for one in _entries(locale, language, domain):
        if _key(one) == _key(entry):
            return one.msgstr or " / ".join(one.msgstr_plural.values())
    return ""


_read: dict[Path, list[polib.POEntry]] = {}


def _entries(locale: Path, language: str, domain: str) -> list[polib.POEntry]:
    folder = locale / language / "LC_MESSAGES"
    path = folder / f"{domain}.po"
    if path not in _read:
        compiled = folder / f"{domain}.mo"
        if path.exists():
            _read[path] = list(polib.pofile(str(path)))
        else:
            _read[path] = list(polib.mofile(str(compiled))) if compiled.exists() else []
    return _read[path]


def _key(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt or None, entry.msgid


def _package(name: str) -> Path:
    from importlib.util import find_spec

    return Path(find_spec(name).submodule_search_locations[0])


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
