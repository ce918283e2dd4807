"""A step in the browser: questions, options and the price follow the answers at once.

Without JavaScript they follow after each submit.
"""

import gzip
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from eservices.submissions.models import Draft, Submission
from home.models import CommuneSettings
from tests.factories.formbuilder import content, options, question, step, when
from tests.factories.home import make_site
from tests.factories.submissions import FormVersionFactory
from tests.support.browser import assert_accessible, press

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
def page(visit, version):
    """Open the first step of the form, on a desktop."""
    page = visit()
    page.goto(reverse("submissions:start", args=[version.form.slug]))
    return page


def question_of(page, name):
    return page.locator(f'[data-question="{name}"]')


def pick(page, name, value):
    page.locator(f'[name="{name}"][value="{value}"]').check()


def go_on(page):
    press(page.locator("#filing > p.go .btn"))


def asked(page) -> list[str]:
    return page.locator("[name=_shown]").input_value().split()


def posted(page) -> dict[str, str]:
    """Return the form data that the browser would send."""
    return page.evaluate('Object.fromEntries(new FormData(document.getElementById("filing")))')


# -- Questions
def test_answers_restored_on_reload_count_before_images_load(page):
    # Browsers restore answers like this when a page is reloaded on a slow connection.
    page.route("**/slow.png", lambda route: None)
    page.add_init_script("""
        document.addEventListener("readystatechange", () => {
            document.querySelector('[name="pour"][value="autre"]').checked = true;
            document.body.append(Object.assign(new Image(), {src: "/slow.png"}));
        }, {once: true});
    """)
    page.reload(wait_until="domcontentloaded")
    expect(question_of(page, "nom")).to_be_visible()
    assert page.evaluate("document.readyState") == "interactive"
    page.unroute_all(behavior="ignoreErrors")


def test_conditional_question_appears_without_the_server(page):
    expect(question_of(page, "nom")).to_be_hidden()
    assert_accessible(page)
    page.context.set_offline(True)

    pick(page, "pour", "autre")

    expect(question_of(page, "nom")).to_be_visible()
    expect(page.locator("#step-news")).to_have_text(re.compile("question"))
    assert page.evaluate("document.activeElement.value") == "autre"  # the focus does not move
    assert "nom" in asked(page)
    assert_accessible(page)

    page.fill("#id_nom", "Rochat")
    expect(question_of(page, "lien")).to_be_visible()
    assert asked(page) == ["pour", "nom", "lien", "envoi", "jours", "chiens"]


def test_question_that_an_answer_opened_is_required(page):
    pick(page, "pour", "autre")
    page.fill("#id_jours", "2")
    go_on(page)

    expect(page.locator(".errors a[href='#id_nom']")).to_be_visible()
    expect(question_of(page, "nom")).to_be_visible()
    assert_accessible(page)
    assert not Draft.objects.exclude(completed=[]).exists()


def test_reloading_an_unsaved_error_loses_no_answers(page):
    def by_itself(route):
        route.abort() if "json" in route.request.headers["accept"] else route.continue_()

    page.route("**/demande/**", by_itself)
    pick(page, "pour", "autre")
    page.fill("#id_jours", "2")
    go_on(page)
    expect(page.locator(".errors")).to_be_visible()

    page.reload()
    expect(page.locator(".errors")).to_be_visible()  # the browser posted again
    expect(page.locator("#id_jours")).to_have_value("2")

    page.unroute_all(behavior="wait")
    expect(page.locator("#saved")).to_have_attribute("data-state", "away")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    page.reload()
    expect(page.locator(".errors")).to_have_count(0)
    expect(page.locator("#id_jours")).to_have_value("2")


