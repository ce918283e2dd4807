"""Problem reports: submitted by anyone, treated in the case queue, published without personal data."""

import io
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from PIL import Image

from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.actions import IllegalTransition
from eservices.cases.models import Case
from eservices.cases.retention import actions as retention
from eservices.deliveries.models import Delivery
from eservices.reports import access, actions, nearby, photos, views
from eservices.reports.models import ProblemReport, ReportFollower
from eservices.submissions.models import StoredFile
from eservices.submissions.rate_limits import WaitingRateLimit
from home.search.index import find_entries
from home.untrusted_files import inspection
from home.web.form_timing import sign_opening_time
from home.web.rate_limits import RateLimit
from tests.factories.accounts import UserFactory
from tests.factories.addresses import make_streets
from tests.factories.cases import Role, TeamFactory, member
from tests.factories.directory import PlacesPageFactory
from tests.factories.reports import LAKE, ReportCategoryFactory, photo, reported
from tests.factories.submissions import pdf

pytestmark = pytest.mark.django_db

FILE = "/signaler/"


@pytest.fixture
def category():
    return ReportCategoryFactory()


def opened() -> str:
    """Return the signed opening time of a page that was opened a minute ago."""
    with time_machine.travel(timezone.now() - timedelta(minutes=1)):
        return sign_opening_time()


def typed(category, **more) -> dict:
    return {
        "category": str(category.translation_key),
        "place-address": "Rue du Lac 14",
        "opened": opened(),
    } | more


def road_agent(role: Role = Role.TREAT):
    return member(role, team=TeamFactory(key="voirie", name="Voirie"))


def post_update(report, state, **more):
    return actions.update_report(actor=road_agent(), report=report, state=state, **more)


# -- Submitting ----------------------------------------------------------------------------------------------
def test_report_opens_a_case_of_the_category_s_team(client, category):
    response = client.post(FILE, typed(category, detail="Depuis lundi"), follow=True)

    report = ProblemReport.objects.get()
    assert report.case.team.key == "voirie"
    assert report.case.submission.answers["detail"] == "Depuis lundi"
    page = response.content.decode()
    assert report.case.reference in page
    assert "Une lampe est réparée en quatre jours." in page
    process.advance_case(report.case_id)
    assert Case.objects.get(pk=report.case_id).is_open
    client.force_login(road_agent())
    assert report.case.reference in client.get(reverse("cases:queue") + "?view=team").content.decode()
    assert client.get(reverse("cases:case", args=[report.case.reference])).status_code == 200


def test_photo_loses_its_metadata_and_gives_its_place(client, category):
    data = typed(category, photo=photo(where=(46.51012, 6.49823)), **{"place-address": ""})

    assert client.post(FILE, data).status_code == 302

    report = ProblemReport.objects.get()
    assert report.point == pytest.approx((46.51012, 6.49823), abs=0.0001)
    with report.photo.content.open("rb") as content:
        kept = content.read()
    assert b"Telefon" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    assert report.photo.name == "photo.jpg"


