"""Form sessions with JavaScript, on good and bad connections: immediate uploads and autosave."""

import os
import re
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from eservices.deliveries.models import Delivery
from eservices.submissions import rate_limits
from eservices.submissions.models import Draft, StoredFile, Submission
from home.models import CommuneSettings, HomePage
from tests.factories.accounts import UserFactory
from tests.factories.home import make_site, translated
from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate
from tests.functional.conftest import PLAYED
from tests.support.browser import assert_accessible, press

pytestmark = pytest.mark.usefixtures("transactional_db")

PDF = {"name": "procuration.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 small"}
OTHER = {"name": "bail.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 other"}
THIRD = {"name": "photo.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 third"}
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


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def start(page):
    page.goto(reverse("submissions:start", args=["attestation"]))


def saved(page):
    return page.locator("#saved[data-state=saved]")


def away(page):
    return page.locator("#saved[data-state=away]")


# Records the positions of each progress bar, by file name.
WATCH_BARS = """() => {
    window.bars = {};
    new MutationObserver((moves) => {
        for (const { target } of moves)
            if (target.matches("progress")) (bars[target.ariaLabel] ??= []).push(target.value);
    }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["value"] });
}"""


# -- Files ---------------------------------------------------------------------------------------------------
def test_several_files_are_uploaded_at_once_into_one_draft(visit, file_first):
    page = visit(width=360)
    start(page)
    page.evaluate(WATCH_BARS)

    page.set_input_files("#id_piece", [PDF, OTHER])

    expect(page.locator("#id_piece-files li")).to_have_count(2)
    moved = page.evaluate("bars")
    assert set(moved) == {"procuration.pdf", "bail.pdf"}
    expect(page.locator("[role=status]", has_text="bail.pdf")).to_have_count(1)
    draft = Draft.objects.get()
    assert draft.secret in page.url
    assert draft.files.count() == 2
    assert_accessible(page)
    shoot(page, "uploads-there")
    page.fill("#id_nom", "Marchetti")
    page.click("p.go .btn")
    page.wait_for_url("**/verifier/")
    assert Draft.objects.count() == 1


def test_progress_bar_of_a_large_file_moves_on_a_slow_connection(visit, file_first):
    page = visit(width=360)
    start(page)
    page.evaluate(WATCH_BARS)
    line = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 500_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
    scan = {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + b"x" * 900_000}

    page.set_input_files("#id_piece", scan)

    expect(page.get_by_role("progressbar", name="scan.pdf")).to_be_visible()
    expect(page.locator("#id_piece-files li")).to_have_count(1, timeout=20_000)
    (values,) = page.evaluate("bars").values()
    assert values == sorted(values)
    assert len({one for one in values if 0 < one < 1}) >= 3, values
    assert values[-1] == 1


def test_refused_file_shows_a_reason_that_can_be_dismissed(visit, file_first):
    page = visit(width=360)
    start(page)

    page.set_input_files("#id_piece", [PDF, PAGE])

    fault = page.locator(".travels .msg")
    expect(fault).to_contain_text("page.pdf")
    expect(page.locator("#id_piece-files li")).to_have_count(1)
    assert_accessible(page)
    shoot(page, "uploads-refused")
    page.locator(".travels button").click()
    expect(fault).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "id_piece"


def many_files(count: int) -> list[dict]:
    return [PDF | {"name": f"{n}.pdf", "buffer": b"%%PDF-1.7 %d" % n} for n in range(count)]


def test_files_beyond_the_limit_are_refused_without_uploading(visit, file_first):
    page = visit(width=360)
    start(page)
    travelled = []
    page.on("request", lambda call: call.method == "POST" and travelled.append(call))

    page.set_input_files("#id_piece", many_files(200))

    refused = page.locator(".travels .msg")
    expect(refused).to_have_count(197, timeout=60_000)
    assert len(travelled) == 3
    expect(page.get_by_role("progressbar")).to_have_count(0)
    assert {text.split(".")[0] for text in refused.all_inner_texts()} == {"Au plus 3 fichiers"}
    expect(page.locator("#id_piece-files li")).to_have_count(3)
    assert sorted(StoredFile.objects.values_list("name", flat=True)) == ["0.pdf", "1.pdf", "2.pdf"]
    assert page.evaluate("document.getElementById('id_piece').files.length") == 0
    page.fill("#id_nom", "Marchetti")
    page.evaluate("document.querySelectorAll('.travels button').forEach((button) => button.click())")
    press(page.locator("p.go .btn"))
    assert page.url.endswith("/verifier/")


