"""Form sessions with JavaScript, on good and bad connections: immediate uploads and autosave."""

import os
import re
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from eservices.deliveries.models import Delivery
from eservices.submissions import rate_limits
from eservices.submissions.models import Draft, StoredFile, Submission
from home.models import CommuneSettings, HomePage
from tests.factories.accounts import UserFactory
from tests.factories.home import make_site, translated
from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate
from tests.functional.conftest import PLAYED
from tests.support.browser import assert_accessible, press, wait_until
from tests.support.pages.form_step import FormStepPage, pdf
from tests.support.pages.sign_in import SignInPage, sign_in

pytestmark = pytest.mark.usefixtures("transactional_db")

PDF, OTHER = pdf("procuration.pdf"), pdf("bail.pdf", "other")
PAGE = {"name": "page.pdf", "mimeType": "application/pdf", "buffer": b"<p>no</p>"}
SHOTS = os.environ.get("FILING_SHOTS")  # a folder for screenshots of the pages


@pytest.fixture
def commune():
    make_site()
    commune = CommuneSettings.load()
    commune.phone = "021 000 42 10"
    commune.save()


@pytest.fixture
def version(commune):
    return FormVersionFactory()


@pytest.fixture
def file_first(commune):
    """Publish a form whose first step asks for files and a name."""
    content = certificate()
    content["steps"] = [
        {
            "key": "tout",
            "fields": [
                {"key": "nom", "type": "short_text", "required": True},
                {"key": "piece", "type": "files", "required": True, "settings": {"max_files": 3}},
            ],
        }
    ]
    content["texts"]["fr"]["step.tout.title"] = "Votre demande"
    return FormVersionFactory(content=content)


