"""Windows of the browser that tests borrow one after the other."""

from collections import defaultdict

from playwright.sync_api import expect

from tests.support.browser import axe_to_start, scriptless

PATIENCE = 15_000  # milliseconds: on a busy machine, a page of the admin took more than five seconds
# Scripts that follow the first paint load with the page instead, so that tests that act at once need not wait for them.
AT_ONCE = "window.PerformanceObserver = class { constructor(follow) { this.observe = follow } }"
# An empty page of the site: one of another site, or about:blank, would end the process with all that it has compiled.
RESTING = "() => URL.createObjectURL(new Blob([], { type: 'text/html' }))"
FORGET = """async () => {
  localStorage.clear();
  sessionStorage.clear();
  for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name);
  for (const name of await caches.keys()) await caches.delete(name);
}"""


class Windows:
    """Windows that forget their visitor after each test, but not the scripts and style sheets that they have compiled.

    A new window compiles them again, which takes half of the time of a page of the admin. Responses that may be stored
    are stored from one test to the next: static files, and search suggestions, which only one test reads.
    """

    def __init__(self, browser, url: str) -> None:
        self.browser, self.url = browser, url
        expect.set_options(timeout=PATIENCE)
        self._free, self._lent = defaultdict(list), {}

    def borrow(self, **options):
        free = self._free[repr(sorted(options.items()))]
        page = free.pop() if free else self.open(**options)
        self._lent[page] = free
        return page

    def open(self, *, javascript=True, at_once=True, clock=False, language="fr-CH", **options):
        context = self.browser.new_context(
            base_url=self.url,
            java_script_enabled=javascript,
            locale=language,
            # The service worker of the site would answer before a route that a test fulfils itself.
            **{"service_workers": "block"} | options,
        )
        context.set_default_timeout(PATIENCE)
        if at_once:
            context.add_init_script(AT_ONCE)
        if javascript:
            context.add_init_script(axe_to_start())
        else:
            scriptless.add(context)
        return context.new_page()

    def give_back(self, page) -> None:
        """Take back a window that is offline, and let it forget its visitor."""
        context, free = page.context, self._lent.pop(page)
        if page.is_closed() or not page.url.startswith(self.url):
            context.close()
            return
        for popup in context.pages:
            if popup is not page:
                popup.close()
        for routed in (page, context):
            routed.unroute_all()
        page.goto(page.evaluate(RESTING))
        context.clear_cookies()
        context.set_offline(False)
        page.emulate_media(media="null", color_scheme="null")
        page.mouse.move(-1, -1)
        page.evaluate(FORGET)
        free.append(page)