def test_files_beyond_the_hourly_limit_are_refused_with_a_time(visit, file_first, monkeypatch):
    monkeypatch.setattr(rate_limits, "UPLOAD", rate_limits.WaitingRateLimit("draft-upload", 1))
    page = visit(width=360)
    start(page)

    page.set_input_files("#id_piece", many_files(3))

    refused = page.locator(".travels .msg")
    expect(page.locator("#id_piece-files li")).to_have_count(2)  # the first upload began the draft
    expect(refused).to_have_count(1)
    hour = r"\d{1,2}\sh(\s\d\d)?\b"  # the minutes are missing on a full hour
    assert all(re.search(hour, text) for text in refused.all_inner_texts())
    expect(page.get_by_role("progressbar")).to_have_count(0)
    assert page.evaluate("document.getElementById('id_piece').files.length") == 1
    judge(page, "too-many-files")


def test_continue_waits_for_uploads_and_stops_at_a_refused_file(visit, file_first):
    page = visit()
    start(page)
    page.fill("#id_nom", "Marchetti")
    held, free = [], []
    page.route(
        "**/demande/**", lambda route: held.append(route) if is_own(route) and not free else route.continue_()
    )
    page.set_input_files("#id_piece", [PDF, PAGE])
    expect(page.locator(".travels progress").first).to_be_visible()

    page.click("p.go .btn")
    waits = page.get_attribute("#id_piece", "data-waits")
    expect(page.locator("[role=status]", has_text=waits)).to_have_count(1)
    free.append(True)
    for route in held:
        route.continue_()

    expect(page.locator(".travels .msg")).to_contain_text("page.pdf")
    page.wait_for_function("document.activeElement.closest('.travels')")
    page.click("p.go .btn")
    page.wait_for_url("**/verifier/")


def test_file_that_is_too_large_is_not_uploaded(visit, file_first):
    page = visit()
    start(page)
    page.evaluate("document.getElementById('id_piece').dataset.maxBytes = '5'")

    page.set_input_files("#id_piece", [PDF])

    expect(page.locator(".travels .msg")).to_contain_text("procuration.pdf")
    assert not Draft.objects.exists()


def test_file_is_removed_without_leaving_the_page(visit, file_first):
    page = visit()
    start(page)
    page.fill("#id_nom", "Marchetti")
    page.set_input_files("#id_piece", [PDF])
    expect(page.locator("#id_piece-files li")).to_have_count(1)

    page.click("[name=remove_file]")

    expect(page.locator("#id_piece-files")).to_be_hidden()
    assert page.input_value("#id_nom") == "Marchetti"
    assert page.evaluate("document.activeElement.id") == "id_piece"
    assert not StoredFile.objects.exists()


def test_upload_without_connection_can_be_retried(visit, file_first):
    page = visit(width=360)
    start(page)
    page.context.set_offline(True)
    page.set_input_files("#id_piece", [PDF])
    expect(page.locator(".travels .msg")).to_contain_text("procuration.pdf")
    assert_accessible(page)
    shoot(page, "uploads-offline")

    page.context.set_offline(False)

    expect(page.locator("#id_piece-files li")).to_have_count(1)
    expect(page.locator(".travels")).to_have_count(0)


def test_file_that_did_not_arrive_is_sent_by_continue(visit, file_first):
    page = visit()
    start(page)
    page.fill("#id_nom", "Marchetti")
    page.route("**/demande/**", lambda route: route.abort() if is_own(route) else route.continue_())
    page.set_input_files("#id_piece", [PDF])
    expect(page.locator(".travels .msg")).to_contain_text("procuration.pdf")
    page.click(".travels [data-again]")  # the retry fails
    expect(page.locator(".travels [data-again]")).to_be_visible()
    page.set_input_files("#id_piece", [{**PDF, "name": "plan.pdf"}])
    expect(page.locator(".travels [data-again]")).to_have_count(2)
    page.unroute("**/demande/**")
    page.locator(".travels", has_text="plan.pdf").locator("[data-again]").click()
    expect(page.locator("#id_piece-files li")).to_contain_text("plan.pdf")  # this file only
    expect(page.locator(".travels [data-again]")).to_have_count(1)

    page.click("p.go .btn")

    page.wait_for_url("**/verifier/")
    assert {file.name for file in StoredFile.objects.all()} == {"plan.pdf", "procuration.pdf"}


def test_files_are_dropped_on_the_question(visit, file_first):
    page = visit()
    start(page)
    transfer = page.evaluate_handle(
        "() => { const t = new DataTransfer(); t.items.add(new File(['%PDF-1.7 x'], 'bail.pdf')); return t; }"
    )

    page.dispatch_event("#id_piece", "drop", {"dataTransfer": transfer})

    expect(page.locator("#id_piece-files li")).to_contain_text("bail.pdf")


