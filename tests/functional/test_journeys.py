"""Main journeys of the site, from the resident's phone to the agent and back, in a browser."""

import json
import re
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db import OperationalError
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from eservices.cases.models import Case, Role
from eservices.deliveries.models import Delivery
from eservices.documents.models import Document
from eservices.submissions.models import Draft, Submission
from mysite.demo.builders.eservices.reference_tables import import_streets
from mysite.views import server_error
from news.articles.models import NewsPage
from newsletter.audience import subscribers_for
from tests.factories.cases import member
from tests.factories.catalogue import make_counter, make_editor, make_service
from tests.factories.documents import DocumentTemplateFactory
from tests.factories.home import ContentPageFactory, SectionPageFactory
from tests.factories.news import NewsCategoryFactory, NewsIndexPageFactory
from tests.factories.newsletter import SubscriberFactory, TopicFactory
from tests.factories.payments import entry
from tests.functional.conftest import PLAYED
from tests.support.browser import assert_accessible, press
from tests.support.html_forms import inputs
from tests.support.pages.desk import QueuePage
from tests.support.pages.form_step import FormStepPage

pytestmark = [pytest.mark.usefixtures("transactional_db"), pytest.mark.database]
ADDRESS = {"street": "Rue du Lac", "number": "12", "postcode": "1199", "town": "Orvenay"}
CERTIFICATE = project.BASE_DIR / "mysite" / "demo" / "services" / "attestation-domicile.json"


@pytest.fixture
def certificate(site, settings, tmp_path):
    """Publish the demo's residence certificate with all its stages, as an editor does."""
    settings.GED_URL = f"directory:{tmp_path}"
    DocumentTemplateFactory(sentence="{register_name} habite à Orvenay.", facts="")
    entry("attestation-domicile", 1500)
    entry("attestation-domicile-envoi", 200)
    import_streets()
    return make_service(make_counter(site), json.loads(CERTIFICATE.read_text()))


def file_certificate(page, service):
    """Fill in the steps as a resident and send them."""
    step = FormStepPage(page)
    page.goto(service.get_url())
    assert_accessible(page)
    press(page.locator(".start .btn"))
    assert_accessible(page)
    page.get_by_label("Moi", exact=True).check()
    page.get_by_label("Bail à loyer").check()
    page.get_by_label("Français", exact=True).check()
    assert_accessible(page)
    step.go_on()
    page.get_by_label("Nom", exact=True).fill("Marchetti")
    page.get_by_label("Prénoms").fill("Élodie Anne")
    for part, value in {"day": "17", "month": "4", "year": "1988"}.items():
        page.locator(f"[name=naissance-{part}]").fill(value)
    for part, value in ADDRESS.items():
        page.locator(f"[name=adresse-{part}]").fill(value)
    page.get_by_label("Je passe au guichet avec ma pièce d’identité").check()
    page.get_by_label("Adresse e-mail").fill("elodie@courriel.example")
    page.get_by_label("Non", exact=True).check()
    assert_accessible(page)
    step.go_on()
    expect(page.get_by_text("CHF 15.–").first).to_be_visible()
    assert_accessible(page)
    page.locator("[name=declared]").check()
    press(page.locator("main form .btn").last)
    expect(page.get_by_text(Case.objects.get().reference).first).to_be_visible()
    assert_accessible(page)


def mailed_link(recipient: str, live_server) -> str:
    """Return the status link of the newest e-mail to ``recipient`` that has one."""
    letters = Delivery.objects.filter(recipient=recipient).order_by("-created_at")
    links = (re.search(r"https?://[^/\s]+(/dossier/[^\s>]+)", letter.payload["text"]) for letter in letters)
    return live_server.url + next(link for link in links if link).group(1)


