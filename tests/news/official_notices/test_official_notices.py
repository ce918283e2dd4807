"""Official notices: public during their posting period, and hidden everywhere when it ends."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from home import jobs
from home.localization.working_days import public_holidays
from home.search import index
from news.official_notices import posting_proof
from news.official_notices.models import (
    OfficialNoticeFile,
    OfficialNoticeFileText,
    OfficialNoticeIndexPage,
    OfficialNoticePage,
    OfficialNoticeSettings,
    PostingRecord,
)
from news.official_notices.posting_periods import PERIODS, Act, posting_period
from news.official_notices.posting_spans import posted_spans
from tests.factories.accounts import AgentFactory, SuperuserFactory
from tests.factories.home import SectionPageFactory, published, translated
from tests.factories.news import (
    NewsIndexPageFactory,
    NewsPageFactory,
    NoticeIndexPageFactory,
    NoticeKindFactory,
    NoticePageFactory,
)
from tests.factories.newsletter import CampaignFactory, mailed
from tests.factories.wagtail_forms import page_form
from tests.home.search.test_document_texts import pdf

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
DURING = datetime(2026, 11, 20, 9, tzinfo=UTC)
LAST_MINUTE = datetime(2026, 12, 1, 22, 59, 59, tzinfo=UTC)  # 23:59:59 in the commune
OVER = datetime(2026, 12, 1, 23, 0, tzinfo=UTC)
BEFORE = datetime(2026, 11, 1, 22, 59, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DURING, tick=False) as traveller:
        yield traveller


def upload(name="plan.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


@pytest.fixture(scope="module")
def posted(made_home):
    with time_machine.travel(DURING, tick=False):
        board = NoticeIndexPageFactory(parent=made_home)
        page = NoticePageFactory(
            parent=board, title="Villa Oulevay", number="Parcelle 412", lead="Trois logements."
        )
        page.files = [OfficialNoticeFile(title="Plan de situation", file=upload())]
        return published(page)


@pytest.fixture
def villa(posted, db):
    """Official notice posted from 2 November for thirty days, with a plan."""
    return OfficialNoticePage.objects.get(pk=posted.pk)


@pytest.fixture
def board(villa):
    return villa.get_parent().specific


def places(client, board, villa) -> dict[str, bool]:
    """Return where the public finds the notice, by place."""
    file = villa.files.get()
    feed = board.url + "rss/"
    archive = reverse("newsletter:archived", args=[1])
    shown = {
        "page": client.get(villa.url).status_code == 200,
        "index": villa.title in client.get(board.url).content.decode(),
        "file": client.get(reverse("news:notice_file", args=[file.pk, file.name])).status_code == 200,
        "search": [hit.title for hit in index.find_entries("oulevay", "fr").hits] != [],
        "search page": villa.number in client.get("/recherche/?q=oulevay").content.decode(),
        "suggestion": index.find_entries("oulevai", "fr").meant != "",
        "feed": villa.title in client.get(feed).content.decode(),
        "atom": villa.title in client.get(board.url + "atom/").content.decode(),
        "archive": villa.title in client.get(archive).content.decode(),
    }
    assert villa.title not in client.get("/sitemap.xml").content.decode()
    assert villa.url not in client.get("/sitemap.xml").content.decode()
    return shown


def test_expired_notice_is_hidden_everywhere_at_once(client, board, villa, clock):
    mailed(CampaignFactory(pages=[villa]))
    clock.move_to(LAST_MINUTE)
    shown = places(client, board, villa)
    shown.pop("search page")
    assert all(shown.values()), shown
    clock.move_to(OVER)  # without a job, a save or a cleared cache
    assert not any(places(client, board, villa).values())


def test_notice_suggestion_is_cached_only_while_posted(client, villa, clock):
    def cache_control() -> str:
        answer = client.get(f"{reverse('home:suggest')}?q=oulev")
        assert [one["title"] for one in answer.json()["found"]] == [villa.title]
        return answer.headers["Cache-Control"]

    assert cache_control() == "public, max-age=60"
    clock.move_to(LAST_MINUTE)
    assert cache_control() == "public, max-age=1"


@pytest.mark.parametrize(
    "days", [{"first_day": date.max}, {"first_day": DURING.date(), "last_day": date.max}]
)
def test_notice_may_be_posted_until_last_possible_date(client, board, days):
    notice = published(NoticePageFactory(parent=board, **days))
    assert notice.last_day == date.max
    assert client.get(notice.url).status_code == (404 if notice.first_day == date.max else 200)


# -- The text of files ---------------------------------------------------------------------------------------
@pytest.fixture
def read(villa):
    """The official notice with a file whose text is extracted."""
    villa.files = [
        OfficialNoticeFile(title="Rapport", file=upload("rapport.pdf", pdf("Le toit porte un paratonnerre.")))
    ]
    villa = published(villa)
    jobs.extract_document_texts(DURING)
    return villa


def found(word="paratonnerre", language="fr") -> list[str]:
    return [hit.url for hit in index.find_entries(word, language).hits]


def test_notice_is_found_by_text_of_files_while_posted(client, read, clock):
    assert found() == [read.url]
    clock.move_to(BEFORE)
    assert found() == []
    clock.move_to(LAST_MINUTE)
    assert found() == [read.url]
    assert "<mark>paratonnerre</mark>" in client.get("/recherche/?q=paratonnerre").content.decode()
    clock.move_to(OVER)  # the next second, without a job
    assert found() == []
    shown = client.get("/recherche/?q=paratonnerre").content.decode()
    assert "toit porte" not in shown
    assert read.url not in shown


def test_files_of_draft_and_restricted_notices_are_not_found(board, read):
    draft = NoticePageFactory(parent=board, kind=read.kind, live=False)
    draft.files = [OfficialNoticeFile(title="Ébauche", file=upload("b.pdf", pdf("Une girouette tourne.")))]
    draft.save()
    draft.save_revision()
    read.files = [
        *read.files.all(),
        OfficialNoticeFile(title="Plus", file=upload("c.pdf", pdf("Une girouette grince."))),
    ]
    read.save_revision()
    jobs.extract_document_texts(DURING)
    assert found("girouette") == []
    published(OfficialNoticePage.objects.get(pk=read.pk).get_latest_revision_as_object())
    jobs.extract_document_texts(DURING)
    assert found("girouette") == [read.url]
    restriction = board.view_restrictions.create(restriction_type="login")
    assert found("girouette") == []
    restriction.delete()
    read.unpublish()
    assert found("girouette") == []


def test_removed_file_of_notice_is_not_found(read):
    read.files = []
    published(read)
    assert found() == []
    assert not OfficialNoticeFileText.objects.exists()


def test_translated_notice_is_found_by_open_files_of_source(read, clock):
    german = translated(read, "de", title="Villa", files=[])
    assert found(language="de") == [german.url]
    read.unpublish()
    assert found(language="de") == []
    published(read)
    assert found(language="de") == [german.url]
    german.last_day = date(2026, 12, 24)  # longer than the file is public
    published(german)
    assert found(language="de") == []


def test_notice_and_files_are_hidden_before_first_day(client, board, villa, clock):
    mailed(CampaignFactory(pages=[villa]))
    clock.move_to(BEFORE)
    assert not any(places(client, board, villa).values())
    assert client.get(villa.url).status_code == 404


def test_expired_notice_returns_410_without_its_content(client, board, villa, clock):
    clock.move_to(OVER)
    answer = client.get(villa.url)
    assert answer.status_code == 410
    assert "Oulevay" not in answer.content.decode()
    assert board.url in answer.content.decode()


def test_notice_is_not_cached_by_browsers_or_search_engines(client, board, villa):
    for url in (villa.url, board.url, board.url + "rss/"):
        assert "no-store" in client.get(url)["Cache-Control"]
    assert "unavailable_after: 2026-12-02T00:00:00+0100" in client.get(villa.url)["X-Robots-Tag"]


def test_unpublished_notice_serves_no_file(client, board, villa):
    file = villa.files.get()
    villa.unpublish()
    assert client.get(reverse("news:notice_file", args=[file.pk, file.name])).status_code == 404
    for pk in (999, 10**20):
        assert client.get(reverse("news:notice_file", args=[pk, "x.pdf"])).status_code == 404


def test_notice_files_are_private_and_served_as_attachments(client, villa):
    file = villa.files.get()
    assert "plan" not in file.file.name
    assert file.file.storage is storages["private"]
    answer = client.get(reverse("news:notice_file", args=[file.pk, "anything.pdf"]))
    assert answer["Content-Disposition"] == 'attachment; filename="plan-de-situation.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"".join(answer.streaming_content) == PDF


@pytest.mark.parametrize(
    ("name", "content"), [("plan.pdf", b"<html>"), ("plan.svg", b"<svg/>"), ("a.pdf", b"")]
)
def test_notice_file_with_wrong_content_is_refused(villa, name, content):
    with pytest.raises(ValidationError):
        OfficialNoticeFile(page=villa, title="Plan", file=upload(name, content)).full_clean()


# -- Posting period -----------------------------------------------------------------------------------------


def test_notice_type_sets_last_day_inclusively(villa):
    assert villa.last_day == date(2026, 12, 1)


def test_notice_may_be_posted_longer_but_not_shorter(board):
    kind = NoticeKindFactory(days=10)
    longer = NoticePageFactory(parent=board, kind=kind, last_day=date(2026, 11, 30))
    assert longer.last_day == date(2026, 11, 30)
    with pytest.raises(ValidationError, match="11 novembre"):
        NoticePageFactory(parent=board, kind=kind, last_day=date(2026, 11, 10))


def test_board_end_before_board_start_is_refused(villa):
    villa.board_from, villa.board_until = date(2026, 11, 3), date(2026, 11, 2)
    with pytest.raises(ValidationError):
        villa.full_clean()


@pytest.mark.parametrize(
    ("binding", "words"),
    [
        ({"binding": "board", "board": "place de l’Orme 2"}, "place de l’Orme 2"),
        ({"binding": "site"}, "sur ce site"),
        ({"binding": "gazette", "gazette": "FAO"}, "FAO"),
    ],
)
def test_notice_pages_name_binding_posting(client, board, villa, binding, words):
    OfficialNoticeSettings.objects.update_or_create(defaults=binding)
    cache.clear()
    for url in (board.url, villa.url):
        assert words in client.get(url).content.decode()


def test_translated_notice_shows_files_of_source(client, villa):
    german = translated(villa, "de", title="Villa am See")
    german.files.all().delete()
    page = client.get(german.url).content.decode()
    assert villa.files.get().title in page
    index = client.get(german.get_parent().url).content.decode()
    assert "Villa am See" in index
    assert villa.title not in index


def test_untranslated_notice_is_listed_in_other_languages(client, board, villa):
    german = translated(board, "de", title="Anschlag")
    index = client.get(german.url).content.decode()
    assert villa.title in index
    assert '<div lang="fr">' in index


def test_notices_need_few_queries(board, villa, uncached):
    NoticePageFactory.create_batch(6, parent=board, kind=villa.kind)
    translated(villa, "de")
    uncached(board.url, most=12)
    uncached(villa.url, most=12)
    uncached(f"{board.url}rss/", most=12)


# -- Proof -----------------------------------------------------------------------------------------------


def test_posting_records_contain_actor_time_and_digest(board, villa):
    editor = SuperuserFactory(first_name="Daniel", last_name="Keller")
    villa.lead = "Quatre logements."
    villa.save_revision(user=editor).publish(user=editor)
    villa.unpublish(user=editor)
    first, second, third = PostingRecord.objects.order_by("at", "pk")
    assert [first.kind, second.kind, third.kind] == ["published", "published", "withdrawn"]
    assert second.actor_name == "Daniel Keller"
    assert first.digest != second.digest
    assert first.files[0]["digest"] == second.files[0]["digest"]


def test_posting_proof_remains_after_deletion(client, villa):
    key = villa.translation_key
    villa.delete()
    client.force_login(SuperuserFactory())
    answer = client.get(reverse("notice_proof", args=[key]))
    assert answer.content.startswith(b"%PDF")
    assert PostingRecord.objects.filter(notice=key).last().kind != PostingRecord.Kind.WITHDRAWN


def test_posting_proof_states_actual_dates(villa, clock):
    postings = list(PostingRecord.objects.all())
    assert (
        posting_proof.proof_facts(postings, DURING)[0][1]
        == "dès le 20 novembre 2026, jusqu’au 1er décembre 2026"
    )
    assert posting_proof.proof_facts(postings, OVER)[0][1] == "du 20 novembre 2026 au 1er décembre 2026"
    villa.unpublish()
    assert posting_proof.proof_facts(list(PostingRecord.objects.order_by("pk")), OVER)[0][1].endswith(
        "20 novembre 2026"
    )


def test_posting_proof_lists_each_span_of_its_language(villa, clock):
    twin = translated(villa, "de", title="Villa am See")
    clock.move_to(datetime(2026, 11, 22, 9, tzinfo=UTC))
    villa.unpublish()
    clock.move_to(datetime(2026, 11, 24, 9, tzinfo=UTC))
    villa.save_revision().publish()
    twin.unpublish()
    clock.move_to(OVER)
    villa.board_from, villa.board_until = date(2026, 11, 2), date(2026, 12, 2)
    villa.save_revision().publish()  # with the day of removal from the board
    postings = list(PostingRecord.objects.order_by("at", "pk"))
    days = [(first.day, last.day) for first, last in posted_spans(postings)]
    assert days == [(20, 22), (24, 1)]


def test_posting_proofs_and_files_require_permission(client, villa, clock):
    clock.move_to(OVER)
    inside = [
        reverse("notice_proof", args=[villa.translation_key]),
        reverse("notice_file_inside", args=[villa.files.get().pk]),
        reverse("postings:index"),
    ]
    client.force_login(AgentFactory())
    assert [client.get(url).status_code for url in inside] == [404, 404, 302]
    client.force_login(SuperuserFactory())
    assert [client.get(url).status_code for url in inside] == [200, 200, 200]
    assert client.get(reverse("postings:add")).status_code == 302


def test_posting_list_shows_expired_postings(client, villa, clock):
    keeper = SuperuserFactory()
    for moment, over in ((LAST_MINUTE, False), (OVER, True)):
        clock.move_to(moment)
        client.force_login(keeper)
        shown = client.get(reverse("postings:index")).content.decode()
        assert "1er décembre 2026" in shown
        assert ("terminé" in shown) is over


def test_editor_posts_notice_with_file(client, board):
    client.force_login(SuperuserFactory())
    kind = NoticeKindFactory(days=20)
    file = {"title": "Plan", "file": upload(), "id": "", "ORDER": "1"}
    data = nested_form_data(
        {
            "title": "Zone 30 aux Sablons",
            "slug": "zone-30",
            "lead": "Mise à l’enquête publique.",
            "kind": kind.pk,
            "number": "",
            "first_day": "2026-11-20",
            "last_day": "",
            "board_from": "2026-11-19",
            "board_until": "",
            "body": streamfield([]),
            "files": inline_formset([file]),
            "comments": inline_formset([]),
            "keywords": "",
            "share_image": "",
            "seo_title": "",
            "search_description": "",
            "go_live_at": "",
            "expire_at": "",
            "action-publish": "1",
        }
    )
    address = reverse(
        "wagtailadmin_pages:add", args=["news_official_notices", "officialnoticepage", board.pk]
    )
    answer = client.post(address, data)
    assert answer.status_code == 302, answer.context["form"].errors
    page = OfficialNoticePage.objects.get(slug="zone-30")
    assert page.last_day == date(2026, 12, 9)
    assert page.files.get().file.read() == PDF
    posting = PostingRecord.objects.get(notice=page.translation_key)
    assert posting.files[0]["title"] == "Plan"
    assert posting.actor_name
    edit = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert reverse("notice_proof", args=[page.translation_key]) in edit.content.decode()


def test_notice_and_board_cannot_be_restricted(admin_client, board, villa):
    for page in (board, villa):
        address = reverse("wagtailadmin_pages:set_privacy", args=[page.pk])
        admin_client.post(address, {"restriction_type": "login", "password": "", "groups": []})
        assert not page.get_view_restrictions().exists()
    article = NewsPageFactory(parent=board.get_parent())
    address = reverse("wagtailadmin_pages:set_privacy", args=[article.pk])
    admin_client.post(address, {"restriction_type": "login", "password": "", "groups": []})
    assert article.get_view_restrictions().exists()


def close(client, page):
    address = reverse("wagtailadmin_pages:set_privacy", args=[page.pk])
    return client.post(address, {"restriction_type": "login", "password": "", "groups": []})


@pytest.fixture
def section(board):
    """A restricted section."""
    page = published(SectionPageFactory(parent=board.get_parent(), title="Archives"))
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    return page


def test_section_above_notice_board_cannot_be_restricted(admin_client, board, villa):
    home = board.get_parent()
    assert "avis officiels" in close(admin_client, home).json()["html"]
    assert not home.get_view_restrictions().exists()


def test_restricted_section_with_board_can_be_opened(admin_client, section):
    moved = NoticeIndexPageFactory(parent=section)
    address = reverse("wagtailadmin_pages:set_privacy", args=[section.pk])
    admin_client.post(address, {"restriction_type": "none", "password": "", "groups": []})
    assert not moved.get_view_restrictions().exists()


def test_notice_board_cannot_be_moved_to_restricted_section(admin_client, board, villa, section):
    above = published(SectionPageFactory(parent=board.get_parent(), title="Autorités"))
    board.move(above, pos="last-child")
    for page in (OfficialNoticeIndexPage.objects.get(pk=board.pk), above):
        address = reverse("wagtailadmin_pages:move_confirm", args=[page.pk, section.pk])
        said = admin_client.post(address, follow=True)
        assert "Archives" in "".join(map(str, said.context["messages"]))
    several = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
    admin_client.post(f"{several}?id={above.pk}", {"chooser": section.pk})
    assert not section.get_children().exists()


def test_notice_board_is_moved_to_public_section(admin_client, board):
    above = published(SectionPageFactory(parent=board.get_parent()))
    admin_client.post(reverse("wagtailadmin_pages:move_confirm", args=[board.pk, above.pk]))
    assert OfficialNoticeIndexPage.objects.get(pk=board.pk).get_parent().pk == above.pk


def test_notice_board_cannot_be_added_in_restricted_section(admin_client, board, villa, section):
    add = reverse(
        "wagtailadmin_pages:add", args=["news_official_notices", "officialnoticeindexpage", section.pk]
    )
    said = admin_client.get(add, follow=True)
    assert "Archives" in "".join(map(str, said.context["messages"]))
    copied = copy(admin_client, board, new_parent_page=section.pk)
    assert "Archives" in str(copied.context["form"].errors["new_parent_page"])
    assert not section.get_children().exists()


def copy(client, page, **said):
    """Post the copy form and return the response."""
    form = {
        "new_title": "Copie",
        "new_slug": "copie",
        "new_parent_page": page.get_parent().pk,
        "copy_subpages": "on",
    }
    return client.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), form | said)


def test_notice_alias_is_refused(admin_client, board, villa):
    for page in (villa, board):
        assert "Alias" in str(copy(admin_client, page, alias="on").context["form"].errors["alias"])
    assert not OfficialNoticePage.objects.exclude(alias_of=None).exists()


def test_copied_notice_has_its_own_posting_record(admin_client, board, villa):
    villa.last_day = date(2026, 12, 19)  # long enough to pass the publish checks
    published(villa)
    assert copy(admin_client, villa, publish_copies="on").status_code == 302
    new = OfficialNoticePage.objects.get(slug="copie")
    assert new.translation_key != villa.translation_key
    assert PostingRecord.objects.filter(notice=new.translation_key, kind="published").exists()


def test_other_pages_may_have_aliases(admin_client, board):
    article = NewsPageFactory(parent=NewsIndexPageFactory(parent=board.get_parent()))
    assert copy(admin_client, article, alias="on").status_code == 302


# -- Stated days and legal periods ----------------------------------------------------------------------------


def test_backdated_notice_shows_actual_first_day(client, villa):
    shown = client.get(villa.url).text
    assert "depuis le 20 novembre 2026" in shown
    assert "2 novembre" not in shown  # as the editor typed
    feed = client.get(villa.get_parent().url + "rss/").text
    assert "20 Nov 2026" in feed


def test_notice_preview_shows_no_past_day(board):
    draft = NoticePageFactory(parent=board, live=False, kind=NoticeKindFactory())
    assert draft.shown_since(DURING) == DURING.date()


def publish(client, page):
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return client.post(url, page_form(client, url) | {"action-publish": "1"}, follow=True)


@pytest.fixture
def binding(db):
    def choose(binding):
        OfficialNoticeSettings.objects.update_or_create(defaults={"binding": binding, "gazette": "FAO"})
        cache.clear()

    return choose


def test_backdated_notice_with_too_short_period_is_refused(client, board, binding):
    binding("site")
    draft = NoticePageFactory(parent=board, live=False, kind=NoticeKindFactory(law="art. 109 LATC"))
    client.force_login(SuperuserFactory())
    shown = publish(client, draft).text
    assert not OfficialNoticePage.objects.get(pk=draft.pk).live
    assert "19 décembre 2026" in shown
    assert "art. 109 LATC" in shown
    draft.last_day = date(2026, 12, 19)
    draft.save_revision()
    publish(client, draft)
    assert OfficialNoticePage.objects.get(pk=draft.pk).live


@pytest.mark.parametrize(
    ("counts", "fields", "fits"),
    [
        ("board", {"board_from": date(2026, 11, 2)}, False),
        ("board", {"board_from": date(2026, 11, 2), "last_day": date(2026, 12, 19)}, True),
        ("board", {"first_day": date(2026, 11, 22), "board_from": date(2026, 11, 22)}, True),
        ("board", {}, False),
        ("site", {"board_from": date(2026, 11, 2)}, False),
        ("gazette", {}, True),
        ("site", {"first_day": date(2026, 12, 1)}, True),
        ("site", {"first_day": date(2026, 11, 20), "go_live_at": OVER}, False),
    ],
)
def test_posting_period_counts_from_binding_posting(board, binding, counts, fields, fits):
    binding(counts)
    draft = NoticePageFactory(parent=board, live=False, kind=NoticeKindFactory(), **fields)
    assert (draft.publish_problems() == []) is fits


def test_board_posting_counts_from_day_of_its_record(client, board, binding, clock):
    binding("board")
    first, typed = date(2026, 11, 20), date(2026, 11, 18)
    draft = NoticePageFactory(parent=board, live=False, first_day=first, kind=NoticeKindFactory())
    notice = published(draft)
    clock.move_to(datetime(2026, 11, 23, 9, tzinfo=UTC))
    notice.board_from = typed
    [(field, said)] = notice.publish_problems()
    assert field == "last_day"
    assert "23 novembre 2026" in said
    assert "22 décembre 2026" in said
    notice.last_day = date(2026, 12, 22)
    assert notice.publish_problems() == []
    published(notice)
    clock.move_to(datetime(2026, 11, 25, 9, tzinfo=UTC))
    notice = OfficialNoticePage.objects.get(pk=notice.pk)
    assert notice.publish_problems() == []  # recorded since the 23rd
    shown = client.get(notice.url).text
    assert "depuis le 23 novembre" in shown
    assert "18 novembre" not in shown
    postings = list(PostingRecord.objects.filter(notice=notice.translation_key).order_by("at", "pk"))
    assert posting_proof.proof_facts(postings, timezone.now())[1][1] == (
        "depuis le 18 novembre 2026 (enregistré le 23 novembre 2026)"
    )
    notice.board_from = date(2026, 11, 17)
    assert notice.board_since(timezone.now()) == date(2026, 11, 23)  # the recorded day stays


def test_expired_notice_accepts_day_of_removal(villa, binding, clock):
    binding("site")
    assert villa.publish_problems()
    clock.move_to(OVER)
    assert villa.publish_problems() == []


def test_notice_type_shorter_than_legal_period_is_refused(settings, db):
    settings.COUNTRY, settings.SUBDIVISION = "CH", "VD"
    kind = NoticeKindFactory(days=20, act=Act.BUILDING_ENQUIRY)
    with pytest.raises(ValidationError, match=r"art\. 109"):
        kind.full_clean()
    assert kind.least_days(DURING.date()) == 30  # stored before the rule existed
    settings.SUBDIVISION = "FR"
    kind.full_clean()
    settings.SUBDIVISION = "NE"  # a canton without rules
    assert kind.period is None


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 7, 1), date(2026, 8, 31)),
        (date(2026, 12, 15), date(2027, 2, 14)),
        (date(2026, 12, 31), date(2027, 2, 28)),
        (date(2027, 1, 1), date(2027, 3, 1)),  # from the sixty days of the notice type
        (date.max, date.max),
    ],
)
def test_posting_period_of_two_months_is_counted_by_calendar(settings, db, first, last):
    settings.COUNTRY, settings.SUBDIVISION = "FR", ""
    kind = NoticeKindFactory(days=60, act=Act.BUILDING_PERMIT)
    kind.full_clean()
    assert kind.last_day(first) == last
    assert kind.least_days(first) == (last - first).days + 1


def test_every_posting_period_has_place_and_source():
    for period in PERIODS:
        assert period.source
        assert (
            public_holidays(period.country, period.subdivision) is not None
        )  # the settings accept the place
        assert 0 < period.days <= 366
        assert posting_period(period.act, period.country, period.subdivision) == period


def test_copied_notice_takes_no_days_of_original(admin_client, board, villa):
    villa.board_from, villa.last_day = date(2026, 11, 2), date(2026, 12, 19)
    published(villa)
    copy(admin_client, villa, publish_copies="on")
    new = OfficialNoticePage.objects.get(slug="copie")
    assert (new.first_day, new.last_day, new.board_from) == (DURING.date(), date(2026, 12, 19), None)
