"""HTML forms as a browser reads them."""

from html.parser import HTMLParser


def inputs(html: str) -> dict[str, list[str]]:
    """Return the values that a browser would send from a page, by field name."""
    found: dict[str, list[str]] = {}

    class Page(HTMLParser):
        writing = chosen = ""

        def handle_starttag(self, tag, attributes):
            given = dict(attributes)
            ticked = given.get("type") in ("radio", "checkbox")
            if tag == "input" and (not ticked or "checked" in given):
                text = given.get("value") or ("on" if ticked else "")
                found.setdefault(given["name"], []).extend([text] if text else [])
            elif tag == "textarea":
                self.writing = given["name"]
            elif tag == "select":
                self.chosen = given["name"]
            elif tag == "option" and "selected" in given and given["value"]:
                found.setdefault(self.chosen, []).append(given["value"])

        def handle_data(self, text):
            if self.writing:
                found[self.writing] = [text.removeprefix("\n")]

        def handle_endtag(self, tag):
            if tag == "textarea":
                self.writing = ""

    Page().feed(html)
    return {name: texts for name, texts in found.items() if texts}