def test_certificate_is_requested_paid_issued_and_verified(certificate, phone, visit, live_server, settings):
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    file_certificate(phone, certificate)
    case = Case.objects.get()

    agent = visit(user=member(Role.DECIDE, case.team))
    queue = QueuePage(agent)
    queue.open()
    assert_accessible(agent, ".desk")
    queue.open_case(case)
    assert_accessible(agent, ".desk")
    agent.locator("input[name=identity_check][value=seen]").check()
    agent.get_by_role("button", name="Continuer").click()
    expect(agent.get_by_text("Paiement de l’attestation").first).to_be_visible()
    assert_accessible(agent, ".desk")

    phone.goto(mailed_link("elodie@courriel.example", live_server))
    assert_accessible(phone)
    press(phone.get_by_role("link", name="Payer"))
    assert_accessible(phone)  # the choice of payment
    press(phone.get_by_role("button", name="Payer"))
    assert_accessible(phone)  # the provider's page
    press(phone.get_by_role("button", name="Payer", exact=True))
    expect(phone.locator("h1")).to_have_text("Payé. Merci.")
    assert_accessible(phone)
    document = Document.objects.get()
    assert document.state == Document.State.ISSUED
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "completed")
    agent.reload()
    expect(agent.get_by_text(document.number).first).to_be_visible()
    assert_accessible(agent, ".desk")

    phone.goto(mailed_link("elodie@courriel.example", live_server))
    assert_accessible(phone)
    with phone.expect_download() as download:
        phone.locator(".doc a[download]").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")

    stranger = visit()
    stranger.goto(f"/v/{document.code}/")
    assert_accessible(stranger)
    said = stranger.locator("main").inner_text()
    assert document.number in said
    assert document.digest[:8] in said.replace(" ", "")
    assert "Marchetti" not in said
    stranger.goto("/v/ABCD-ABCD-ABCD-ABCD/")
    assert_accessible(stranger)
    assert document.number not in stranger.locator("main").inner_text()


ANSWERS = [
    {"beneficiaire": "moi", "motif": "bail", "langue_document": "fr"},
    {"nom": "Marchetti", "prenom": "Élodie Anne", "preuve": "guichet"}
    | {f"naissance-{part}": text for part, text in {"day": "17", "month": "4", "year": "1988"}.items()}
    | {f"adresse-{part}": text for part, text in ADDRESS.items()}
    | {"email": "elodie@courriel.example", "envoi_poste": "false"},
]


def file_without_browser(client) -> None:
    """Post what ``file_certificate`` fills in, for a journey that begins when the agent opens the case."""
    step = client.get(reverse("submissions:start", args=["attestation-domicile"]), follow=True)
    for answers in ANSWERS:
        step = client.post(step.request["PATH_INFO"], inputs(step.text) | answers, follow=True)
    client.post(reverse("submissions:send", args=[Draft.objects.get().secret]), {"declared": "1"})


def test_agent_asks_resident_answers_agent_refuses(certificate, client, phone, visit, live_server, settings):
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    file_without_browser(client)
    case = Case.objects.get()
    agent = visit(user=member(Role.DECIDE, case.team))
    queue = QueuePage(agent)
    queue.open()
    opened = queue.open_case(case)
    opened.unfold("ask")
    assert_accessible(agent, "#ask")
    opened.send("ask", "Depuis quand habitez-vous à cette adresse ?")
    assert_accessible(agent, ".desk")

    phone.goto(mailed_link("elodie@courriel.example", live_server))
    expect(phone.get_by_text("Depuis quand habitez-vous à cette adresse ?")).to_be_visible()
    assert_accessible(phone)
    phone.locator("#id_text").fill("Depuis hier.")
    press(phone.locator("#answer .btn"))
    assert_accessible(phone)
    case.refresh_from_db()
    assert case.state == "in_progress"
    assert case.email_confirmed_at

    queue.open()
    queue.open_case(case)
    expect(agent.get_by_text("Depuis hier.")).to_be_visible()
    assert_accessible(agent, ".desk")
    opened.unfold("refuse")
    assert_accessible(agent, "#refuse")
    opened.send("refuse", "Annoncez d’abord votre arrivée.")
    assert_accessible(agent, ".desk")
    phone.goto(mailed_link("elodie@courriel.example", live_server))
    expect(phone.get_by_text("Annoncez d’abord votre arrivée.").first).to_be_visible()
    assert_accessible(phone)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "refused")
    assert not Document.objects.exists()
    assert Submission.objects.count() == 1