def test_missing_input_is_named_and_the_photo_kept(client, category):
    response = client.post(FILE, {"photo": photo(), "detail": "Depuis lundi", "opened": opened()})

    assert response.status_code == 422
    page = response.content.decode()
    assert "Depuis lundi" in page
    kept = response.context["kept"]
    assert client.post(FILE, typed(category, kept=kept)).status_code == 302
    assert ProblemReport.objects.get().photo


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "nowhere"},
        {"place-address": ""},
        {"place-address": "", "place-lat": "91", "place-lon": "6"},
        {"place-address": "x" * 201},
        {"place-address": "a\0b"},
        {"email": "not an address"},
        {"detail": "x" * 2001},
        {"opened": ""},
        {"opened": "forged:stamp"},
        {"photo": pdf()},
        {"photo": SimpleUploadedFile("photo.jpg", b"\xff\xd8\xff\xe0 not a picture", "image/jpeg")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_bad_input_is_refused_with_a_sentence(client, category, changes):
    response = client.post(FILE, typed(category) | changes)

    assert response.status_code == 422
    assert 'class="errors"' in response.content.decode()
    assert not ProblemReport.objects.exists()


@pytest.mark.parametrize("kept", ["", "forged", "3f0c:1:x"])
def test_foreign_photo_token_brings_no_photo(client, category, kept):
    assert client.post(FILE, typed(category, kept=kept)).status_code == 302
    assert ProblemReport.objects.get().photo is None


def test_photo_belongs_to_one_report_only(client, category):
    first = reported(pictured=True)
    ticket = access.photo_token(first.photo)

    client.post(FILE, typed(category, kept=ticket, **{"place-address": "Chemin du Stand 3"}))

    assert ProblemReport.objects.newest_first().first().photo is None
    assert ProblemReport.objects.get(pk=first.pk).photo


def test_picture_with_too_many_pixels_is_refused_undecoded(monkeypatch):
    monkeypatch.setitem(inspection.MOST_PIXELS, "JPEG", 100)
    with pytest.raises(ValidationError):
        photos.clean_photo(photo())


@pytest.mark.parametrize("typed", ["éclairage", "lampadaires", "signaler"])
def test_search_for_broken_things_finds_the_report_page(category, typed):
    best = find_entries(typed, "fr").best_service
    assert (best.entry.title, best.url) == ("Signaler un problème", FILE)
    category.delete()
    assert not find_entries(typed, "fr").hits


def test_commune_without_categories_takes_no_reports(client):
    assert client.get(FILE).status_code == 404


def test_robots_are_refused(client, category, settings):
    settings.LEAST_SECONDS_TO_FILE = 3
    assert client.post(FILE, typed(category, website="http://spam.example")).status_code == 302
    assert client.post(FILE, typed(category, opened=sign_opening_time())).status_code == 422
    assert not ProblemReport.objects.exists()


def test_reports_are_rate_limited(client, category, monkeypatch):
    monkeypatch.setattr("eservices.reports.views.FILE", WaitingRateLimit("report-test", 1))
    assert (
        client.post(FILE, typed(category, photo=photo())).status_code == 302
    )  # the photo does not count separately
    response = client.post(FILE, typed(category, **{"place-address": "Chemin du Stand 3"}))

    assert response.status_code == 429
    assert response["Retry-After"]
    assert ProblemReport.objects.count() == 1


def test_photos_are_rate_limited(client, category, monkeypatch):
    monkeypatch.setattr("eservices.reports.views.PHOTO", WaitingRateLimit("report-photo-test", 1))
    responses = [client.post(FILE, {"photo": photo(), "opened": opened()}) for _time in range(2)]

    assert [bool(one.context["kept"]) for one in responses] == [True, False]


def test_tagged_addresses_share_one_email_rate_limit(client, category, monkeypatch):
    monkeypatch.setattr("eservices.reports.views.EMAIL", WaitingRateLimit("report-email-test", 1))
    assert client.post(FILE, typed(category, email="ada+1@courriel.example")).status_code == 302
    more = {"email": "Ada+2@courriel.example", "place-address": "Chemin du Stand 3"}
    assert client.post(FILE, typed(category, **more)).status_code == 429


def test_report_form_is_not_offered_as_a_service(client):
    reported()
    assert client.get(reverse("submissions:start", args=["signalement"])).status_code == 404
    client.force_login(road_agent())
    assert "/demande/signalement/" not in client.get(reverse("cases:counter")).content.decode()


# -- Before sending ------------------------------------------------------------------------------------------
ADD, PLACE = reverse_lazy("reports:add_photo"), reverse_lazy("reports:place")


def test_photo_is_shown_before_it_is_sent(client, category):
    added = client.post(ADD, {"photo": photo(where=(46.4611, 6.4116))}).json()
    assert (added["lat"], added["lon"]) == pytest.approx((46.4611, 6.4116), abs=0.0001)
    shown = client.get(added["picture"])
    assert (shown["Content-Type"], shown["Cache-Control"]) == ("image/jpeg", "private, no-store")

    again = client.post(FILE, {"kept": added["kept"], "opened": opened()})
    assert f'src="{added["picture"].partition(":")[0]}:' in again.text  # signed anew, perhaps a second later

    client.post(FILE, typed(category, kept=added["kept"]))
    assert ProblemReport.objects.get().photo
    assert client.get(added["picture"]).status_code == 404  # it belongs to the report now


@pytest.mark.parametrize("sent", [{}, {"photo": ""}])
def test_address_for_photos_takes_nothing_else(client, category, sent):
    assert client.post(ADD, sent).status_code == 404
    assert client.get(ADD).status_code == 405


def test_error_of_a_photo_is_at_its_field(client, category):
    text = SimpleUploadedFile("a.jpg", b"not a picture", "image/jpeg")
    assert client.post(ADD, {"photo": text}).json()["error"]
    text.seek(0)
    page = client.post(FILE, typed(category, photo=text))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["photo"]
    assert 'href="#id_photo"' in page.text
    assert re.search(r'id="id_photo" name="photo"[^>]*aria-invalid="true"', page.text)


@pytest.mark.parametrize("token", ["x", "1:2:3", "%00"])
def test_photo_of_an_invalid_token_is_404(client, category, token):
    assert client.get(f"/signaler/photo/{token}/").status_code == 404


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rue du lac 14", {"lat": 46.5, "lon": 6.5, "exact": True}),
        ("Rue du Lac 14 ", {"lat": 46.5, "lon": 6.5, "exact": True}),
        ("Rue du Lac 2", {"lat": 46.5, "lon": 6.5, "exact": False}),
        ("Fontaine de l’Orme", {"lat": 46.4, "lon": 6.4, "exact": True}),
        ("place de l'orme", {"lat": 46.4, "lon": 6.4, "exact": True}),
        ("Rue du Lac", {"lat": 46.5, "lon": 6.5, "exact": False}),
        ("Rue du Bourg", {"lat": 46.7, "lon": 6.7, "exact": False}),  # somewhere in it
        ("Rue du Bourg, 1530 Orvenay", {"lat": 46.7, "lon": 6.7, "exact": False}),
        ("Rue du Stand 3", {}),
        ("14", {}),
        ("\0", {}),
        ("", {}),
    ],
)
def test_typed_place_is_found_in_the_data_of_the_commune(client, category, text, found):
    report = reported(place={"address": "Rue du Lac 14", "lat": 46.5, "lon": 6.5})
    hidden = reported(place={"address": "Rue du Stand 3", "lat": 46.6, "lon": 6.6})
    ProblemReport.objects.filter(pk=report.pk).update(published=True, public_place=report.place)
    assert hidden.public_place == ""
    for street in ("Rue du Bourg", "Rue du Bourg, 1530 Orvenay"):
        somewhere = reported(place={"address": street, "lat": 46.7, "lon": 6.7})
        ProblemReport.objects.filter(pk=somewhere.pk).update(published=True, public_place=street)
    fountain = {"name": "Fontaine de l’Orme", "address": "Place de l’Orme", "lat": 46.4, "lon": 6.4}
    PlacesPageFactory(places=[("place", fountain)])
    assert client.get(PLACE, {"address": text}).json() == found