def test_hidden_question_keeps_its_text_but_does_not_send_it(page):
    pick(page, "pour", "autre")
    page.fill("#id_nom", "Rochat")
    pick(page, "pour", "moi")

    expect(question_of(page, "nom")).to_be_hidden()
    expect(question_of(page, "lien")).to_be_hidden()
    assert "nom" not in posted(page)
    assert asked(page) == ["pour", "envoi", "jours", "chiens"]
    assert_accessible(page)
    pick(page, "pour", "autre")
    assert page.input_value("#id_nom") == "Rochat"
    expect(question_of(page, "lien")).to_be_visible()

    pick(page, "pour", "moi")
    page.fill("#id_jours", "2")
    go_on(page)
    expect(page.get_by_role("heading", name="fin")).to_be_visible()
    assert Draft.objects.get().answers.get("nom") is None


def test_option_that_is_not_offered_is_neither_shown_nor_sent(page):
    parent = page.locator("[name=envoi][value=parent]")
    expect(parent).to_be_hidden()
    pick(page, "pour", "autre")
    expect(parent).to_be_visible()
    parent.check()
    assert posted(page)["envoi"] == "parent"
    pick(page, "pour", "moi")
    expect(parent).to_be_hidden()
    assert "envoi" not in posted(page)


def test_row_of_a_group_follows_its_own_answers(page):
    page.fill("#id_chiens-1-race", "Molosse d’Orvenay")

    expect(question_of(page, "chiens-0-liste")).to_be_hidden()
    expect(question_of(page, "chiens-1-liste")).to_be_visible()
    assert_accessible(page)


def test_returning_to_a_saved_step_shows_opened_questions(page):
    pick(page, "pour", "autre")
    page.fill("#id_nom", "Rochat")
    page.fill("#id_jours", "2")
    go_on(page)
    press(page.locator("[name=back]"))

    assert page.input_value("#id_nom") == "Rochat"
    expect(question_of(page, "lien")).to_be_visible()


def test_uploaded_file_opens_a_question_and_removal_closes_it(visit):
    papers = question("pieces", "files", settings={"max_files": 3})
    form = step("un", question("nom"), papers, question("quoi", condition=when("pieces", "filled")))
    fees = [{"key": "piece", "amount": 100, "quantity": "pieces"}]
    version = FormVersionFactory(content=content(form, step("deux", question("fin")), fees=fees))
    page = visit()
    page.goto(reverse("submissions:start", args=[version.form.slug]))
    paper = {"name": "bail.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 small"}

    page.set_input_files("#id_pieces", [paper])
    expect(question_of(page, "quoi")).to_be_visible()
    expect(page.locator("[name=remove_file]")).to_have_count(1)
    page.set_input_files("#id_pieces", [{**paper, "name": "plan.pdf", "buffer": b"%PDF-1.7 other"}])
    expect(page.locator("[name=remove_file]")).to_have_count(2)
    expect(page.locator("[data-sum]")).to_have_text("CHF\u00a02.–")
    page.locator("[name=remove_file]").first.click()
    expect(page.locator("[name=remove_file]")).to_have_count(1)
    page.locator("[name=remove_file]").click()
    expect(question_of(page, "quoi")).to_be_hidden()


def test_select_clears_an_option_that_is_no_longer_offered(visit):
    listed = [{"value": f"v{number}"} for number in range(12)] + [{"value": "rare", "condition": when("a")}]
    form = step("un", question("a"), question("b", "choice", options=listed))
    version = FormVersionFactory(content=content(form, step("deux", question("fin"))))
    page = visit()
    page.goto(reverse("submissions:start", args=[version.form.slug]))

    page.fill("#id_a", "oui")
    page.locator("select[name=b]").evaluate("(list) => { list.value = 'rare' }")
    assert posted(page)["b"] == "rare"
    page.fill("#id_a", "non")
    assert posted(page)["b"] == ""
    assert page.locator("select[name=b] option[value=rare]").is_disabled()


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


