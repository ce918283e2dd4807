"""A step in the browser: questions, options and the price follow the answers at once.

Without JavaScript they follow after each submit.
"""

import re

import pytest
from playwright.sync_api import expect

from eservices.submissions.models import Draft, Submission
from home.models import CommuneSettings
from tests.factories.formbuilder import content, options, question, step, when
from tests.factories.home import make_site
from tests.factories.submissions import FormVersionFactory
from tests.support.browser import assert_accessible, press
from tests.support.pages.form_step import FormStepPage, pdf

pytestmark = pytest.mark.usefixtures("transactional_db")

OTHER = when("pour", "equals", "autre")
ROOM = content(
    step(
        "salle",
        question("pour", "choice", required=True, options=options("moi", "autre")),
        question("nom", condition=OTHER, required=True),
        question("lien", "choice", condition=when("nom", "filled"), options=options("parent", "voisin")),
        question(
            "envoi",
            "choice",
            options=[{"value": "guichet"}, {"value": "poste"}, {"value": "parent", "condition": OTHER}],
        ),
        question("jours", "integer", required=True, settings={"min": 1, "max": 9}),
        question(
            "chiens",
            "group",
            settings={"min": 2},
            fields=[
                question("race"),
                question("liste", condition=when("race", "contains", "molosse"), required=True),
            ],
        ),
    ),
    step(
        "fin", question("remarque", condition=when("envoi", "equals", "poste")), question("accord", "yes_no")
    ),
    fees=[
        {"key": "base", "amount": 1500, "condition": when("pour", "filled")},
        {"key": "jour", "amount": 1050, "quantity": "jours", "vat": "8.1"},
        {"key": "poste", "amount": 250, "condition": when("envoi", "equals", "poste")},
    ],
    texts={"fee.base": "Ouverture", "fee.jour": "Jour de location", "fee.poste": "Envoi par la poste"},
)


@pytest.fixture(autouse=True)
def _commune(transactional_db):
    make_site()
    commune = CommuneSettings.load()
    commune.phone = "021 000 42 10"
    commune.save()


@pytest.fixture
def version(_commune):
    return FormVersionFactory(content=ROOM)


@pytest.fixture
def step_of(visit):
    """``step_of(version)`` opens the first step of a form, on a desktop."""

    def opened(version, **options) -> FormStepPage:
        shown = FormStepPage(visit(**options))
        shown.start(version.form.slug)
        return shown

    return opened


# -- Questions
def test_questions_and_options_follow_without_the_server(version, step_of):
    room = step_of(version)
    page, parent = room.page, room.page.locator("[name=envoi][value=parent]")
    expect(room.question("nom")).to_be_hidden()
    expect(parent).to_be_hidden()
    assert_accessible(page)
    page.context.set_offline(True)

    # A conditional question appears.
    room.pick("pour", "autre")
    expect(room.question("nom")).to_be_visible()
    expect(page.locator("#step-news")).to_have_text(re.compile("question"))
    assert page.evaluate("document.activeElement.value") == "autre"  # the focus does not move
    assert "nom" in room.asked()
    assert_accessible(page)
    room.fill(nom="Rochat")
    expect(room.question("lien")).to_be_visible()
    assert room.asked() == ["pour", "nom", "lien", "envoi", "jours", "chiens"]

    # A row of a group follows its own answers.
    room.fill(**{"chiens-1-race": "Molosse d’Orvenay"})
    expect(room.question("chiens-0-liste")).to_be_hidden()
    expect(room.question("chiens-1-liste")).to_be_visible()
    assert_accessible(page)
    room.fill(**{"chiens-1-race": ""})

    # An option that is not offered is neither shown nor sent, and a hidden question keeps its text.
    expect(parent).to_be_visible()
    parent.check()
    assert room.posted()["envoi"] == "parent"
    room.pick("pour", "moi")
    expect(parent).to_be_hidden()
    assert "envoi" not in room.posted()
    expect(room.question("nom")).to_be_hidden()
    expect(room.question("lien")).to_be_hidden()
    assert "nom" not in room.posted()
    assert room.asked() == ["pour", "envoi", "jours", "chiens"]
    assert_accessible(page)
    room.pick("pour", "autre")
    assert page.input_value("#id_nom") == "Rochat"
    expect(room.question("lien")).to_be_visible()

    # The server agrees.
    room.pick("pour", "moi")
    room.fill(jours="2")
    page.context.set_offline(False)
    room.go_on()
    expect(page.get_by_role("heading", name="fin")).to_be_visible()
    assert Draft.objects.get().answers.get("nom") is None


