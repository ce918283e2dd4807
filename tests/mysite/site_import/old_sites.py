"""Old sites for the tests: exports with their files, and imports of them."""

import io
import zipfile
from pathlib import Path

from django.core.files.base import ContentFile
from PIL import Image
from wagtail.models import Page

from mysite.site_import import actions
from mysite.site_import.import_steps import work_on
from mysite.site_import.models import ImportItem, SiteImport

EXAMPLES = Path(__file__).parent / "examples"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def picture_bytes(kind: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (900, 600), "green").save(content, kind)
    return content.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, one in files.items():
            archive.writestr(name, one)
    return content.getvalue()


def wordpress_zip(**changes: bytes) -> bytes:
    files = {
        "wordpress.xml": (EXAMPLES / "wordpress.xml").read_bytes(),
        "uploads/2024/reglement.pdf": PDF,
        "uploads/2024/benne.png": picture_bytes(),
    }
    return zipped(files | changes)


def new_import(source: str, parent: Page, *, content=b"", name="", address="", publish=False, actor=None):
    file = ContentFile(content, name=name) if name else None
    return actions.create_import(
        actor=actor, source=source, address=address, file=file, parent=parent, publish=publish
    )


def tried(source: str, parent: Page, **options) -> SiteImport:
    """Return an import after its trial run."""
    site_import = new_import(source, parent, **options)
    while work_on(site_import, 60, pause=0):
        pass
    site_import.refresh_from_db()
    return site_import


def imported(source: str, parent: Page, **options) -> SiteImport:
    """Return an import that was carried out."""
    site_import = tried(source, parent, **options)
    assert site_import.state == SiteImport.State.REPORTED, site_import.error
    actions.start_import(actor=None, site_import=site_import)
    while work_on(site_import, 60, pause=0):
        pass
    site_import.refresh_from_db()
    assert site_import.state == SiteImport.State.FINISHED, site_import.error
    return site_import


def line(site_import: SiteImport, title: str) -> ImportItem:
    return site_import.items.get(title=title)


def outcomes(site_import: SiteImport) -> dict[str, str]:
    return {item.title: item.outcome for item in site_import.items.all()}


def codes(site_import: SiteImport, title: str) -> set[str]:
    return {code for code, _values in line(site_import, title).remarks}