def test_broken_validation_rule_is_shown_at_its_question(visit):
    version = FormVersionFactory(content=content(PERIOD, step("deux", question("fin"))))
    page = visit()
    page.goto(reverse("submissions:start", args=[version.form.slug]))
    said, at_phone = page.locator("#id_fin-check-ordre"), page.locator("#id_tel-check-joindre")
    group = page.locator("fieldset.field", has=page.locator("#id_fin-day"))

    def fill(name, day):
        for part, text in zip(("day", "month", "year"), day, strict=True):
            page.fill(f"#id_{name}-{part}", text)
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

    for _press in range(3):  # past the telephone and the e-mail address, which the end date has opened
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
    go_on(page)  # the server shows the same errors at the same questions
    assert page.locator("[data-check]:visible").evaluate_all("(all) => all.map((one) => one.id)") == [
        "id_fin-check-ordre",
        "id_courriel-check-joindre",
    ]
    expect(page.locator(".errors a")).to_have_count(2)
    assert_accessible(page)
    page.fill("#id_fin-day", "10")
    expect(said).to_be_hidden()


def test_hidden_rule_error_no_longer_describes_a_file_question(visit):
    named = {"any": [when("pieces", "empty"), when("nom", "filled")]}
    papers = step(
        "un", question("nom"), question("pieces", "files"), checks=[{"key": "nomme", "condition": named}]
    )
    version = FormVersionFactory(content=content(papers, step("deux", question("fin"))))
    page = visit()
    page.goto(reverse("submissions:start", args=[version.form.slug]))
    said, papers = page.locator("#id_pieces-check-nomme"), page.locator("#id_pieces")

    page.set_input_files(
        "#id_pieces", [{"name": "bail.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}]
    )
    expect(page.locator("[name=remove_file]")).to_have_count(1)
    go_on(page)
    expect(said).to_be_visible()
    assert "id_pieces-check-nomme" in papers.get_attribute("aria-describedby")
    page.fill("#id_nom", "Rochat")

    expect(said).to_be_hidden()
    assert papers.get_attribute("aria-describedby") == "id_pieces-limits"
    assert_accessible(page)


# -- The price
def rows_of_price(page) -> list[list[str]]:
    rows = page.locator("table.sum tr:visible").all()
    return [[" ".join(cell.split()) for cell in row.locator("th, td").all_inner_texts()] for row in rows]


def test_price_follows_the_answers_with_vat(page):
    assert [row[1] for row in rows_of_price(page)] == ["CHF 0.–"]
    page.context.set_offline(True)
    pick(page, "pour", "moi")
    page.fill("#id_jours", "3")
    pick(page, "envoi", "poste")

    base, day, post, total = rows_of_price(page)
    assert base == ["Ouverture", "CHF 15.–"]
    assert re.fullmatch(r"Jour de location × 3 .*8,1 % ?: CHF 2.36", day[0])
    assert day[1] == "CHF 31.50"
    assert post == ["Envoi par la poste", "CHF 2.50"]
    assert total[1] == "CHF 49.–"
    assert_accessible(page)

    page.fill("#id_jours", "12")  # more than allowed, so it counts as not answered
    assert [row[1] for row in rows_of_price(page)] == ["CHF 15.–", "CHF 2.50", "CHF 17.50"]


def test_price_shown_equals_the_price_of_the_submission(page):
    pick(page, "pour", "moi")
    page.fill("#id_jours", "3")
    before = rows_of_price(page)
    go_on(page)
    press(page.locator("[name=back]"))
    assert rows_of_price(page) == before
    go_on(page)
    assert rows_of_price(page)[:-1] == before[:-1]
    page.locator("[name=declared]").check()
    press(page.locator("main form .btn").last)
    expect(page.get_by_text("CHF 31.50")).to_be_visible()
    assert_accessible(page)
    fees = Submission.objects.get().fees
    assert [(line["key"], line["label"], line["total"], line["vat_amount"]) for line in fees] == [
        ("base", "Ouverture", 1500, 0),
        ("jour", "Jour de location", 3150, 236),
    ]


# -- Computed answers
def test_computed_answers_match_those_of_the_server(visit):
    product = {"formula": {"operation": "product", "fields": ["nombre", "prix"]}, "money": True}
    row = [
        question("nombre", "integer"),
        question("prix", "money"),
        question("cout", "computed", settings=product),
    ]
    total = {"formula": {"operation": "sum", "fields": ["lots.cout"]}}
    said = {"formula": {"operation": "concat", "fields": ["nom", "lots"]}}
    form = step(
        "un",
        question("nom"),
        question("lots", "group", fields=row, settings={"min": 2}),
        question("total", "computed", settings=total),
        question("dit", "computed", settings=said),
        question("pourquoi", "long_text", condition=when("total", "gt", 1000)),
    )
    version = FormVersionFactory(content=content(form, step("deux", question("fin"))))
    page = visit()
    page.goto(reverse("submissions:start", args=[version.form.slug]))

    def shown():
        return [one.inner_text().replace("\u00a0", " ") for one in page.locator("[data-computed]").all()]

    assert shown() == ["–", "–", "–", "–"]
    page.fill("#id_nom", "Rochat")
    page.fill("#id_lots-0-nombre", "2")
    page.fill("#id_lots-0-prix", "1'234,5")
    page.fill("#id_lots-1-nombre", "3")
    page.fill("#id_lots-1-prix", "0.10")
    followed = shown()
    assert followed[0].startswith("CHF 2")
    assert followed[3] == "Rochat"
    expect(question_of(page, "pourquoi")).to_be_visible()
    assert_accessible(page)
    press(page.locator("[name=add_row]"))
    assert [*shown()[:2], *shown()[3:]] == followed


# -- Without JavaScript
def test_hidden_questions_are_not_sent_without_javascript(phone, version):
    phone.goto(reverse("submissions:start", args=[version.form.slug]))
    expect(question_of(phone, "nom")).to_be_hidden()
    expect(phone.locator("[name=envoi][value=parent]")).to_be_hidden()
    assert_accessible(phone)
    pick(phone, "pour", "autre")
    phone.fill("#id_jours", "2")
    with phone.expect_request(lambda request: request.method == "POST") as sent:
        go_on(phone)
    assert 'name="nom"' not in sent.value.post_data

    expect(question_of(phone, "nom")).to_be_visible()
    assert "CHF 36.–" in phone.locator("table.sum").inner_text().replace("\u00a0", " ")
    assert_accessible(phone)
    phone.fill("#id_nom", "Rochat")
    go_on(phone)
    expect(question_of(phone, "lien")).to_be_visible()
    go_on(phone)
    expect(phone.get_by_role("heading", name="fin")).to_be_visible()


# -- Weight
def test_step_of_sixteen_questions_is_small(visit):
    fields = [question("q0", "choice", options=options(*"abcd"))]
    fields += [
        question(f"q{number}", kind, condition=when("q0", "equals", "a"), required=True)
        for number, kind in enumerate(["short_text", "date", "address", "integer", "email"] * 3, 1)
    ]
    texts = {f"field.q{number}.help": "Comme sur votre pièce d’identité, en entier." for number in range(16)}
    fees = [{"key": "prix", "amount": 1500, "quantity": "q4", "vat": "8.1"}]
    version = FormVersionFactory(content=content(step("un", *fields), fees=fees, texts=texts))
    page = visit(width=360)
    weighed = {}
    page.on("response", lambda response: weighed.setdefault(response.url, response))
    page.goto(reverse("submissions:start", args=[version.form.slug]), wait_until="networkidle")
    sizes = {url: len(gzip.compress(response.body())) for url, response in weighed.items()}
    for part in ("conditions.js", "checks.js", "icons.svg", "arms.svg"):
        assert any(url.endswith(part) for url in sizes), part
    assert sum(sizes.values()) < 40_000, sizes
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