def test_opened_question_is_required_and_kept_on_reload(version, step_of):
    room = step_of(version, alone=True)
    page = room.page

    # A question that an answer has opened is required. The step is not saved: autosave does not arrive.
    def by_itself(route):
        accept = route.request.headers["accept"]
        route.continue_() if accept.startswith("text/html") else route.abort()

    page.route("**/demande/**", by_itself)
    room.pick("pour", "autre")
    room.fill(jours="2")
    room.go_on()
    expect(page.locator(".errors a[href='#id_nom']")).to_be_visible()
    expect(room.question("nom")).to_be_visible()
    assert_accessible(page)
    assert not Draft.objects.exclude(completed=[]).exists()

    # Reloading loses no answers: first the browser posts again, then they are saved.
    page.reload()
    expect(room.errors).to_be_visible()
    expect(room.field("jours")).to_have_value("2")
    page.unroute_all(behavior="wait")
    expect(room.unsaved).to_be_visible()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(room.saved).to_be_visible()
    page.reload()
    expect(room.errors).to_have_count(0)
    expect(room.field("jours")).to_have_value("2")

    # Returning to a saved step shows the opened questions.
    room.fill(nom="Rochat")
    room.go_on()
    room.go_back()
    assert page.input_value("#id_nom") == "Rochat"
    expect(room.question("lien")).to_be_visible()

    # Browsers restore answers like this when a page is reloaded on a slow connection: they count before images load.
    room.start(version.form.slug)
    expect(room.question("nom")).to_be_hidden()
    page.route("**/slow.png", lambda route: None)
    page.add_init_script("""
        document.addEventListener("readystatechange", () => {
            document.querySelector('[name="pour"][value="autre"]').checked = true;
            document.body.append(Object.assign(new Image(), {src: "/slow.png"}));
        }, {once: true});
    """)
    page.reload(wait_until="domcontentloaded")
    expect(room.question("nom")).to_be_visible()
    assert page.evaluate("document.readyState") == "interactive"
    page.unroute_all(behavior="ignoreErrors")


def test_files_and_selects_open_and_close_questions(step_of):
    listed = [{"value": f"v{number}"} for number in range(12)] + [{"value": "rare", "condition": when("a")}]
    named = {"any": [when("pieces", "empty"), when("nom", "filled")]}
    form = step(
        "un",
        question("nom"),
        question("pieces", "files", settings={"max_files": 3}),
        question("quoi", condition=when("pieces", "filled")),
        question("a"),
        question("b", "choice", options=listed),
        checks=[{"key": "nomme", "condition": named}],
    )
    fees = [{"key": "piece", "amount": 100, "quantity": "pieces"}]
    papers = step_of(FormVersionFactory(content=content(form, step("deux", question("fin")), fees=fees)))
    page, select = papers.page, papers.page.locator("select[name=b]")

    # A select clears an option that is no longer offered.
    papers.fill(a="oui")
    select.evaluate("(list) => { list.value = 'rare' }")
    assert papers.posted()["b"] == "rare"
    papers.fill(a="non")
    assert papers.posted()["b"] == ""
    assert select.locator("option[value=rare]").is_disabled()

    # An uploaded file opens a question, and its removal closes it.
    papers.attach(pdf("bail.pdf"), question="pieces")
    expect(papers.question("quoi")).to_be_visible()
    expect(papers.remove_buttons).to_have_count(1)
    papers.attach(pdf("plan.pdf", "other"), question="pieces")
    expect(papers.remove_buttons).to_have_count(2)
    expect(page.locator("[data-sum]")).to_have_text("CHF\u00a02.–")
    papers.remove_buttons.first.click()
    expect(papers.remove_buttons).to_have_count(1)
    papers.remove_buttons.click()
    expect(papers.question("quoi")).to_be_hidden()

    # A hidden error of a rule no longer describes a question for files.
    fault, field = page.locator("#id_pieces-check-nomme"), papers.field("pieces")
    papers.attach(pdf("bail.pdf"), question="pieces")
    expect(papers.remove_buttons).to_have_count(1)
    papers.go_on()
    expect(fault).to_be_visible()
    assert "id_pieces-check-nomme" in field.get_attribute("aria-describedby")
    papers.fill(nom="Rochat")
    expect(fault).to_be_hidden()
    assert field.get_attribute("aria-describedby") == "id_pieces-limits"
    assert_accessible(page)