def judge(page, name):
    """Check that the page fits its window and is accessible."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert_accessible(page)
    shoot(page, name)


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


# Records the positions of each progress bar, by file name.
WATCH_BARS = """() => {
    window.bars = {};
    new MutationObserver((moves) => {
        for (const { target } of moves)
            if (target.matches("progress")) (bars[target.ariaLabel] ??= []).push(target.value);
    }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["value"] });
}"""


# -- Files ---------------------------------------------------------------------------------------------------
def test_files_are_refused_dropped_removed_and_uploaded(visit, file_first):
    page = visit(width=360)
    step = FormStepPage(page)
    step.start()

    # A file that is too large is not uploaded.
    limit = page.evaluate("""() => {
        const { dataset } = document.getElementById("id_piece"), { maxBytes } = dataset;
        dataset.maxBytes = "5";
        return maxBytes;
    }""")
    step.attach(pdf("plan.pdf", "large"))
    expect(step.refused_files).to_contain_text("plan.pdf")
    assert not Draft.objects.exists()
    page.locator(".travels button").click()
    page.evaluate("limit => { document.getElementById('id_piece').dataset.maxBytes = limit }", limit)

    # A refused file shows a reason, which is dismissed.
    step.attach(pdf("carte.pdf", "map"), PAGE)
    expect(step.refused_files).to_contain_text("page.pdf")
    expect(step.attached()).to_have_count(1)
    assert_accessible(page)
    shoot(page, "uploads-refused")
    page.locator(".travels button").click()
    expect(step.refused_files).to_have_count(0)
    expect(step.field("piece")).to_be_focused()

    # A file is dropped on the question.
    transfer = page.evaluate_handle(
        "() => { const t = new DataTransfer(); t.items.add(new File(['%PDF-1.7 x'], 'lettre.pdf')); return t; }"
    )
    page.dispatch_event("#id_piece", "drop", {"dataTransfer": transfer})
    expect(step.attached()).to_have_count(2)
    expect(step.attached().last).to_contain_text("lettre.pdf")

    # Files are removed without leaving the page.
    step.fill(nom="Marchetti")
    step.remove_buttons.first.click()
    expect(step.attached()).to_have_count(1)
    step.remove_buttons.click()
    expect(page.locator("#id_piece-files")).to_be_hidden()
    expect(step.field("nom")).to_have_value("Marchetti")
    expect(step.field("piece")).to_be_focused()
    assert not StoredFile.objects.exists()

    # Several files are uploaded at once into one draft.
    page.evaluate(WATCH_BARS)
    step.attach(PDF, OTHER)
    expect(step.attached()).to_have_count(2)
    assert set(page.evaluate("bars")) == {"procuration.pdf", "bail.pdf"}
    expect(page.locator("[role=status]", has_text="bail.pdf")).to_have_count(1)
    draft = Draft.objects.get()
    assert draft.secret in page.url
    assert draft.files.count() == 2
    assert_accessible(page)
    shoot(page, "uploads-there")
    step.go_on()
    assert page.url.endswith("/verifier/")
    assert Draft.objects.count() == 1


def test_files_are_uploaded_on_a_bad_connection(visit, file_first):
    page = visit(width=360, alone=True)
    step = FormStepPage(page)
    step.start()

    # The progress bar of a large file moves on a slow connection.
    page.evaluate(WATCH_BARS)
    line = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 500_000}
    network = page.context.new_cdp_session(page)
    network.send("Network.emulateNetworkConditions", line)
    step.attach(pdf("scan.pdf", "x" * 900_000))
    expect(page.get_by_role("progressbar", name="scan.pdf")).to_be_visible()
    expect(step.attached()).to_have_count(1, timeout=20_000)
    (values,) = page.evaluate("bars").values()
    assert values == sorted(values)
    assert len({one for one in values if 0 < one < 1}) >= 3, values
    assert values[-1] == 1
    network.send("Network.emulateNetworkConditions", line | {"latency": 0, "uploadThroughput": -1})

    # Without a connection it can be retried.
    page.context.set_offline(True)
    step.attach(PDF)
    expect(step.refused_files).to_contain_text("procuration.pdf")
    assert_accessible(page)
    shoot(page, "uploads-offline")
    page.context.set_offline(False)
    expect(step.attached()).to_have_count(2)
    expect(page.locator(".travels")).to_have_count(0)

    # The button waits for uploads, and stops at a refused file.
    step.remove_buttons.first.click()
    expect(step.attached()).to_have_count(1)
    step.fill(nom="Marchetti")
    held, free = [], []
    page.route(
        "**/demande/**", lambda route: held.append(route) if is_own(route) and not free else route.continue_()
    )
    step.attach(OTHER, PAGE)
    expect(page.locator(".travels progress").first).to_be_visible()
    step.continue_button.click()
    waits = page.get_attribute("#id_piece", "data-waits")
    expect(page.locator("[role=status]", has_text=waits)).to_have_count(1)
    free.append(True)
    for route in held:
        route.continue_()
    expect(step.refused_files).to_contain_text("page.pdf")
    wait_until(page, "!!document.activeElement.closest('.travels')")
    step.continue_button.click()
    page.wait_for_url("**/verifier/")


def test_file_that_did_not_arrive_is_sent_by_continue(visit, file_first):
    page = visit()
    step = FormStepPage(page)
    step.start()
    step.fill(nom="Marchetti")
    page.route("**/demande/**", lambda route: route.abort() if is_own(route) else route.continue_())
    step.attach(PDF)
    expect(step.refused_files).to_contain_text("procuration.pdf")
    step.retry_buttons.click()  # the retry fails
    expect(step.retry_buttons).to_be_visible()
    step.attach({**PDF, "name": "plan.pdf"})
    expect(step.retry_buttons).to_have_count(2)
    page.unroute("**/demande/**")
    page.locator(".travels", has_text="plan.pdf").locator("[data-again]").click()
    expect(step.attached()).to_contain_text("plan.pdf")  # this file only
    expect(step.retry_buttons).to_have_count(1)

    step.continue_button.click()

    page.wait_for_url("**/verifier/")
    assert {file.name for file in StoredFile.objects.all()} == {"plan.pdf", "procuration.pdf"}


def test_files_beyond_a_limit_are_refused(visit, file_first, monkeypatch):
    page = visit(width=360)
    step = FormStepPage(page)
    step.start()
    travelled = []
    page.on("request", lambda call: call.method == "POST" and travelled.append(call))

    # Beyond the number of files: without uploading.
    step.attach(*many_files(200))
    expect(step.refused_files).to_have_count(197, timeout=60_000)
    assert len(travelled) == 3
    expect(step.progress_bars).to_have_count(0)
    assert {text.split(".")[0] for text in step.refused_files.all_inner_texts()} == {"Au plus 3 fichiers"}
    expect(step.attached()).to_have_count(3)
    assert sorted(StoredFile.objects.values_list("name", flat=True)) == ["0.pdf", "1.pdf", "2.pdf"]
    assert page.evaluate("document.getElementById('id_piece').files.length") == 0
    step.fill(nom="Marchetti")
    page.evaluate("document.querySelectorAll('.travels button').forEach((button) => button.click())")
    step.go_on()
    assert page.url.endswith("/verifier/")

    # Beyond the uploads of an hour: with a time.
    monkeypatch.setattr(rate_limits, "UPLOAD", rate_limits.WaitingRateLimit("draft-upload", 1))
    cache.clear()
    step.start()
    step.attach(*many_files(3))
    expect(step.attached()).to_have_count(2)  # the first upload began the draft
    expect(step.refused_files).to_have_count(1)
    hour = r"\d{1,2}\sh(\s\d\d)?\b"  # the minutes are missing on a full hour
    assert all(re.search(hour, text) for text in step.refused_files.all_inner_texts())
    expect(step.progress_bars).to_have_count(0)
    assert page.evaluate("document.getElementById('id_piece').files.length") == 1
    judge(page, "too-many-files")


def many_files(count: int) -> list[dict]:
    return [pdf(f"{number}.pdf", str(number)) for number in range(count)]


def is_own(route) -> bool:
    """Return whether the page's script sends this request."""
    return route.request.headers.get("accept") == "application/json"