def test_search_of_places_is_rate_limited(client, category, monkeypatch):
    monkeypatch.setattr("eservices.reports.views.PLACES", RateLimit("place-test", 1))
    assert [client.get(PLACE, {"address": "14"}).status_code for _time in range(2)] == [200, 429]


def test_own_photo_is_shown_on_receipt_and_status_page(client, category):
    client.post(FILE, typed(category, photo=photo()))
    case = ProblemReport.objects.get().case
    secret = case.links.get().secret
    for page in (reverse("reports:sent", args=[secret]), reverse("space:status", args=[secret])):
        assert f'src="/dossier/{secret}/photo.jpg"' in client.get(page).text
    shown = client.get(f"/dossier/{secret}/photo.jpg")
    assert (shown.status_code, shown["Cache-Control"]) == (200, "private, no-store")
    without = reported().case.links.get().secret
    assert client.get(f"/dossier/{without}/photo.jpg").status_code == 404
    assert "photo.jpg" not in client.get(reverse("space:status", args=[without])).text


def test_list_shows_the_picture_and_category_of_approved_reports(client):
    report = reported(pictured=True)
    small = reverse("reports:small_photo", args=[report.pk])
    assert small not in client.get(reverse("reports:list")).text
    assert client.get(small).status_code == 404
    ProblemReport.objects.filter(pk=report.pk).update(published=True, title="Lampe", photo_published=True)
    text = client.get(reverse("reports:list")).text
    assert small in text
    assert "Éclairage</span>" in text
    picture = Image.open(io.BytesIO(client.get(small).content))
    assert (picture.format, picture.size) == ("JPEG", photos.SMALL)