def is_own(route) -> bool:
    """Return whether the page's script sends this request."""
    return route.request.headers.get("accept") == "application/json"


# -- Autosave ------------------------------------------------------------------------------------------------
def test_autosave_stores_answers_and_changes_the_address(visit, file_first):
    page = visit()
    start(page)
    page.fill("#id_nom", "Marchetti")

    expect(saved(page)).to_be_visible()

    draft = Draft.objects.get()
    assert draft.typed["tout"]["nom"] == ["Marchetti"]
    assert draft.completed == []
    assert page.locator("#saved-news").inner_text() == ""
    page.reload()
    assert page.input_value("#id_nom") == "Marchetti"
    assert Draft.objects.count() == 1


def test_answers_typed_before_the_scripts_load_are_saved(visit, file_first):
    page = visit(width=360, at_once=False)
    late = []
    page.route("**/autosave*.js", lambda route: late.append(route))
    page.goto(reverse("submissions:start", args=[file_first.form.slug]))
    page.fill("#id_nom", "Marchetti")
    expect(page.locator("#id_nom")).to_have_value("Marchetti")
    while not late:
        page.wait_for_timeout(20)

    late[0].continue_()

    expect(saved(page)).to_be_visible()
    assert Draft.objects.get().typed["tout"]["nom"] == ["Marchetti"]


def test_form_scripts_load_after_the_first_paint(visit, file_first):
    page = visit(width=360, at_once=False)
    page.goto(reverse("submissions:start", args=[file_first.form.slug]))
    page.wait_for_load_state("networkidle")

    painted, asked = page.evaluate("""() => [
        performance.getEntriesByName("first-contentful-paint")[0].startTime,
        performance.getEntriesByType("resource").find(one => one.name.includes("autosave")).startTime,
    ]""")

    assert painted <= asked


def test_opening_a_step_saves_nothing(visit, version):
    page = visit()
    draft = DraftFactory(version=version, complete=True)
    page.goto(reverse("submissions:step", args=[draft.secret, "contact"]))
    page.focus("#id_courriel")
    page.wait_for_timeout(2500)
    page.goto(reverse("submissions:step", args=[draft.secret, "document"]))

    draft.refresh_from_db()
    assert (draft.typed, len(draft.completed)) == ({}, 4)


def test_typed_answers_are_carried_into_another_language(visit, file_first):
    translated(HomePage.objects.get(), "de", title="Startseite", slug="start")
    page = visit()
    start(page)
    page.click(".langs [lang=de]")
    page.wait_for_url("**/de/**")
    assert not Draft.objects.exists()  # nothing was typed
    page.fill("#id_nom", "Marchetti")
    expect(saved(page)).to_be_visible()

    page.click(".langs [lang=fr]")

    page.wait_for_url(lambda url: "/de/" not in url)
    assert page.input_value("#id_nom") == "Marchetti"
    assert Draft.objects.count() == 1


def test_returning_to_the_first_page_reuses_its_draft(visit, version):
    page = visit()
    page.goto(reverse("submissions:start", args=[version.form.slug]))
    page.locator("[type=radio]").first.check()
    page.click("p.go .btn")
    page.wait_for_url("**/d/**")
    begun = page.url
    page.go_back()
    page.wait_for_url(lambda url: "/d/" not in url)
    page.locator("[type=radio]").first.check()
    page.click("p.go .btn")
    page.wait_for_url("**/d/**")
    assert page.url == begun


def test_leaving_a_step_saves_typed_answers(visit, version):
    page = visit()
    draft = DraftFactory(version=version, steps=["qui"])
    page.goto(reverse("submissions:step", args=[draft.secret, "identite"]))
    page.fill("#id_nom", "Marchetti")

    page.goto("/")

    for _ in range(300):  # a request sent while leaving is not awaited
        draft.refresh_from_db()
        if draft.typed:
            break
        page.wait_for_timeout(100)
    page.goto(reverse("submissions:step", args=[draft.secret, "identite"]))
    assert page.input_value("#id_nom") == "Marchetti"


def test_failed_autosave_is_announced_and_retried(visit, version):
    page = visit(width=360)
    draft = DraftFactory(version=version, steps=["qui"])
    page.goto(reverse("submissions:step", args=[draft.secret, "identite"]))
    page.context.set_offline(True)
    page.fill("#id_nom", "Marchetti")

    expect(away(page)).to_be_visible()
    expect(page.locator("#saved-news")).not_to_be_empty()
    assert page.evaluate("document.activeElement.id") == "id_nom"
    assert_accessible(page)
    shoot(page, "autosave-away")
    first = page.locator("#saved-news").inner_text()

    page.context.set_offline(False)

    expect(saved(page)).to_be_visible()
    assert page.locator("#saved-news").inner_text() != first
    draft.refresh_from_db()
    assert draft.typed["identite"]["nom"] == ["Marchetti"]


