"""Campaigns: contents, recipients, design, and how staff send them."""

import re
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import GroupApprovalTask, Workflow, WorkflowContentType, WorkflowTask
from wagtail.test.utils.form_data import nested_form_data, streamfield

from eservices.deliveries.models import Delivery
from home.search import index
from news.articles.models import NewsCategory
from newsletter import send_checks
from newsletter.blocks import CampaignBlocks
from newsletter.letters.campaign_parts import campaign_parts, part_indexes_for
from newsletter.letters.rendering import LetterLinks, render_letter
from newsletter.models import Campaign, Mailing, NewsletterSettings, Recipient
from newsletter.states import MailingState
from tests.factories.accounts import AgentFactory, EditorFactory, SuperuserFactory, UserFactory
from tests.factories.home import translated
from tests.factories.news import (
    EventIndexPageFactory,
    EventPageFactory,
    NewsCategoryFactory,
    NewsIndexPageFactory,
    NewsPageFactory,
)
from tests.factories.newsletter import (
    CampaignFactory,
    SubscriberFactory,
    TopicFactory,
    mailed,
    translated_campaign,
)

pytestmark = pytest.mark.django_db
WAYS = LetterLinks("https://x.example/choose", "https://x.example/leave", "https://x.example/read")


@pytest.fixture(autouse=True)
def site(home):
    return home


@pytest.fixture
def news(home):
    return NewsIndexPageFactory(parent=home)


@pytest.fixture
def event(home):
    return EventPageFactory(parent=EventIndexPageFactory(parent=home), title="Saint Nicolas")


def article(news, title, topics=(), **fields):
    """Create an article; all have the same category."""
    category = NewsCategory.objects.first() or NewsCategoryFactory()
    page = NewsPageFactory(parent=news, title=title, category=category, **fields)
    page.topics = topics
    page.save()
    return page


def written(campaign, language="fr", **options):
    return render_letter(campaign, language, WAYS, day=date(2026, 11, 26), **options)


def test_campaign_email_has_pages_and_blocks_in_html_and_text(news, event):
    page = article(news, "La plage & le port", lead="Dès le 7 décembre.")
    campaign = CampaignFactory(
        title="Le port",
        lead="Trois minutes.",
        pages=[page, event],
        blocks=[
            ("heading", "Le guichet"),
            ("text", f'<p>Ouvert <b>vendredi</b>, <a linktype="page" id="{page.pk}">la plage</a>.</p>'),
            ("button", {"label": "Réserver", "page": None, "url": "https://x.example/book?a=1&b=2"}),
        ],
    )
    made = written(campaign, number=412)
    assert made.subject == "Le port"
    assert "Jeudi 26 novembre 2026, numéro 412" in made.text
    for text in (made.html.replace("&amp;", "&"), made.text):
        for word in (
            "La plage & le port",
            "Dès le 7 décembre.",
            f"http://testserver{page.url}",
            "Saint Nicolas",
            "https://x.example/book?a=1&b=2",
            "https://x.example/leave",
            "https://x.example/read",
        ):
            assert word in text
    assert f"la plage (http://testserver{page.url})" in made.text
    assert 'style="color:#12479a"' in made.html  # of a link within the text
    assert 'href="/' not in made.html
    loaded = re.findall(r"<(?:link|img|script)[^>]*https?://([^/\"]+)|url\(https?://([^/)]+)", made.html)
    assert {host for hosts in loaded for host in hosts if host} <= {"testserver"}
    assert "<script" not in made.html


def test_campaign_pages_are_in_the_subscriber_s_language(news):
    page, gone = article(news, "La plage"), article(news, "Fini")
    translated(page, "de", title="Der Strand")
    campaign = CampaignFactory(pages=[page, gone], blocks=())
    gone.unpublish()
    assert [part.value.title for part in campaign_parts(campaign, "de")] == ["Der Strand"]
    assert [(part.value.title, part.value.language) for part in campaign_parts(campaign, "it")] == [
        ("La plage", "fr")
    ]
    shown = {language: campaign_parts(campaign, language)[0].value.url for language in ("fr", "de", "it")}
    assert "?lu=" not in shown["fr"] + shown["de"]
    assert shown["it"] == f"{shown['fr']}?lu=it"  # the page says that it is in French, and links back


def test_markup_in_titles_is_escaped(news):
    page = article(news, '<script>alert("1")</script> {{ x }}')
    made = written(CampaignFactory(title="A < B", pages=[page]))
    assert "<script" not in made.html
    assert "{{ x }}" in made.html