# -- Duplicates ----------------------------------------------------------------------------------------------
def test_nearby_report_is_offered_before_sending(client, category):
    there = reported(place={"lat": LAKE["lat"] + 0.0002, "lon": LAKE["lon"]})
    data = typed(category, **{"place-lat": str(LAKE["lat"]), "place-lon": str(LAKE["lon"])})

    response = client.post(FILE, data)

    page = response.content.decode()
    assert response.status_code == 200
    assert "22 m" in page
    assert "Pas encore envoyé" in page
    assert "C’est celui-là" in page
    assert ProblemReport.objects.count() == 1

    joined = client.post(FILE, data | {"same": there.pk, "email": "Jean@courriel.example"}, follow=True)
    assert "Merci" in joined.content.decode()
    assert ProblemReport.objects.get().also == 1
    assert ReportFollower.objects.get().email == "jean@courriel.example"

    other = client.post(FILE, data | {"seen": response.context["seen"]})
    assert other.status_code == 302
    assert ProblemReport.objects.count() == 2


def test_report_in_the_same_street_is_found_by_name(client, category):
    reported(place={"address": "rue du LAC 3"})
    reported(place={"address": "Chemin du Stand 3"})

    response = client.get(
        reverse("reports:near"), {"category": category.translation_key, "address": "Rue du Lac 14"}
    )

    assert len(response.context["near"]) == 1
    assert "rue du LAC" not in response.content.decode()


@pytest.mark.parametrize(
    ("situation", "found"),
    [("far", 0), ("another subject", 0), ("mended long ago", 0), ("mended lately", 1), ("there", 1)],
)
def test_only_possible_duplicates_are_offered(category, situation, found):
    place = {"lat": LAKE["lat"] + (0.01 if situation == "far" else 0), "lon": LAKE["lon"]}
    other = ReportCategoryFactory(name="Déchets") if situation == "another subject" else None
    there = reported(place=place, category=other)
    if situation.startswith("mended"):
        ago = timedelta(days=3 if situation.endswith("lately") else 40)
        ProblemReport.objects.filter(pk=there.pk).update(state="mended", ended_at=timezone.now() - ago)

    assert len(access.possible_duplicates(category.translation_key, tuple(LAKE.values()), "")) == found


@pytest.mark.parametrize(
    "query", ["", "category=x&lat=a&lon=b", "category=%00&address=%00", "lat=99&lon=999"]
)
def test_looking_for_nearby_reports_never_fails(client, category, query):
    assert client.get(f"{reverse('reports:near')}?{query}").status_code == 200


@pytest.mark.parametrize("same", ["0", "abc", "9" * 30, "\0"])
def test_unknown_report_cannot_be_followed(client, category, same):
    client.post(FILE, typed(category, same=same))
    assert ReportFollower.objects.count() == 0


def test_distances_are_in_metres():
    assert nearby.distance_in_metres((46.5, 6.5), (46.5009, 6.5)) == pytest.approx(100, abs=1)
    assert nearby.distance_in_metres((46.5, 6.5), (46.5, 6.5013)) == pytest.approx(100, abs=1)
    assert nearby.street_name("Rue de l’Église 12 bis, Orvenay") == nearby.street_name("rue de l'eglise")