def test_autosave_retries_after_server_errors(visit, version):
    page = visit()
    page.clock.install()
    draft = DraftFactory(version=version, steps=["qui"])
    page.goto(reverse("submissions:step", args=[draft.secret, "identite"]))
    faults, answered = iter([500, 503]), []
    page.route("**/identite/", lambda route: fail(route, next(faults, None)))
    page.on("response", lambda answer: is_own(answer) and answered.append(answer.status))
    page.fill("#id_nom", "Marchetti")

    page.clock.run_for(2_500)
    expect(away(page)).to_be_visible()
    for _second in range(60):
        if saved(page).is_visible():
            break
        page.clock.run_for(1_000)
        page.wait_for_timeout(50)  # real milliseconds, in which a response travels

    expect(saved(page)).to_be_visible()
    assert answered == [500, 503, 200]


def fail(route, status):
    if status and is_own(route):
        route.fulfill(status=status, headers={PLAYED: "1"}, content_type="text/html", body="<h1>Away</h1>")
    else:
        route.continue_()


def test_late_autosave_never_overwrites_continue(visit, version):
    page = visit()
    draft = DraftFactory(version=version, steps=["qui"])
    step = reverse("submissions:step", args=[draft.secret, "contact"])
    DraftFactory._meta.model.objects.filter(pk=draft.pk).update(
        completed=["qui", "identite"], answers=DraftFactory.build(steps=["qui", "identite"]).answers
    )
    page.goto(step)
    page.fill("#id_courriel", "elodie@courriel.example")
    late = page.evaluate(
        """() => { const data = new FormData(document.getElementById('filing')); data.set('courriel', 'el');
            return [...data]; }"""
    )
    page.click("p.go .btn")
    page.wait_for_url("**/document/")

    answer = page.request.post(
        page.url.replace("document", "contact"), form=dict(late), headers={"Accept": "application/json"}
    )

    assert answer.status == 409
    draft.refresh_from_db()
    assert draft.answers["courriel"] == "elodie@courriel.example"
    assert "contact" in draft.completed


@pytest.fixture
def letters_stay(settings):
    """Leave e-mails in the outbox, so that the test can read them."""
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}


def sign_in_by_code(page, user):
    page.wait_for_url("**/compte/entrer/**")
    page.fill("#id_email", user.email)
    press(page.get_by_role("button", name=re.compile("code")))
    letters = Delivery.objects.filter(recipient=user.email, confidential=True)
    page.fill("#id_code", re.search(r"\d{3} \d{3}", letters.latest("created_at").payload["text"]).group())
    press(page.locator("main .btn"))


def test_form_session_survives_the_end_of_the_sign_in(visit, version, letters_stay):
    user = UserFactory()
    draft = DraftFactory(version=version, steps=["qui"], user=user)
    page = signed_in(visit(), user)
    page.goto(reverse("submissions:step", args=[draft.secret, "identite"]))
    Session.objects.all().delete()
    page.fill("#id_nom", "Marchetti-Rochat")

    expect(away(page)).to_be_visible()
    page.click("p.go .btn")

    sign_in_by_code(page, user)
    page.wait_for_url("**/identite/")
    assert page.input_value("#id_nom") == "Marchetti-Rochat"


@pytest.fixture
def file_on_its_way(visit, file_first, letters_stay):
    """Return a page whose session ended before files were chosen, with its errors, and the user."""
    user = UserFactory()
    draft = DraftFactory(version=file_first, user=user)
    page = signed_in(visit(width=360), user)
    page.goto(reverse("submissions:step", args=[draft.secret, "tout"]))
    Session.objects.all().delete()
    page.fill("#id_nom", "Marchetti-Rochat")
    page.set_input_files("#id_piece", [PDF, OTHER])
    expect(page.locator(".travels .msg")).to_have_count(2)
    return page, user


def test_file_is_uploaded_after_signing_in_on_another_tab(file_on_its_way):
    page, user = file_on_its_way
    judge(page, "signed-out-file")
    signed_in(page.context.new_page(), user)

    page.locator(".travels [data-again]").first.click()
    page.locator(".travels [data-again]").click()

    expect(page.locator("#id_piece-files li")).to_have_count(2)
    expect(page.locator(".travels .msg")).to_have_count(0)
    assert page.input_value("#id_nom") == "Marchetti-Rochat"
    press(page.locator("p.go .btn"))
    assert sorted(StoredFile.objects.values_list("name", flat=True)) == ["bail.pdf", "procuration.pdf"]