def test_characters_pasted_from_word_processors_are_harmless(news):
    page = article(news, "La\x0bplage", lead="Ouverte\x02 \ufffe")
    made = written(CampaignFactory(title="Un\nété", lead="Bon\x0cjour", summary="Soleil\x1f", pages=[page]))
    assert made.subject == "Un été"
    for content in (made.html, made.text):
        assert "La plage" in content
        assert "Bon jour" in content


def test_personal_campaign_omits_topics_not_chosen(news):
    roads, votes = TopicFactory(), TopicFactory()
    road, vote = article(news, "La rue", topics=[roads]), article(news, "Le vote", topics=[votes])
    one, both = SubscriberFactory(topics=[roads]), SubscriberFactory(topics=[roads, votes])
    SubscriberFactory(topics=[TopicFactory()])  # no topic of theirs: no e-mail
    mailed(CampaignFactory(pages=[road, vote], personal=True))
    bodies = {sent.to[0]: sent.body for sent in mail.outbox}
    assert set(bodies) == {one.email, both.email}
    assert "La rue" in bodies[one.email]
    assert "Le vote" not in bodies[one.email]
    assert "Le vote" in bodies[both.email]


def test_heading_is_omitted_with_its_contents(news, event):
    votes = TopicFactory()
    page = article(news, "Le vote", topics=[votes])
    raw = [("heading", "Votes"), ("news", page.pk), ("heading", "Dates"), ("event", event.pk)]
    everything = campaign_parts(CampaignFactory(blocks=raw), "fr")
    assert part_indexes_for(everything, set()) == (2, 3)
    assert part_indexes_for(everything, {votes.translation_key}) == (0, 1, 2, 3)


# -- The archive ---------------------------------------------------------------------------------------------
def test_archive_lists_sent_campaigns_only(client, news):
    page = article(news, "La plage")
    SubscriberFactory()
    number = mailed(CampaignFactory(title="Le port", pages=[page])).number
    CampaignFactory(title="Pas encore")
    index = client.get(reverse("newsletter:archive")).content.decode()
    assert "Le port" in index
    assert "Pas encore" not in index
    url = reverse("newsletter:archived", args=[number])
    assert "La plage" in client.get(url).content.decode()
    page.unpublish()
    assert "La plage" not in client.get(url).content.decode()
    Campaign.objects.get(title="Le port").unpublish()
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("path", ["archives/7/", "archives/99999999999999999999/", "archives/?page=x"])
def test_unknown_archived_mailing_is_not_found(client, path):
    assert client.get(f"/infolettre/{path}").status_code == 404


def test_archive_uses_the_reader_s_language_or_names_its_own(client):
    SubscriberFactory()
    campaign = CampaignFactory(title="Le port")
    translated_campaign(campaign, "de", title="Der Hafen")
    number = mailed(campaign).number
    assert "Der Hafen" in client.get(f"/de/infolettre/archives/{number}/").content.decode()
    english = client.get(f"/en/infolettre/archives/{number}/").content.decode()
    assert "Le port" in english
    assert "not translated" in english


def test_archive_takes_few_queries_for_any_number_of_mailings(client, django_assert_max_num_queries):
    SubscriberFactory()
    for _ in range(3):
        mailed(CampaignFactory())
    client.get(reverse("newsletter:archive"))
    with django_assert_max_num_queries(4):
        client.get(reverse("newsletter:archive"))


# -- Statistics ----------------------------------------------------------------------------------------------
def test_openings_are_counted_only_if_enabled_and_declared(client):
    SubscriberFactory()
    mailed(CampaignFactory())
    assert "/vu/" not in mail.outbox[0].alternatives[0].content
    NewsletterSettings.objects.update_or_create(defaults={"count_openings": True})
    number = mailed(CampaignFactory()).number
    html = mail.outbox[1].alternatives[0].content
    assert "Sans pistage" in mail.outbox[0].alternatives[0].content
    assert "Sans pistage" not in html
    pixel = re.search(r"http://testserver(/infolettre/vu/\d+\.gif)", html)[1]
    assert mail.outbox[1].to[0] not in pixel
    for _ in range(2):
        assert client.get(pixel)["Content-Type"] == "image/gif"
    assert client.get(f"/infolettre/vu/{number - 1}.gif").status_code == 200
    assert list(Mailing.objects.order_by("number").values_list("openings", flat=True)) == [0, 2]


# -- Staff ---------------------------------------------------------------------------------------------------
@pytest.fixture
def editor(client):
    user = SuperuserFactory()
    client.force_login(user)
    return user


def desk(campaign, deed=""):
    return f"/admin/snippets/newsletter/campaign/sending/{campaign.pk}/" + (f"{deed}/" if deed else "")


