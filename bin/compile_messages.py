"""Compiles translations (.po to .mo) where they changed: slim systems have no msgfmt."""

from pathlib import Path

import polib


def main() -> None:
    for source in Path(__file__).parent.parent.glob("*/locale*/*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))


if __name__ == "__main__":
    main()