def test_autosave_resumes_after_signing_in_on_another_tab(file_on_its_way):
    page, user = file_on_its_way
    expect(away(page)).to_be_visible()
    signed_in(page.context.new_page(), user)

    def brings_what_was_typed(answer) -> bool:
        return b'name="nom"' in (answer.request.post_data_buffer or b"")

    with page.expect_response(brings_what_was_typed) as answer:
        page.locator(".travels [data-again]").first.click()

    assert answer.value.status == 200
    assert Draft.objects.get().typed["tout"]["nom"] == ["Marchetti-Rochat"]
    expect(saved(page)).to_be_visible()


def test_file_lost_by_signing_out_must_be_chosen_again(file_on_its_way):
    page, user = file_on_its_way

    page.click("p.go .btn")
    sign_in_by_code(page, user)
    page.wait_for_url("**/tout/")

    assert page.input_value("#id_nom") == "Marchetti-Rochat"
    remark = page.locator("#id_piece-remark")
    expect(remark).to_contain_text("procuration.pdf")
    expect(remark).to_contain_text("bail.pdf")
    judge(page, "choose-again")
    page.set_input_files("#id_piece", [PDF, OTHER])
    expect(page.locator("#id_piece-files li")).to_have_count(2)
    expect(remark).to_have_count(0)


# -- Limits, prefill and held files --------------------------------------------------------------------------
def judge(page, name):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert_accessible(page)
    shoot(page, name)


def test_request_limits_are_shown_on_accessible_pages(visit, commune):
    content = certificate()
    content["settings"]["limits"] = {"per_person": {"most": 1}}
    version = FormVersionFactory(content=content)
    page = visit(width=360)
    start(page)
    judge(page, "limit-sign-in")

    content["settings"]["limits"] = {"open": {"until": "2026-01-01T00:00:00Z"}}
    closed = FormVersionFactory(content=content, form=version.form)
    start(page)
    judge(page, "limit-closed")
    draft = DraftFactory(version=closed, complete=True)
    page.goto(reverse("submissions:step", args=[draft.secret, "contact"]))
    judge(page, "limit-closed-step")
    page.goto(reverse("submissions:review", args=[draft.secret]))
    judge(page, "limit-closed-review")


def test_rate_limited_visitor_reads_when_to_continue(visit, version, monkeypatch):
    monkeypatch.setattr(rate_limits, "BEGIN", rate_limits.WaitingRateLimit("draft-begin", 0))
    page = visit(width=360, javascript=False)
    start(page)
    page.check("text=Quelqu’un d’autre")
    press(page.locator("p.go .btn"))

    expect(page.locator(".errors")).to_be_visible()
    assert page.is_checked("text=Quelqu’un d’autre")
    judge(page, "too-often")


def test_prefilled_answer_names_its_source(visit, version):
    user = UserFactory(first_name="Élodie", last_name="Rochat")
    draft = DraftFactory(version=version, steps=["qui"], user=user)
    page = signed_in(visit(width=360), user)

    page.goto(reverse("submissions:step", args=[draft.secret, "identite"]))

    assert page.input_value("#id_nom") == "Rochat"
    assert page.get_attribute("#id_nom", "aria-describedby") == "id_nom-remark"
    judge(page, "prefilled")


def test_file_waiting_for_the_virus_scan_is_marked(visit, file_first, settings):
    settings.CLAMAV_URL = "tcp://127.0.0.1:1"
    page = visit(width=360)
    start(page)

    page.set_input_files("#id_piece", [PDF])

    expect(page.locator("#id_piece-remark")).to_contain_text("procuration.pdf")
    judge(page, "held")


def signed_in(page, user):
    browser = Client()
    browser.force_login(user)
    page.goto("/")
    session = {"name": "sessionid", "value": browser.cookies["sessionid"].value, "url": page.url}
    page.context.add_cookies([session])
    return page


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


def test_form_at_400_percent_is_not_cut_off(visit, file_first):
    page = visit(width=320, height=256)  # 1280 × 1024 at 400 %
    start(page)
    page.set_input_files(
        "#id_piece", [{**PDF, "name": "un_nom_de_fichier_tres_long_sans_aucune_espace_" * 2 + ".pdf"}]
    )
    expect(page.locator("#id_piece-files li")).to_have_count(1)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(page)
    shoot(page, "zoom-400")
    page.goto(page.url.replace("etape/tout", "plus-tard"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, "later-400")