def test_campaign_blocks_are_in_two_groups(client, editor):
    blocks = CampaignBlocks().child_blocks.values()
    assert {str(block.meta.group) for block in blocks} == {
        "Du site",
        "Écrit ici",
    }  # none without a group


def test_campaign_states_begin_with_a_capital_in_the_list(client, editor):
    CampaignFactory(draft=True)
    CampaignFactory()
    mailed(CampaignFactory())
    rows = BeautifulSoup(
        client.get(reverse(Campaign.snippet_viewset.get_url_name("list"))).content, "html.parser"
    )
    states = {row.find_all("td")[2].get_text(strip=True) for row in rows.select("main tbody tr")}
    assert len(states) == 3
    assert all(state[0].isupper() for state in states), states


def test_staff_see_recipients_and_checks_and_schedule_a_campaign(client, editor):
    SubscriberFactory(language="de")
    campaign = CampaignFactory(draft=True)
    page = client.get(desk(campaign)).content.decode()
    assert "Pas encore approuvée" in page
    client.post(desk(campaign, "schedule"))
    assert not Mailing.objects.exists()
    campaign.save_revision().publish()
    assert "1 personne" in client.get(desk(campaign)).content.decode()
    later = timezone.localtime() + timedelta(days=1)
    client.post(desk(campaign, "schedule"), {"at": later.strftime("%Y-%m-%dT%H:%M")})
    mailing = Mailing.objects.get()
    assert (mailing.state, mailing.scheduled_by) == (MailingState.SCHEDULED, editor)
    for deed, state in (("pause", "paused"), ("resume", "scheduled"), ("cancel", "cancelled")):
        client.post(desk(campaign, deed))
        mailing.refresh_from_db()
        assert mailing.state == state
    client.post(desk(campaign, "schedule"))
    mailing.refresh_from_db()
    assert mailing.state == MailingState.SCHEDULED
    assert "Destinataires par langue" in client.get(desk(campaign)).text
    Mailing.objects.update(
        state=MailingState.SENT, started_at=timezone.now(), ended_at=timezone.now(), number=1
    )
    assert "Destinataires par langue" not in client.get(desk(campaign)).text  # not shown once sent


def test_approving_a_campaign_shows_that_nothing_is_sent(client, editor):
    """Publishing could be mistaken for sending."""
    campaign = CampaignFactory(draft=True)
    fields = {"title": "Des bancs", "summary": "", "lead": "", "topics": [], "body": streamfield([])}
    ways = [campaign.snippet_viewset.get_url_name("add"), campaign.snippet_viewset.get_url_name("edit")]
    for way, arguments in zip(ways, ([], [campaign.pk]), strict=True):
        saved = client.post(reverse(way, args=arguments), nested_form_data(fields), follow=True)
        assert "Rien n’est encore parti" not in saved.content.decode()
        data = nested_form_data(fields | {"action-publish": "1"})
        told = client.post(reverse(way, args=arguments), data, follow=True).content.decode()
        assert "est approuvée. Rien n’est encore parti." in told
        assert desk(Campaign.objects.filter(live=True).latest("last_published_at")) in told


def test_changes_after_approval_are_not_sent(client, editor):
    SubscriberFactory()
    campaign = CampaignFactory()
    campaign.title = "Changé"
    campaign.save_revision()
    client.post(desk(campaign, "schedule"))
    assert not Mailing.objects.exists()


def test_test_mailing_goes_to_one_address_with_the_draft(client, editor):
    campaign = CampaignFactory(draft=True, title="Vieux")
    campaign.title = "Neuf"
    campaign.save_revision()
    client.post(desk(campaign, "test"), {"to": "moi@orvenay.example"})
    delivery = Delivery.objects.get()
    assert (delivery.recipient, delivery.title) == ("moi@orvenay.example", "[Essai] Neuf")
    [link] = set(re.findall(r"http://testserver(/infolettre/\S+)", delivery.payload["text"]))
    assert "C’était un essai." in client.get(link).text
    assert not Recipient.objects.exists()


@pytest.mark.parametrize(
    ("deed", "data"),
    [
        ("test", {"to": "nobody"}),
        ("test", {"to": "a@b.example\r\nBcc: c@d.example"}),
        ("schedule", {"at": "2020-01-01T07:00"}),
        ("schedule", {"at": "soon"}),
    ],
)
def test_invalid_input_of_the_sending_page_is_refused(client, editor, deed, data):
    answer = client.post(desk(CampaignFactory(), deed), data)
    assert answer.status_code == 422
    assert not Delivery.objects.exists()
    assert not Mailing.objects.exists()


