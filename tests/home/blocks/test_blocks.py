"""Blocks of page contents: shared contents, fees, services, media, and the limits for editors."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
import wagtail_factories
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.images.tests.utils import get_test_image_file
from wagtail.test.utils.form_data import nested_form_data, rich_text

from eservices.payments.models import FeePrice, FeeScheduleEntry
from home.blocks import content as blocks_content
from home.blocks import media
from home.blocks import text as blocks_text
from home.caching import site_version
from home.links import videos
from home.models import SharedCallout
from tests.factories import catalogue
from tests.factories import home as make
from tests.factories.accounts import SuperuserFactory
from tests.factories.blocks import EXTREMES, LONG, WORD, cells, figures, step
from tests.factories.formbuilder import content
from tests.factories.news import NoticeKindFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def shown(client, page) -> str:
    response = client.get(page.url)
    assert response.status_code == 200
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def picture():
    return wagtail_factories.ImageFactory(file=get_test_image_file(size=(320, 200)))


# -- shared contents -------------------------------------------------
def test_changed_shared_callout_changes_on_every_page(client, home):
    notice = make.SharedNoticeFactory()
    body = [("shared_notice", notice)]
    pages = [make.ContentPageFactory(parent=home, title=title, body=body) for title in ("Port", "Eau")]
    assert all("jour et nuit" in shown(client, page) for page in pages)
    notice.text = "<p>Le piquet répond la nuit.</p>"
    notice.save()
    assert all("répond la nuit" in shown(client, page) for page in pages)


@pytest.mark.parametrize(
    ("make_one", "field"),
    [(make.ContactFactory, "title"), (make.PersonFactory, "name"), (make.SharedNoticeFactory, "title")],
    ids=["contact", "person", "notice"],
)
class TestUsedAgain:
    @pytest.fixture
    def editor(self, client, home):
        client.force_login(SuperuserFactory())
        return client

    def address(self, one, name, *args):
        return reverse(type(one).snippet_viewset.get_url_name(name), args=[one.pk, *args])

    def data(self, one, **changed):
        names = {"title", "name", "role", "phone", "email"}
        fields = {name: getattr(one, name) for name in names if hasattr(one, name)}
        text = rich_text("<p>Jour et nuit.</p>") if isinstance(one, SharedCallout) else ""
        return nested_form_data(fields | {"text": text, "until": "", "photo": ""} | changed)

    def test_shared_content_can_be_reverted_to_earlier_version(self, editor, make_one, field):
        one = make_one()
        before = getattr(one, field)
        changed = self.data(one, **{field: "Faux"})
        assert editor.post(self.address(one, "edit"), changed).status_code == 302
        first, second = one.revisions.order_by("pk")
        assert (first.content[field], second.content[field]) == (before, "Faux")
        revert = self.address(one, "revisions_revert", first.pk)
        assert revert in editor.get(self.address(one, "history")).content.decode()
        assert f'value="{before}"' in editor.get(revert).content.decode()
        editor.post(revert, self.data(one) | {"revision": first.pk})
        one.refresh_from_db()
        assert getattr(one, field) == before

    def test_shared_content_is_previewed_before_saving(self, editor, make_one, field):
        one = make_one()
        preview = self.address(one, "preview_on_edit")
        editor.post(preview, self.data(one, **{field: "Nouveau"}))
        assert "Nouveau" in editor.get(preview, {"mode": ""}).content.decode()
        one.refresh_from_db()
        assert getattr(one, field) != "Nouveau"


@pytest.mark.parametrize(
    ("make_one", "field"),
    [
        (make.WasteCollectionFactory, "title"),
        (make.WasteDistrictFactory, "name"),
        (NoticeKindFactory, "name"),
    ],
    ids=["collection", "district", "kind of notice"],
)
def test_collections_districts_and_notice_types_keep_versions(client, home, make_one, field):
    one = make_one(**({"first_on": date(2026, 11, 25)} if make_one is make.WasteCollectionFactory else {}))
    before = getattr(one, field)
    setattr(one, field, "Faux")
    one.save()
    assert [revision.content[field] for revision in one.revisions.all()] == [before]
    client.force_login(SuperuserFactory())
    history = client.get(reverse(type(one).snippet_viewset.get_url_name("history"), args=[one.pk]))
    assert history.status_code == 200
    assert (
        client.get(reverse(type(one).snippet_viewset.get_url_name("edit"), args=[one.pk])).status_code == 200
    )


def test_shared_callout_is_shown_until_its_last_day(client, home):
    page = make.ContentPageFactory(
        parent=home, body=[("shared_notice", make.SharedNoticeFactory(until=date(2026, 11, 24)))]
    )
    with time_machine.travel(NOW, tick=False):
        assert "Piquet" in shown(client, page)
    cache.clear()
    with time_machine.travel(datetime(2026, 11, 25, 9, tzinfo=UTC), tick=False):
        assert "Piquet" not in shown(client, page)


def test_page_with_deleted_shared_content_is_shown(client, home):
    notice, contact = make.SharedNoticeFactory(), make.ContactFactory()
    page = make.ContentPageFactory(parent=home, body=[("shared_notice", notice), ("contact", contact)])
    notice.delete()
    contact.delete()
    assert "Piquet" not in shown(client, page)


# -- the fee schedule ------------------------------------------------
def entry(amount: int, **more) -> FeeScheduleEntry:
    entry = FeeScheduleEntry(key="salle", name="Salle des Ormes", account="4472.00", **more)
    entry.prices = [FeePrice(valid_from=date(2026, 1, 1), amount=amount)]
    entry.save()
    return entry


def test_changed_fee_changes_on_page(client, home):
    fee = entry(18_000)
    page = make.ContentPageFactory(parent=home, body=[("fees", [{"entry": "salle", "label": ""}])])
    with time_machine.travel(NOW, tick=False):
        assert "180.–" in shown(client, page)
        assert "Salle des Ormes" in shown(client, page)
        fee.prices = [FeePrice(valid_from=date(2026, 1, 1), amount=20_000)]
        fee.save()
        assert "200.–" in shown(client, page)


def test_deleted_fee_and_corrected_price_change_page_at_once(client, home):
    fee = entry(18_000)
    page = make.ContentPageFactory(parent=home, body=[("fees", [{"entry": "salle", "label": ""}])])
    with time_machine.travel(NOW, tick=False):
        assert "180.–" in shown(client, page)
        price = FeePrice.objects.get()
        price.amount = 20_000
        price.save()
        assert "200.–" in shown(client, page)
        fee.delete()
        assert "200.–" not in shown(client, page)


def test_page_read_during_price_change_is_not_cached(home, django_capture_on_commit_callbacks):
    fee = entry(18_000)
    with django_capture_on_commit_callbacks(execute=True):
        fee.save()
        meanwhile = site_version.current_version()
    assert site_version.current_version() != meanwhile


def test_zero_fee_is_free_and_deleted_fee_is_omitted(client, home):
    entry(0)
    lines = [{"entry": "salle", "label": "Local"}, {"entry": "ancienne", "label": "Autrefois"}]
    page = make.ContentPageFactory(parent=home, body=[("fees", lines)])
    assert "Local" in shown(client, page)
    assert "0.–" not in shown(client, page)
    assert "Autrefois" not in shown(client, page)


# -- link to a service -----------------------------------------------
def test_service_block_shows_new_price_from_midnight(client, home):
    fee = entry(1500)
    FeePrice.objects.create(entry=fee, valid_from=date(2026, 11, 25), amount=1800)
    service = catalogue.make_service(
        catalogue.make_counter(home), definition=content(fees=[{"key": "a", "entry": "salle"}])
    )
    page = make.ContentPageFactory(parent=home, body=[("service", {"page": service, "label": ""})])
    with time_machine.travel(datetime(2026, 11, 24, 22, 58, tzinfo=UTC), tick=False) as clock:
        assert "15.–" in shown(client, page)
        clock.shift(180)
        assert "18.–" in shown(client, page)


def test_service_block_shows_lead_and_price_of_service(client, home):
    counter = catalogue.make_counter(home)
    service = catalogue.make_service(counter, lead="Elle prouve que vous habitez ici.", price="CHF 15.–")
    page = make.ContentPageFactory(parent=home, body=[("service", {"page": service, "label": "Commander"})])
    text = shown(client, page)
    assert "Elle prouve que vous habitez ici." in text
    assert f'href="{service.url}">Commander' in text
    assert "CHF 15.–" in text


def test_unpublished_service_is_not_linked(client, home):
    service = catalogue.make_service(catalogue.make_counter(home))
    page = make.ContentPageFactory(parent=home, body=[("service", {"page": service, "label": "Commander"})])
    service.unpublish()
    assert "Commander" not in shown(client, page)


# -- pictures and videos ---------------------------------------------
def test_gallery_has_constant_query_count(client, home):
    pictures = [{"image": picture(), "alt": f"Barque {number}"} for number in range(12)]
    page = make.ContentPageFactory(parent=home, body=[("gallery", pictures)])
    assert shown(client, page).count("<picture") == 12
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        assert 'alt="Barque 11"' in shown(client, page)
    assert len(queries) <= 12


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        (
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=RD",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        ),
        ("https://youtu.be/dQw4w9WgXcQ?si=tracking", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://vimeo.com/1084537", "https://vimeo.com/1084537"),
        ("https://player.vimeo.com/video/1084537?h=x", "https://vimeo.com/1084537"),
        (
            "https://www.rts.ch/play/tv/19h30/video/le-lac?urn=urn:rts:video:123",
            "https://www.rts.ch/play/tv/-/video/-?urn=urn:rts:video:123",
        ),
        ("https://tube.switch.ch/videos/a1B2c3", "https://tube.switch.ch/videos/a1B2c3"),
    ],
)
def test_video_url_keeps_only_host_and_id(url, leads_to):
    assert videos.parse_video_url(url).url == leads_to


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "https://evil.example/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com@evil.example/watch?v=dQw4w9WgXcQ",
        "https://user:word@vimeo.com/1084537",
        "https://vimeo.com:8443/1084537",
        "javascript:alert(1)//vimeo.com/1084537",
        "ftp://vimeo.com/1084537",
        "https://www.youtube.com/@orvenay",
        "https://www.youtube.com/watch?v=",
        'https://www.youtube.com/watch?v="><script>',
        "https://vimeo.com/" + "1" * 10_000,
        "https://[vimeo.com/1",
        "https://vimeo.com/1084537\x00",
    ],
)
def test_url_of_unknown_video_host_is_not_parsed(url):
    assert videos.parse_video_url(url) is None


def test_video_of_unknown_host_is_refused_with_known_hosts():
    block = media.VideoBlock()
    value = block.to_python({"url": "https://evil.example/v/1", "title": "x"})
    with pytest.raises(ValidationError) as refused:
        block.clean(value)
    assert "Vimeo" in str(refused.value.block_errors["url"])
    assert block.clean(block.to_python({"url": "https://vimeo.com/1084537", "title": "x"}))


def test_page_with_video_loads_nothing_from_other_sites(client, home):
    value = {"url": "https://vimeo.com/1084537", "title": "Le port", "length": "2 min", "image": picture()}
    text = shown(client, make.ContentPageFactory(parent=home, body=[("video", value)]))
    assert 'href="https://vimeo.com/1084537"' in text
    assert "<iframe" not in text
    assert 'src="http' not in text


def test_page_with_video_of_unknown_host_omits_it(client, home):
    page = make.ContentPageFactory(
        parent=home, body=[("video", {"url": "https://evil.example/1", "title": "Le port"})]
    )
    assert "Le port" not in shown(client, page).partition("prose")[2].partition("</div>")[0]


def test_download_block_shows_type_and_size_unless_deleted(client, home):
    document = wagtail_factories.DocumentFactory(
        title="Règlement", file__filename="r.pdf", file__data=b"x" * 2048
    )
    page = make.ContentPageFactory(parent=home, body=[("download", {"document": document, "label": "Port"})])
    assert "PDF" in shown(client, page)
    document.delete()
    assert "Port" not in shown(client, page).partition("prose")[2].partition("</div>")[0]


# -- limits for editors ----------------------------------------------
def refusal(name: str, value) -> ValidationError | None:
    """Return why the block is refused in a page; None if it is accepted."""
    stream = blocks_content.ContentBlocks()
    try:
        stream.clean(stream.to_python([{"type": name, "value": value}]))
    except ValidationError as refused:
        return refused
    return None


@pytest.mark.parametrize(
    ("name", "fair", "too_much"),
    [
        ("heading", "Ce qui change", LONG),
        ("figures", figures(4), figures(5)),
        ("figures", figures(2), figures(1)),
        ("figures", figures(2, number="1 234 567 m²"), figures(2, number="1 234 567 890 m²")),
        ("figures", figures(2), figures(2, label=LONG)),
        ("quote", {"text": "Le lac était calme.", "who": ""}, {"text": LONG, "who": ""}),
        ("quote", {"text": "Oui.", "who": "Une habitante"}, {"text": "Oui.", "who": LONG}),
        (
            "question",
            {"question": "Combien ?", "answer": "<p>x</p>"},
            {"question": LONG, "answer": "<p>x</p>"},
        ),
        ("button", {"label": "Commander", "url": "https://x.ch"}, {"label": LONG, "url": "https://x.ch"}),
        ("steps", [step(), step()], [step()]),
        ("steps", [step()] * 12, [step()] * 13),
        ("steps", [step(), step()], [step(), step(title=LONG)]),
        ("steps", [step(), step()], [step(), step(text=LONG)]),
        ("notice", {"title": "Fermé", "text": "<p>x</p>"}, {"title": LONG, "text": "<p>x</p>"}),
        ("fees", [{"entry": "salle", "label": ""}], []),
        ("fees", [{"entry": "salle", "label": ""}] * 40, [{"entry": "salle", "label": ""}] * 41),
        ("table", cells(10, 100), cells(11, 1)),
        ("table", cells(10, 100), cells(2, 101)),
        ("table", cells(2, 1), cells(1, 3)),
        ("table", cells(2, 1), cells(2, 0)),
        ("table", cells(2, 1, "x" * 200), cells(2, 1, "x" * 201)),
        ("table", cells(2, 1), cells(2, 1) | {"caption": LONG}),
    ],
)
def test_block_beyond_its_limits_is_refused(name, fair, too_much):
    entry(18_000)
    assert refusal(name, fair) is None
    assert refusal(name, too_much)


def test_picture_and_download_texts_are_limited_in_length(home):
    image, document = picture().pk, wagtail_factories.DocumentFactory().pk
    for name, value, text in [
        ("picture", {"image": image, "alt": "Le port", "caption": "Le port"}, "caption"),
        ("picture", {"image": image, "alt": "Le port", "caption": ""}, "alt"),
        ("download", {"document": document, "label": "Le règlement"}, "label"),
    ]:
        assert refusal(name, value) is None
        assert refusal(name, value | {text: LONG})
    assert refusal("gallery", [{"image": image, "alt": "Le port"}] * 2) is None
    assert refusal("gallery", [{"image": image, "alt": "Le port"}])


@pytest.mark.parametrize(
    ("table", "said"),
    [(cells(30, 1), "30"), (cells(2, 400), "400"), (cells(2, 1, "long " * 60), "long long")],
    ids=["columns", "rows", "cell"],
)
def test_too_large_table_is_refused_with_its_size(table, said):
    with pytest.raises(ValidationError) as refused:
        blocks_text.TableBlock().clean(blocks_text.TableBlock().to_python(table))
    assert said in str(refused.value.block_errors["cells"])


def test_blocks_beyond_the_limits_are_still_shown(client, home):
    page = make.ContentPageFactory(parent=home, body=EXTREMES)
    assert shown(client, page).count(WORD) > 30


def test_blank_blocks_render_no_empty_elements(client, home):
    page = make.ContentPageFactory(parent=home, body=EXTREMES)
    text = shown(client, page)
    assert not re.search(r"<(p|h[1-6]|th)\b[^>]*>(\s|<br/>)*</\1>", text)
    assert "<td></td>" in text


def test_heading_ids_are_unique_on_page(client, home):
    titles = ["Menu", "Main", "Horaires", "Horaires", "Horaires 2", "!!!"]
    page = make.ContentPageFactory(parent=home, body=[("heading", title) for title in titles])
    ids = re.findall(r'\sid="([^"]*)"', client.get(page.url).text)
    assert len(ids) == len(set(ids))
    assert "" not in ids
    assert {"h-menu", "h-horaires", "h-horaires-2"} <= set(ids)


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((1600, 1000), "cover"),
        ((900, 1600), "cover tall"),
        ((30, 30), "cover small"),
        ((40, 2000), "cover small tall"),
    ],
)
def test_small_or_tall_picture_is_not_enlarged(client, home, size, shape):
    image = wagtail_factories.ImageFactory(file=get_test_image_file(size=size))
    page = make.ContentPageFactory(
        parent=home, body=[("picture", {"image": image, "alt": "x", "caption": ""})]
    )
    assert f'<figure class="{shape}">' in shown(client, page)
