"""Pictures of the running demo for README and documentation, light and dark.

usage: python -m tests.tools.readme_pictures [--url http://localhost:8000] [--var var]. Start the demo first:
``bin/demo``. Writes docs/images/NAME-{light,dark}.webp.
"""

import argparse
import io
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, sync_playwright

from mysite.demo.people import PASSWORD
from tests.support.browser import NO_BROWSER, chromium, launch

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/images"
DRAW_PAGE = ROOT / "eservices/cases/desk/case/draw_pdf_page.py"
AGENT = "sophie.aubert@orvenay.example"
WIDTH, HEIGHT = 1200, 760
SHOWN = 880, 557  # pixels of a picture
MOST = 40_000  # bytes per picture
PAPER = {"light": "#e8ebef", "dark": "#15181c"}  # behind the document
ADDRESSES = {"site": "/", "form": "/guichet-en-ligne/attestation-domicile/", "queue": "/admin/cases/"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="the demo's COMMUNE_VAR")
    given = parser.parse_args()
    if not chromium():
        sys.exit(f"{NO_BROWSER}: apt install chromium")
    FOLDER.mkdir(exist_ok=True)
    document = draw_document(given.var)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for look, paper in PAPER.items():
            for name, image in take_pages(browser, given.url, look):
                save_picture(f"{name}-{look}", image)
            save_picture(f"document-{look}", put_on_desk(document, paper))
        browser.close()


def take_pages(browser: Browser, url: str, look: str):
    window = browser.new_page(
        base_url=url,
        viewport={"width": WIDTH, "height": HEIGHT},
        locale="fr-CH",
        color_scheme=look,
        reduced_motion="reduce",
    )
    for name, address in ADDRESSES.items():
        if address.startswith("/admin/"):
            sign_in(window)
        window.goto(address, wait_until="networkidle")
        if name == "form":
            begin_form(window)
        yield name, Image.open(io.BytesIO(window.screenshot(animations="disabled")))
    window.close()


def begin_form(window: Page) -> None:
    window.locator("main a[href*='/demande/'], main a.button").first.click()
    window.wait_for_load_state("networkidle")


def sign_in(window: Page) -> None:
    window.goto("/admin/login/")
    window.fill("[name=username]", AGENT)
    window.fill("[name=password]", PASSWORD)
    window.press("[name=password]", "Enter")
    window.wait_for_url("**/admin/")


def draw_document(var: Path) -> Image.Image:
    """Return the first page of the largest document that the demo issued."""
    files = sorted((var / "private/documents").rglob("*.pdf"), key=lambda path: path.stat().st_size)
    if not files:
        sys.exit("The demo has issued no document yet.")
    drawn = subprocess.run([sys.executable, DRAW_PAGE, files[-1], "1"], capture_output=True, check=True)
    return Image.open(io.BytesIO(drawn.stdout)).convert("RGB")


def put_on_desk(paper: Image.Image, colour: str) -> Image.Image:
    """Return the upper part of the paper on a background of ``colour``, in the shape of the other pictures."""
    desk = Image.new("RGB", (WIDTH, HEIGHT), colour)
    paper = ImageOps.contain(paper, (WIDTH - 440, 10 * HEIGHT))
    desk.paste(paper.crop((0, 0, paper.width, HEIGHT - 50)), ((WIDTH - paper.width) // 2, 50))
    return desk


def save_picture(name: str, image: Image.Image) -> None:
    """Write the picture in the best quality below the size limit."""
    image = image.convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS)
    for quality in range(85, 30, -5):
        written = io.BytesIO()
        image.save(written, "WEBP", quality=quality, method=6)
        if written.tell() <= MOST:
            break
    (FOLDER / f"{name}.webp").write_bytes(written.getvalue())
    print(f"{name}.webp, {written.tell() / 1000:.0f} kB")


if __name__ == "__main__":
    main()