def test_campaign_needs_edit_rights_to_see_and_publish_to_send(client):
    SubscriberFactory()
    campaign = CampaignFactory()
    client.force_login(AgentFactory())
    assert client.get(desk(campaign)).status_code == 404
    client.force_login(UserFactory(is_staff=True, roles=["editors"]))
    assert client.get(desk(campaign)).status_code == 200
    assert client.post(desk(campaign, "schedule")).status_code == 404
    assert client.post(desk(campaign, "test"), {"to": "moi@orvenay.example"}).status_code == 302
    client.force_login(EditorFactory())
    assert client.post(desk(campaign, "schedule")).status_code == 302
    assert Mailing.objects.exists()


@pytest.mark.parametrize("path", ["999999/", "1/nothing/", "1/pause/"])
def test_unknown_campaigns_and_actions_are_not_found(client, editor, path):
    assert client.post(f"/admin/snippets/newsletter/campaign/sending/{path}").status_code in (404, 405)


def test_campaign_passes_the_approval_workflow(client, editor):
    workflow, task = (
        Workflow.objects.create(name="Relecture"),
        GroupApprovalTask.objects.create(name="Relire"),
    )
    task.groups.add(Group.objects.create(name="relecture"))
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
    WorkflowContentType.objects.create(
        content_type=ContentType.objects.get_for_model(Campaign), workflow=workflow
    )
    campaign = CampaignFactory(draft=True)
    campaign.save_revision()
    workflow.start(campaign, editor)
    assert send_checks.send_remarks(campaign, [])[0].forbids
    fields = {"title": campaign.title, "summary": "", "lead": "", "topics": [], "body": streamfield([])}
    approving = fields | {"action-workflow-action": "1", "workflow-action-name": "approve"}
    edit = reverse(campaign.snippet_viewset.get_url_name("edit"), args=[campaign.pk])
    told = client.post(edit, nested_form_data(approving), follow=True).text
    campaign.refresh_from_db()
    assert campaign.live
    assert "est approuvée. Rien n’est encore parti." in told


def test_missing_language_is_named_in_the_language_of_staff():
    campaign = CampaignFactory()
    for _time in range(2):
        SubscriberFactory(language="de")
    for language, word in (("fr", "Allemand"), ("de", "Deutsch"), ("it", "Tedesco")):
        with override(language):
            said = [
                one.text
                for one in send_checks.send_remarks(campaign, send_checks.reach_by_language(campaign))
            ]
        assert any(word in one for one in said), said


@pytest.mark.parametrize(("signs", "warned"), [(60_000, False), (110_000, True)])
def test_campaign_that_gmail_would_clip_has_a_warning(signs, warned):
    campaign = CampaignFactory(blocks=[("text", f"<p>{'lac ' * (signs // 4)}</p>")])
    said = [one.text for one in send_checks.send_remarks(campaign, []) if "Gmail" in one.text]
    assert bool(said) is warned


@pytest.mark.parametrize("mode", ["mail", "night", "bare", "text", "site"])
def test_campaign_preview_shows_its_contents(mode, news):
    page = article(news, "La plage")
    campaign = CampaignFactory(draft=True, pages=[page])
    answer = campaign.make_preview_request(preview_mode=mode)
    content = answer.content.decode()
    assert answer.status_code == 200
    assert "La plage" in content
    assert ("@media all" in content) == (mode == "night")
    assert ' src="' not in content or mode != "bare"


@pytest.mark.parametrize("mode", ["mail", "text", "site"])
def test_campaign_preview_works_before_the_first_save(mode, news):
    answer = Campaign(title="La plage").make_preview_request(preview_mode=mode)
    assert answer.status_code == 200
    assert "La plage" in answer.content.decode()


# -- Search and sitemap --------------------------------------------------------------------------------------
def test_mailed_campaign_is_in_search_and_sitemap(client):
    campaign = CampaignFactory(title="Le pont rouvre")
    assert not index.find_entries("pont", "fr").hits
    mailing = mailed(campaign)
    address = reverse("newsletter:archived", args=[mailing.number])
    assert [hit.url for hit in index.find_entries("pont", "fr").hits] == [address]
    assert address in client.get("/sitemap.xml").content.decode()
    index.rebuild_index()
    assert index.find_entries("pont", "fr").hits
    campaign.unpublish()
    assert not index.find_entries("pont", "fr").hits
    assert address not in client.get("/sitemap.xml").content.decode()


def test_campaign_is_found_by_its_own_text_only(client, news):
    mailed(CampaignFactory(title="Le pont rouvre", pages=[article(news, "Villa Oulevay")]))
    assert "letter" not in [hit.entry.kind for hit in index.find_entries("oulevay", "fr").hits]


def test_sign_up_page_links_to_the_archive(client):
    assert reverse("newsletter:archive") in client.get(reverse("newsletter:subscribe")).content.decode()