def test_held_file_with_a_long_name_fits_at_400_percent(visit, file_first, settings):
    settings.CLAMAV_URL = "tcp://127.0.0.1:1"
    page = visit(width=320, height=256)  # 1280 × 1024 at 400 %
    step = FormStepPage(page)
    step.start()

    step.attach(pdf("un_nom_de_fichier_tres_long_sans_aucune_espace_" * 2 + ".pdf"))

    expect(step.attached()).to_have_count(1)
    expect(page.locator("#id_piece-remark")).to_contain_text("un_nom_de_fichier")  # waits for the virus scan
    judge(page, "zoom-400")
    page.goto(page.url.replace("etape/tout", "plus-tard"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, "later-400")


# -- Autosave ------------------------------------------------------------------------------------------------
def test_autosave_keeps_answers_across_languages_and_pages(visit, file_first):
    translated(HomePage.objects.get(), "de", title="Startseite", slug="start")
    page = visit(clock=True)
    step = FormStepPage(page)
    step.start()
    page.click(".langs [lang=de]")
    page.wait_for_url("**/de/**")
    assert not Draft.objects.exists()  # nothing was typed

    # Autosave stores answers and changes the address.
    step.fill(nom="Marchetti")
    step.advance_to_autosave()
    expect(step.saved).to_be_visible()
    draft = Draft.objects.get()
    assert draft.typed["tout"]["nom"] == ["Marchetti"]
    assert draft.completed == []
    assert step.saved_news.inner_text() == ""
    page.click(".langs [lang=fr]")
    page.wait_for_url(lambda url: "/de/" not in url)
    assert page.input_value("#id_nom") == "Marchetti"
    page.reload()
    assert page.input_value("#id_nom") == "Marchetti"
    assert Draft.objects.count() == 1

    # Leaving the step saves, too.
    step.fill(nom="Rochat")
    page.goto("/")
    for _time in range(300):  # a request sent while leaving is not awaited
        draft.refresh_from_db()
        if draft.typed["tout"]["nom"] == ["Rochat"]:
            break
        page.wait_for_timeout(100)
    step.resume(draft, "tout")
    assert page.input_value("#id_nom") == "Rochat"


def test_scripts_load_after_first_paint_and_save_earlier_text(visit, file_first):
    page = visit(width=360, at_once=False)
    step = FormStepPage(page)
    late = []
    page.route("**/autosave*.js", lambda route: late.append(route))
    start = reverse("submissions:start", args=[file_first.form.slug])
    page.goto(start, wait_until="domcontentloaded")  # the page has loaded only with its late scripts
    step.fill(nom="Marchetti")
    expect(step.field("nom")).to_have_value("Marchetti")
    while not late:
        page.wait_for_timeout(20)

    late[0].continue_()

    expect(step.saved).to_be_visible()
    assert Draft.objects.get().typed["tout"]["nom"] == ["Marchetti"]
    painted, asked = page.evaluate("""() => [
        performance.getEntriesByName("first-contentful-paint")[0].startTime,
        performance.getEntriesByType("resource").find(one => one.name.includes("autosave")).startTime,
    ]""")
    assert painted <= asked


def test_autosave_and_continue_do_not_undo_each_other(visit, version):
    page = visit(clock=True)
    step = FormStepPage(page)

    # The first page, to which the browser returns, uses the draft that it began.
    step.start(version.form.slug)
    page.locator("[type=radio]").first.check()
    step.go_on()
    begun = page.url
    page.go_back()
    page.reload()  # not from the memory of the browser
    expect(page.locator("[type=radio]").first).to_be_checked()
    step.go_on()
    assert (page.url, Draft.objects.count()) == (begun, 1)

    # A late autosave never overwrites what was sent.
    step.fill(nom="Marchetti", prenom="Élodie")
    step.fill_date("naissance", "14", "6", "1986")
    step.go_on()
    step.fill(courriel="elodie@courriel.example")
    late = page.evaluate(
        """() => { const data = new FormData(document.getElementById('filing')); data.set('courriel', 'el');
            return [...data]; }"""
    )
    step.go_on()
    answer = page.request.post(
        page.url.replace("document", "contact"), form=dict(late), headers={"Accept": "application/json"}
    )
    assert answer.status == 409
    draft = Draft.objects.get()
    assert draft.answers["courriel"] == "elodie@courriel.example"
    assert "contact" in draft.completed

    # Opening a step saves nothing.
    draft = DraftFactory(version=version, complete=True)
    step.resume(draft, "contact")
    page.focus("#id_courriel")
    page.clock.run_for(10_000)
    step.resume(draft, "document")
    draft.refresh_from_db()
    assert (draft.typed, len(draft.completed)) == ({}, 4)


def test_autosave_is_retried_on_a_bad_connection(visit, version):
    page = visit(width=360, clock=True)
    step = FormStepPage(page)
    draft = DraftFactory(version=version, steps=["qui"])
    step.resume(draft, "identite")

    # Without a connection, the failure is announced.
    page.context.set_offline(True)
    step.fill(nom="Marchetti")
    step.advance_to_autosave()
    expect(step.unsaved).to_be_visible()
    expect(step.saved_news).not_to_be_empty()
    expect(step.field("nom")).to_be_focused()
    assert_accessible(page)
    shoot(page, "autosave-away")
    first = step.saved_news.inner_text()
    page.context.set_offline(False)
    expect(step.saved).to_be_visible()
    assert step.saved_news.inner_text() != first
    draft.refresh_from_db()
    assert draft.typed["identite"]["nom"] == ["Marchetti"]

    # After faults of the server.
    faults, answered = iter([500, 503]), []
    page.route("**/identite/", lambda route: fail(route, next(faults, None)))
    page.on("response", lambda answer: is_own(answer) and answered.append(answer.status))
    step.fill(nom="Rochat")
    step.advance_to_autosave()
    expect(step.unsaved).to_be_visible()
    for _second in range(60):
        if step.saved.is_visible():
            break
        page.clock.run_for(1_000)
        page.wait_for_timeout(50)  # real milliseconds, in which a response travels
    expect(step.saved).to_be_visible()
    assert answered == [500, 503, 200]


def fail(route, status):
    if status and is_own(route):
        route.fulfill(status=status, headers={PLAYED: "1"}, content_type="text/html", body="<h1>Away</h1>")
    else:
        route.continue_()


def test_form_session_survives_the_end_of_the_sign_in(visit, file_first, settings):
    dummy = {"BACKEND": "django.tasks.backends.dummy.DummyBackend", "QUEUES": []}
    settings.TASKS = {"default": dummy}  # letters stay
    user = UserFactory()
    page = visit(width=360, user=user, clock=True)
    step = FormStepPage(page)
    draft = _sign_out_while_files_are_attached(step, file_first, user)
    judge(page, "signed-out-file")

    # Signed in again on another tab, the files are uploaded, and autosave resumes.
    sign_in(page.context, user)
    with page.expect_response(
        lambda answer: b'name="nom"' in (answer.request.post_data_buffer or b"")
    ) as answer:
        step.retry_buttons.first.click()
    assert answer.value.status == 200
    expect(step.saved).to_be_visible()
    draft.refresh_from_db()
    assert draft.typed["tout"]["nom"] == ["Marchetti-Rochat"]
    step.retry_buttons.click()
    expect(step.attached()).to_have_count(2)
    expect(step.refused_files).to_have_count(0)
    assert page.input_value("#id_nom") == "Marchetti-Rochat"
    step.go_on()
    assert sorted(StoredFile.objects.values_list("name", flat=True)) == ["bail.pdf", "procuration.pdf"]

    # Signed in again by the button, the answers are there, and the files must be chosen again.
    _sign_out_while_files_are_attached(step, file_first, user)
    step.continue_button.click()
    page.wait_for_url("**/compte/entrer/**")
    letters = SignInPage(page)
    letters.ask_for_code(user.email)
    letters.enter_sent_code(user.email)
    page.wait_for_url("**/tout/")
    assert page.input_value("#id_nom") == "Marchetti-Rochat"
    remark = page.locator("#id_piece-remark")
    expect(remark).to_contain_text("procuration.pdf")
    expect(remark).to_contain_text("bail.pdf")
    judge(page, "choose-again")
    step.attach(PDF, OTHER)
    expect(step.attached()).to_have_count(2)
    expect(remark).to_have_count(0)


def _sign_out_while_files_are_attached(step, version, user):
    """Open a new draft, end the session, and answer. The page then shows that nothing arrives."""
    draft = DraftFactory(version=version, user=user)
    step.resume(draft, "tout")
    Session.objects.all().delete()
    step.fill(nom="Marchetti-Rochat")
    step.attach(PDF, OTHER)
    expect(step.refused_files).to_have_count(2)
    step.advance_to_autosave()
    expect(step.unsaved).to_be_visible()
    return draft


# -- Limits, prefill, expiry ---------------------------------------------------------------------------------
def test_pages_of_limits_and_prefilled_answers_are_accessible(visit, commune, monkeypatch):
    page = visit(width=360)
    step = FormStepPage(page)
    content = certificate()
    content["settings"]["limits"] = {"per_person": {"most": 1}}
    version = FormVersionFactory(content=content)
    step.start()
    judge(page, "limit-sign-in")

    content["settings"]["limits"] = {"open": {"until": "2026-01-01T00:00:00Z"}}
    closed = FormVersionFactory(content=content, form=version.form)
    step.start()
    judge(page, "limit-closed")
    draft = DraftFactory(version=closed, complete=True)
    step.resume(draft, "contact")
    judge(page, "limit-closed-step")
    page.goto(reverse("submissions:review", args=[draft.secret]))
    judge(page, "limit-closed-review")

    # A draft that has expired leads to a new one.
    del content["settings"]["limits"]
    version = FormVersionFactory(content=content, form=version.form)
    Draft.objects.update(expires_at=timezone.now())
    page.goto(reverse("submissions:resume", args=[draft.secret]))
    judge(page, "expired")
    press(page.locator("main .btn"))
    assert page.url.endswith(reverse("submissions:start", args=["attestation"]))

    # A visitor who begins too often reads when to continue, and the answer stays.
    with monkeypatch.context() as limited:
        limited.setattr(rate_limits, "BEGIN", rate_limits.WaitingRateLimit("draft-begin", 0))
        page.check("text=Quelqu’un d’autre")
        step.go_on()
        expect(step.errors).to_be_visible()
        assert page.is_checked("text=Quelqu’un d’autre")
        judge(page, "too-often")

    # A prefilled answer names its source.
    user = UserFactory(first_name="Élodie", last_name="Rochat")
    sign_in(page.context, user)
    step.resume(DraftFactory(version=version, steps=["qui"], user=user), "identite")
    assert page.input_value("#id_nom") == "Rochat"
    assert page.get_attribute("#id_nom", "aria-describedby") == "id_nom-remark"
    judge(page, "prefilled")


# -- Later, on another device --------------------------------------------------------------------------------
def test_resume_link_restores_the_draft_on_a_phone(visit, version, live_server, settings):
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    draft = DraftFactory(version=version, steps=["qui"])
    computer = visit()
    computer.goto(reverse("submissions:step", args=[draft.secret, "identite"]))
    computer.fill("#id_nom", "Marchetti")
    press(computer.locator("[name=later]"))
    computer.fill("#id_email", "elodie@courriel.example")
    press(computer.locator("main .btn"))
    expect(computer.locator("[role=status]", has_text="elodie@courriel.example")).to_be_visible()

    phone = visit(width=360, height=740)
    phone.set_content(Delivery.objects.get().payload["html"])
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(phone, "resume-letter")
    phone.goto(phone.locator(f"a[href*='{draft.secret}']").first.get_attribute("href"))

    assert phone.input_value("#id_nom") == "Marchetti"
    press(phone.locator("[name=later]"))
    judge(phone, "later-phone")


# -- By keyboard, zoomed -------------------------------------------------------------------------------------
def test_three_steps_are_filled_in_and_sent_by_keyboard(visit, version):
    page = visit()
    draft = DraftFactory(version=version, steps=["qui"])
    page.goto(reverse("submissions:step", args=[draft.secret, "identite"]))

    def press_to(target, most=40):
        for _ in range(most):
            if page.evaluate("s => document.activeElement.matches(s)", target):
                return
            page.keyboard.press("Tab")
        pytest.fail(f"{target} is not reached by the Tab key")

    def type_into(target, text):
        press_to(target)
        page.keyboard.type(text)

    type_into("#id_nom", "Marchetti")
    type_into("#id_prenom", "Élodie")
    for part, text in (("day", "14"), ("month", "6"), ("year", "1986")):
        type_into(f"#id_naissance-{part}", text)
    press_to("p.go .btn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contact/")
    type_into("#id_courriel", "elodie@courriel.example")
    page.keyboard.press("Enter")
    page.wait_for_url("**/document/")
    type_into("#id_exemplaires", "2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/verifier/")
    press_to("#declared")
    page.keyboard.press("Space")
    press_to("p.go .btn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/envoyee/")
    assert Submission.objects.count() == 1