# -- Validation rules
ORDER = {"key": "ordre", "condition": when("fin", "gte", {"field": "debut"})}
REACHED = {"key": "joindre", "condition": {"any": [when("tel", "filled"), when("courriel", "filled")]}}
PERIOD = step(
    "quand",
    question("debut", "date"),
    question("fin", "date"),
    question("tel", "phone"),
    question("courriel", "email", condition=when("fin", "filled")),
    checks=[ORDER, REACHED],
)


# Computed answers, in the next step.
PRODUCT = {"formula": {"operation": "product", "fields": ["nombre", "prix"]}, "money": True}
ROW = [
    question("nombre", "integer"),
    question("prix", "money"),
    question("cout", "computed", settings=PRODUCT),
]
SUM = {"formula": {"operation": "sum", "fields": ["lots.cout"]}}
JOINED = {"formula": {"operation": "concat", "fields": ["nom", "lots"]}}
LOTS = step(
    "un",
    question("nom"),
    question("lots", "group", fields=ROW, settings={"min": 2}),
    question("total", "computed", settings=SUM),
    question("dit", "computed", settings=JOINED),
    question("pourquoi", "long_text", condition=when("total", "gt", 1000)),
)


def test_validation_rules_and_computed_answers(step_of):
    period = step_of(FormVersionFactory(content=content(PERIOD, LOTS, step("trois", question("mot")))))
    page = period.page
    said, at_phone = page.locator("#id_fin-check-ordre"), page.locator("#id_tel-check-joindre")
    group = page.locator("fieldset.field", has=page.locator("#id_fin-day"))

    def fill(name, day):
        period.fill_date(name, *day)
        page.keyboard.press("Tab")

    fill("debut", ("10", "12", "2026"))
    page.keyboard.press("Tab")
    expect(page.locator("[data-check]:visible")).to_have_count(0)  # not all answers are given yet
    fill("fin", ("9", "12", "2026"))
    expect(said).to_be_visible()
    expect(page.locator("#step-news")).to_have_text("ordre ne va pas.")
    assert "id_fin-check-ordre" in group.get_attribute("aria-describedby")
    assert page.get_attribute("#id_fin-day", "aria-invalid") == "true"
    expect(page.locator("[data-check]:visible")).to_have_count(1)
    assert_accessible(page)

    page.fill("#id_fin-day", "11")  # a correct answer hides the error at once
    expect(said).to_be_hidden()
    assert group.get_attribute("aria-describedby") is None
    assert page.get_attribute("#id_fin-day", "aria-invalid") is None

    for _press in range(
        4
    ):  # to the calendar, the telephone and the e-mail address, which the end date has opened
        page.keyboard.press("Tab")
    page.focus("#id_courriel")
    page.keyboard.press("Tab")
    expect(page.locator("#id_courriel-check-joindre")).to_be_visible()
    expect(at_phone).to_be_hidden()
    page.fill("#id_fin-day", "")  # without an end date the e-mail address is not asked for
    expect(page.locator("#id_courriel-check-joindre")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(at_phone).to_be_visible()

    fill("fin", ("9", "12", "2026"))
    period.go_on()  # the server shows the same errors at the same questions
    assert page.locator("[data-check]:visible").evaluate_all("(all) => all.map((one) => one.id)") == [
        "id_fin-check-ordre",
        "id_courriel-check-joindre",
    ]
    expect(page.locator(".errors a")).to_have_count(2)
    assert_accessible(page)
    page.fill("#id_fin-day", "10")
    expect(said).to_be_hidden()

    # The next step computes answers as the server does.
    period.fill(courriel="ada@courriel.example")
    period.go_on()

    def computed():
        return [one.inner_text().replace("\u00a0", " ") for one in page.locator("[data-computed]").all()]

    assert computed() == ["–", "–", "–", "–"]
    period.fill(nom="Rochat")
    for name, text in (("0-nombre", "2"), ("0-prix", "1'234,5"), ("1-nombre", "3"), ("1-prix", "0.10")):
        period.fill(**{f"lots-{name}": text})
    followed = computed()
    assert followed[0].startswith("CHF 2")
    assert followed[3] == "Rochat"
    expect(period.question("pourquoi")).to_be_visible()
    assert_accessible(page)
    press(page.locator("[name=add_row]"))
    assert [*computed()[:2], *computed()[3:]] == followed


# -- The price
def test_price_follows_the_answers_and_equals_the_submission(version, step_of):
    room = step_of(version)
    page = room.page
    assert [row[1] for row in room.price_rows()] == ["CHF 0.–"]
    page.context.set_offline(True)
    room.pick("pour", "moi")
    room.fill(jours="3")
    room.pick("envoi", "poste")

    base, day, post, total = room.price_rows()
    assert base == ["Ouverture", "CHF 15.–"]
    assert re.fullmatch(r"Jour de location × 3 .*8,1 % ?: CHF 2.36", day[0])
    assert day[1] == "CHF 31.50"
    assert post == ["Envoi par la poste", "CHF 2.50"]
    assert total[1] == "CHF 49.–"
    assert_accessible(page)
    room.fill(jours="12")  # more than allowed, so it counts as not answered
    assert [row[1] for row in room.price_rows()] == ["CHF 15.–", "CHF 2.50", "CHF 17.50"]

    # The server comes to the same price.
    page.context.set_offline(False)
    room.fill(jours="3")
    before = room.price_rows()
    room.go_on()
    room.go_back()
    assert room.price_rows() == before
    room.go_on()
    assert room.price_rows()[:-1] == before[:-1]
    page.locator("[name=declared]").check()
    press(page.locator("main form .btn").last)
    expect(page.get_by_text("CHF 31.50")).to_be_visible()
    assert_accessible(page)
    fees = Submission.objects.get().fees
    assert [(line["key"], line["label"], line["total"], line["vat_amount"]) for line in fees] == [
        ("base", "Ouverture", 1500, 0),
        ("jour", "Jour de location", 3150, 236),
        ("poste", "Envoi par la poste", 250, 0),
    ]


# -- Without JavaScript
def test_hidden_questions_are_not_sent_without_javascript(phone, version):
    step = FormStepPage(phone)
    step.start(version.form.slug)
    expect(step.question("nom")).to_be_hidden()
    expect(phone.locator("[name=envoi][value=parent]")).to_be_hidden()
    assert_accessible(phone)
    step.pick("pour", "autre")
    step.fill(jours="2")
    with phone.expect_request(lambda request: request.method == "POST") as sent:
        step.go_on()
    assert 'name="nom"' not in sent.value.post_data

    expect(step.question("nom")).to_be_visible()
    assert "CHF 36.–" in phone.locator("table.sum").inner_text().replace("\u00a0", " ")
    assert_accessible(phone)
    step.fill(nom="Rochat")
    step.go_on()
    expect(step.question("lien")).to_be_visible()
    step.go_on()
    expect(phone.get_by_role("heading", name="fin")).to_be_visible()