# -- Updates by agents ---------------------------------------------------------------------------------------
def test_update_assigns_the_case_and_notifies_all_followers():
    report = reported(email="elodie@courriel.example")
    actions.follow_report(actor=None, report=report, email="jean@courriel.example", language="de")
    Delivery.objects.all().delete()

    report = post_update(report, "planned", planned_for=date(2026, 12, 3), word="La lampe est commandée.")

    case = Case.objects.get(pk=report.case_id)
    assert case.assignee
    letters = {
        one.recipient: one for one in Delivery.objects.for_subject(case.subject).filter(title__contains=": ")
    }
    assert set(letters) == {"elodie@courriel.example", "jean@courriel.example"}
    assert "La lampe est commandée." in letters["elodie@courriel.example"].payload["text"]
    assert "La lampe est commandée." not in letters["jean@courriel.example"].payload["text"]
    assert "/stop/" in letters["jean@courriel.example"].payload["text"]

    as_before = {"planned_for": date(2026, 12, 3), "published": True, "title": "Lampe éteinte"}
    post_update(report, "planned", **as_before)
    assert Delivery.objects.for_subject(case.subject).count() == 2
    post_update(
        report, "planned", word="Elle arrive lundi.", **as_before
    )  # a comment alone goes to the reporter only
    assert (
        "Elle arrive lundi."
        in Delivery.objects.for_subject(case.subject).latest("created_at").payload["text"]
    )
    assert Delivery.objects.for_subject(case.subject).count() == 3


@pytest.mark.parametrize("end", ["mended", "not_ours"])
def test_final_state_closes_the_case_and_deletes_followers(end):
    report = reported()
    actions.follow_report(actor=None, report=report, email="jean@courriel.example", language="fr")

    report = post_update(report, end)
    process.advance_case(report.case_id)

    case = Case.objects.get(pk=report.case_id)
    assert not case.is_open
    assert not ReportFollower.objects.exists()
    with pytest.raises(IllegalTransition):
        post_update(report, "seen")
    assert post_update(report, end, published=True, title="Lampe réparée").published


def test_refused_or_taken_case_changes_the_shown_state(client):
    report = reported()
    agent = road_agent(Role.LEAD)
    cases.take_case(actor=agent, case=report.case)
    assert ProblemReport.objects.select_related("case").get(pk=report.pk).shown_state == "seen"
    cases.refuse_case(actor=agent, case=report.case, reason="C’est une route cantonale.")
    assert ProblemReport.objects.select_related("case").get(pk=report.pk).shown_state == "not_ours"


def test_only_agents_of_the_team_update_a_report(client):
    report = reported(pictured=True)
    url = reverse("tell_report", args=[report.case.reference])
    data = {"state": "planned", "planned_for": "2026-12-03", "published": "on", "title": "Lampe éteinte"}
    for stranger in (member(), road_agent(Role.READ), UserFactory(is_staff=True)):
        client.force_login(stranger)
        assert client.post(url, data).status_code in (302, 404)
    assert ProblemReport.objects.get().state == "reported"
    client.force_login(road_agent())

    for wrong in ({"planned_for": ""}, {"state": "nowhere"}, {"planned_for": "soon"}, {"title": ""}):
        client.post(url, data | wrong)
        assert ProblemReport.objects.get().state == "reported"
    client.post(url, data)
    assert ProblemReport.objects.get().state == "planned"
    page = client.get(reverse("cases:case", args=[report.case.reference])).content.decode()
    assert "Lampe éteinte" in page


# -- Public pages --------------------------------------------------------------------------------------------
def public(client, report) -> str:
    urls = [reverse("reports:list"), reverse("reports:report", args=[report.pk])]
    return "".join(client.get(url).content.decode() for url in urls)


def test_report_without_approval_hides_its_texts_and_photo(client):
    report = reported(
        pictured=True,
        place={"address": "Chez Jeanne Perrin", **LAKE},
        detail="Jeanne a tout vu",
        email="elodie@courriel.example",
    )

    page = public(client, report)

    assert "Éclairage" in page
    for private in ("Jeanne", "elodie", "46.5", report.case.reference):
        assert private not in page
    assert client.get(reverse("reports:photo", args=[report.pk])).status_code == 404


def test_approved_parts_of_a_report_are_public(client):
    report = reported(pictured=True, place={"address": "Chez Jeanne Perrin"}, detail="Jeanne a tout vu")
    post_update(
        report, "seen", published=True, title="Lampe éteinte", public_place="Rue du Lac", photo_published=True
    )

    page = public(client, report)

    assert "Lampe éteinte" in page
    assert "Rue du Lac" in page
    assert "Jeanne" not in page
    response = client.get(reverse("reports:photo", args=[report.pk]))
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    StoredFile.objects.update(scan="waiting")
    assert client.get(reverse("reports:photo", args=[report.pk])).status_code == 404


