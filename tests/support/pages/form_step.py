"""A step of a form, as residents fill it in."""

from django.urls import reverse


class FormStepPage:
    """A step of a form: its questions, files, stored state and price."""

    def __init__(self, page) -> None:
        self.page = page
        self.errors = page.locator(".errors")
        self.saved = page.locator("#saved[data-state=saved]")
        self.unsaved = page.locator("#saved[data-state=away]")
        self.saved_news = page.locator("#saved-news")
        self.progress_bars = page.get_by_role("progressbar")
        self.refused_files = page.locator(".travels .msg")
        self.retry_buttons = page.locator(".travels [data-again]")
        self.remove_buttons = page.locator("[name=remove_file]")

    # -- Opening and leaving
    def start(self, slug: str = "attestation") -> None:
        self.page.goto(reverse("submissions:start", args=[slug]))

    def resume(self, draft, step: str) -> None:
        self.page.goto(reverse("submissions:step", args=[draft.secret, step]))

    @property
    def continue_button(self):
        return self.page.locator("form > p.go .btn").first

    def go_on(self) -> None:
        self._leave(self.continue_button)

    def go_back(self) -> None:
        self._leave(self.page.locator("[name=back]"))

    def _leave(self, button) -> None:
        """Click, and wait for the next page to load: autosave may change the address of this one meanwhile."""
        with self.page.expect_event("load"):
            button.click()

    # -- Answers
    def field(self, name: str):
        return self.page.locator(f"#id_{name}")

    def question(self, name: str):
        return self.page.locator(f'[data-question="{name}"]')

    def fill(self, **answers: str) -> None:
        for name, text in answers.items():
            self.field(name).fill(text)

    def fill_date(self, name: str, *texts: str) -> None:
        for part, text in zip(("day", "month", "year"), texts, strict=True):
            self.field(f"{name}-{part}").fill(text)

    def pick(self, name: str, value: str) -> None:
        self.page.locator(f'[name="{name}"][value="{value}"]').check()

    def asked(self) -> list[str]:
        """Return the keys of the questions that are shown."""
        return self.page.locator("[name=_shown]").input_value().split()

    def posted(self) -> dict[str, str]:
        """Return the form data that the browser would send."""
        return self.page.evaluate('Object.fromEntries(new FormData(document.getElementById("filing")))')

    def advance_to_autosave(self) -> None:
        """Let the pause pass after which the step is saved. The clock of the page must be installed."""
        self.page.clock.run_for(2_500)

    # -- Files
    def attach(self, *files: dict, question: str = "piece") -> None:
        self.field(question).set_input_files(files)

    def attached(self, question: str = "piece"):
        return self.page.locator(f"#id_{question}-files li")

    # -- The price
    def price_rows(self) -> list[list[str]]:
        rows = self.page.locator("table.sum tr:visible").all()
        return [[" ".join(cell.split()) for cell in row.locator("th, td").all_inner_texts()] for row in rows]


def pdf(name: str, content: str = "small") -> dict:
    """Return a file to attach. Files with the same content are the same to the site."""
    return {"name": name, "mimeType": "application/pdf", "buffer": f"%PDF-1.7 {content}".encode()}