def test_editor_publishes_illustrated_news_matching_a_subscriber(site, visit, phone):
    index, topic = NewsIndexPageFactory(parent=site), TopicFactory(name="Lac et port")
    NewsCategoryFactory(name="Travaux")
    SubscriberFactory(topics=[topic])
    SubscriberFactory()
    editor = visit(user=make_editor(), height=1400)
    editor.goto(f"/admin/pages/add/news_articles/newspage/{index.pk}/")
    assert_accessible(editor, "main")
    editor.locator("[name=title]").fill("Le Vieux-Port retrouve sa plage")
    editor.locator("[name=lead]").fill("Les travaux commencent le 7 décembre.")
    choose_category(editor, "Travaux")
    choose_picture(editor)
    editor.locator("[name=picture_alt]").fill("Une barque devant le ponton")
    editor.get_by_label("Lac et port").check()
    previewed = preview(editor, "Le Vieux-Port retrouve sa plage")
    expect(previewed.locator("h1")).to_have_text("Le Vieux-Port retrouve sa plage")
    assert_accessible(previewed)
    publish(editor)
    assert_accessible(editor, "main")

    article = NewsPage.objects.get()
    assert article.live
    assert subscribers_for(article.matched_topics()).count() == 1
    phone.goto(article.get_url())
    expect(phone.get_by_role("img", name="Une barque devant le ponton")).to_be_visible()
    assert_accessible(phone)
    phone.goto(index.get_url())
    expect(phone.get_by_role("link", name="Le Vieux-Port retrouve sa plage").first).to_be_visible()
    assert_accessible(phone)


def choose_category(editor, name):
    editor.locator("#id_category-chooser [data-chooser-action-choose]").click()
    chosen = editor.locator(".modal").get_by_role("link", name=name)
    expect(chosen).to_be_visible()
    assert_accessible(editor, ".modal")
    chosen.click()
    expect(editor.locator(".modal")).to_have_count(0)


def choose_picture(editor):
    """Upload a picture in the chooser, as the editor of a page does."""
    editor.locator("#id_picture-chooser [data-chooser-action-choose]").first.click()
    editor.locator(".modal [role=tab]").nth(1).click()
    buffer = BytesIO()
    Image.new("RGB", (400, 250), "#12479a").save(buffer, "PNG")
    upload = {"name": "port.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
    editor.locator(".modal input[type=file]").set_input_files(upload)
    editor.locator(".modal [name$=title]").fill("Le Vieux-Port")
    assert_accessible(editor, ".modal")
    editor.locator(".modal form[enctype] [type=submit]").click()
    expect(editor.locator(".modal")).to_have_count(0)


def preview(editor, title):
    """Return the preview in a new window, once Wagtail saved the page and shows it beside.

    Both at once would render the same pictures on the one connection that the threads of a test share.
    """
    editor.wait_for_url("**/edit/")
    with editor.expect_response(lambda answer: answer.url.endswith("/edit/preview/")):
        editor.locator("[data-side-panel-toggle=preview], [aria-label*=révisualis]").first.click()
    beside = editor.frame_locator("[data-w-preview-target=iframe]").last
    expect(beside.locator("h1")).to_have_text(title, timeout=15_000)
    with editor.context.expect_page() as opened:
        editor.locator("[data-w-preview-target=newTab]").click()
    return opened.value


def publish(editor):
    editor.locator("[data-w-dropdown-target=toggle]", has=editor.locator("svg.icon-arrow-up")).last.click()
    press(editor.locator("[name=action-publish]"))


def test_pages_around_the_journeys_are_accessible_on_a_phone(site, phone, rf):
    section = SectionPageFactory(parent=site)
    words = "<h2>Le port</h2><p>Douze places sont libres.</p>"
    content = ContentPageFactory(parent=section, title="Amarrage", body=[("text", words)])
    TopicFactory(name="Lac et port")
    fault = server_error(rf.get("/")).text
    phone.route("**/panne/", lambda route: route.fulfill(status=500, headers={PLAYED: "1"}, body=fault))
    away = outage_page(rf)
    phone.route("**/hors-service/", lambda route: route.fulfill(status=503, headers={PLAYED: "1"}, body=away))
    for address in (
        "/",
        section.url,
        content.url,
        "/recherche/",
        "/recherche/?q=amarrage",
        "/infolettre/",
        "/inconnue/",
        "/panne/",
        "/hors-service/",
        "/etat/",
    ):
        phone.goto(address)
        expect(phone.locator("h1")).to_have_count(1)
        assert_accessible(phone)


def outage_page(rf) -> str:
    """Return the page after a form was sent while the database is unavailable."""
    try:
        raise OperationalError("refused")
    except OperationalError:
        return server_error(rf.post("/")).text