def test_report_list_takes_constant_queries(client, django_assert_max_num_queries):
    for number in range(4):
        reported(place={"address": f"Rue du Lac {number}"})
    mended = post_update(ProblemReport.objects.first(), "mended")
    ProblemReport.objects.filter(pk=ProblemReport.objects.last().pk).update(
        reported_at=timezone.now() - timedelta(days=400)
    )
    client.get(reverse("reports:list"))

    with django_assert_max_num_queries(8):
        everything = client.get(reverse("reports:list"))
    assert len(everything.context["rows"]) == 3
    assert len(client.get(reverse("reports:list") + "?etat=ouverts").context["rows"]) == 2
    assert client.get(reverse("reports:list") + "?etat=repares").context["rows"][0][0] == mended
    assert client.get(reverse("reports:list") + "?etat=%00&page=x").status_code == 200


def test_report_map_needs_a_tile_server(client, settings, category):
    post_update(reported(), "seen", published=True, title="Lampe éteinte")
    settings.TILE_URL = ""
    assert "data-tiles" not in client.get(FILE).content.decode()
    assert "data-places" not in client.get(reverse("reports:list")).content.decode()
    settings.TILE_URL = "https://tiles.example/{z}/{x}/{y}.png"
    assert "data-tiles" in client.get(FILE).content.decode()
    page = client.get(reverse("reports:list")).content.decode()
    assert "data-places" in page
    assert 'data-lat="46.5101"' in page


def test_report_map_shows_published_reports_of_all_pages(client, settings, monkeypatch):
    settings.TILE_URL = "https://tiles.example/{z}/{x}/{y}.png"
    monkeypatch.setattr(views, "PAGE", 1)
    hidden, shown, mended = reported(), reported(), reported()
    post_update(shown, "seen", published=True, title="Lampe éteinte")
    post_update(mended, "mended", published=True, title="Banc cassé")
    page = client.get(reverse("reports:list")).text
    assert page.count("data-lat=") == 2
    assert "Lampe éteinte" in page
    assert reverse("reports:report", args=[hidden.pk]) not in page
    assert client.get(reverse("reports:list") + "?etat=repares").text.count("data-lat=") == 1


def test_follower_unsubscribes_with_one_press(client):
    report = reported()
    actions.follow_report(actor=None, report=report, email="jean@courriel.example", language="fr")
    url = reverse("reports:stop", args=[ReportFollower.objects.get().secret])

    assert client.get(url).status_code == 200
    assert ReportFollower.objects.exists()
    assert client.post(url).status_code == 302
    assert not ReportFollower.objects.exists()
    assert client.get(url).status_code == 404


def test_erased_report_keeps_category_dates_and_state():
    report = reported(pictured=True, email="elodie@courriel.example")
    report = post_update(report, "mended", published=True, title="Lampe éteinte", photo_published=True)
    process.advance_case(report.case_id)
    case = Case.objects.get(pk=report.case_id)
    Delivery.objects.for_subject(case.subject).update(state="done")

    retention.erase_case(actor=road_agent(), case=case)

    report = ProblemReport.objects.get()
    assert (report.place, report.title, report.point, report.photo) == ("", "", None, None)
    assert (report.state, bool(report.ended_at)) == ("mended", True)
    assert not StoredFile.objects.exists()
    assert not access.public_reports().exists()


def test_photo_is_asked_for_first(client, category):
    form = client.get(FILE).text
    form = form[form.index('name="opened"') :]
    hidden = {"opened", "kept", "taken"}
    asked = [one for one in re.findall(r'name="([^"]+)"', form) if one not in hidden]
    assert asked[0] == "photo"


def test_address_of_a_house_is_its_point_on_the_map(client):
    street = make_streets().rows.get(label="Rue du Lac")
    street.numbers.filter(number="12bis").update(lat=46.4611, lon=6.4116)
    place = {"lat": 46.4611, "lon": 6.4116}
    assert client.get(PLACE, {"address": "r. du Lac 12 bis, 1199 Orvenay"}).json() == place | {"exact": True}
    for known in ("Rue du Lac 10", "Rue du Lac"):
        assert client.get(PLACE, {"address": known}).json() == place | {"exact": False}
    assert client.get(PLACE, {"address": "Chemin Perdu 12bis"}).json() == {}
