"""Consultations and the idea box: contributing, confirming, moderating, voting and answering."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core import signing
from django.urls import reverse

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.roles import ensure_roles
from home.web.rate_limits import RateLimit
from news.participation import participants, spam_checks
from news.participation.consultations import actions
from news.participation.jobs import erase_old_participation
from news.participation.models import Contribution, PendingAction, Vote
from news.participation.moderation import actions as moderation
from news.participation.moderation.states import ModerationState
from tests.factories.accounts import AgentFactory, SuperuserFactory, UserFactory
from tests.factories.home import locale, published, translated
from tests.factories.participation import ConsultationPageFactory, ContributionFactory, SurveyPageFactory
from tests.news.participation.conftest import HERE, letters, mailed_link, prove

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LEA = "lea@example.org"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def typed(client, page, **data) -> dict:
    form = client.get(reverse("participation:contribute", args=[page.pk])).context["form"]
    return {
        "title": "Un banc à l’ombre",
        "text": "Sous le tilleul.",
        "shown_as": "first",
        "name": "Léa Rochat",
        "email": LEA,
        "opened": form["opened"].value(),
        "website": "",
    } | data


def hand_in(client, page, headers=HERE, **data):
    return client.post(
        reverse("participation:contribute", args=[page.pk]), typed(client, page, **data), **headers
    )


def idea(box, **fields) -> Contribution:
    return ContributionFactory(consultation=box.translation_key, **fields)


def vote(client, contribution, **data):
    return client.post(reverse("participation:vote", args=[contribution.pk]), data, **HERE)


def asked(**page):
    """Create a consultation with one question."""
    questions = [("question", {"question": "Où en manque-t-il ?", "help": ""})]
    return published(ConsultationPageFactory(kind="questions", questions=questions, **page))


class TestHandingIn:
    def test_name_is_required_only_if_shown(self, client, box):
        address = reverse("participation:contribute", args=[box.pk])
        label = client.get(address).content.decode().partition('for="id_name"')[2].partition("</label>")[0]
        assert "facultatif" not in label
        refused = hand_in(client, box, name="")
        assert "Écrivez votre nom" in refused.content.decode()
        assert hand_in(client, box, name="", shown_as="nobody").status_code == 302

    def test_unpublished_consultation_does_not_ask_for_name(self, client, box):
        page = asked(parent=box.get_parent().specific, public=False)
        form = client.get(reverse("participation:contribute", args=[page.pk])).context["form"]
        question = next(name for name in form.fields if name.startswith("q-"))
        assert {"name", "shown_as"}.isdisjoint(form.fields)
        assert hand_in(client, page, **{question: "Au port"}).status_code == 302
        prove(client, LEA)
        one = Contribution.objects.get()
        assert (one.name, one.shown_as, one.answers[0]["answer"]) == ("", "nobody", "Au port")

    def test_consultation_form_is_titled_as_opinion(self, client, box):
        page = asked(parent=box.get_parent().specific)
        shown = client.get(reverse("participation:contribute", args=[page.pk])).content.decode()
        assert "<h1>Votre avis</h1>" in shown

    def test_contribution_is_published_after_proof_and_moderation(self, client, box):
        assert hand_in(client, box).url == reverse("participation:asked")
        assert not Contribution.objects.exists()
        assert prove(client, LEA).status_code == 302
        one = Contribution.objects.get()
        assert one.state == ModerationState.WAITING
        assert "Un banc" not in client.get(box.url).content.decode()
        moderation.publish_written(actor=None, written=one)
        assert "Léa R." in client.get(box.url).content.decode()
        assert LEA not in client.get(one.get_absolute_url()).content.decode()

    def test_confirmation_link_works_once_and_only_by_post(self, client, box):
        hand_in(client, box)
        link = mailed_link(LEA)
        client.get(link)
        assert not Contribution.objects.exists()
        client.post(link)
        assert client.get(link).status_code == 410
        assert client.post(link).status_code == 410
        assert Contribution.objects.count() == 1

    def test_proven_address_needs_no_second_proof_that_day(self, client, box, clock):
        hand_in(client, box)
        prove(client, LEA)
        assert (
            "email"
            not in client.get(reverse("participation:contribute", args=[box.pk])).context["form"].fields
        )
        hand_in(client, box, title="Une fontaine")
        assert Contribution.objects.filter(title="Une fontaine", email=LEA).exists()
        clock.shift(timedelta(days=1))
        assert (
            "email" in client.get(reverse("participation:contribute", args=[box.pk])).context["form"].fields
        )

    @pytest.mark.parametrize("address", ["lea@пример.example", "lea@müller.example", "lea%40x@example.org"])
    def test_address_in_any_script_is_recognised(self, client, box, address):
        hand_in(client, box, email=address)
        confirmed = prove(client, address)
        assert confirmed.cookies.output().isascii()
        hand_in(client, box, title="Une fontaine")
        assert list(Contribution.objects.values_list("email", flat=True)) == [stored_form(address)] * 2

    def test_identical_contribution_is_stored_once(self, client, box):
        client.force_login(UserFactory(email=LEA))
        for shown_as in ("full", "full", "nobody"):
            assert hand_in(client, box, shown_as=shown_as).status_code == 302
        assert [one.shown_as for one in Contribution.objects.order_by("pk")] == ["full", "nobody"]
        assert len(letters(LEA)) == 2

    def test_proven_address_is_forgotten_on_request(self, client, box):
        hand_in(client, box)
        prove(client, LEA)
        client.get(reverse("participation:leave"))
        assert client.cookies[participants.COOKIE].value
        client.post(reverse("participation:leave"))
        assert not client.cookies[participants.COOKIE].value

    def test_forged_address_cookie_is_ignored(self, client, box):
        client.cookies[participants.COOKIE] = signing.get_cookie_signer(salt="x").sign(LEA)
        assert (
            "email" in client.get(reverse("participation:contribute", args=[box.pk])).context["form"].fields
        )

    def test_signed_in_user_contributes_without_proof(self, client, box):
        client.force_login(UserFactory(email=LEA))
        hand_in(client, box)
        assert Contribution.objects.get().email == LEA

    def test_contribution_does_not_reveal_known_address(self, client, box):
        idea(box)
        known, unknown = hand_in(client, box), hand_in(client, box, email="other@example.org")
        assert (known.status_code, known.url) == (unknown.status_code, unknown.url)

    def test_unconfirmed_contribution_is_erased_after_three_days(self, client, box):
        hand_in(client, box)
        erase_old_participation(NOW + timedelta(days=2))
        assert PendingAction.objects.exists()
        erase_old_participation(NOW + timedelta(days=3, minutes=1))
        assert not PendingAction.objects.exists()

    def test_expired_confirmation_link_does_nothing(self, client, box, clock):
        hand_in(client, box)
        clock.shift(timedelta(days=4))
        assert client.post(mailed_link(LEA)).status_code == 410
        assert not Contribution.objects.exists()

    def test_contribution_of_last_day_may_be_confirmed_later(self, client, box, clock):
        box.closes_on = date(2026, 11, 24)
        box.save()
        hand_in(client, box)
        clock.shift(timedelta(days=2))
        assert prove(client, LEA).status_code == 302
        assert Contribution.objects.get().handed_in_at == NOW

    def test_confirmation_after_closing_returns_typed_text(self, client, box, clock):
        hand_in(client, box)
        box.closes_on = date(2026, 11, 23)  # an editor closes it earlier
        box.save()
        late = client.post(mailed_link(LEA))
        assert late.status_code == 409
        assert "Sous le tilleul." in late.content.decode()
        assert not Contribution.objects.exists()

    def test_closed_consultation_shows_until_when_it_may_change(self, client, box, clock):
        box.closes_on = date(2026, 11, 24)
        published(box)
        said = "jusqu’au 27 novembre 2026"
        assert said not in client.get(box.url).content.decode()
        clock.shift(timedelta(days=3))
        assert said in client.get(f"{box.url}?apres").content.decode()
        clock.shift(timedelta(days=1))
        assert said not in client.get(f"{box.url}?plus-tard").content.decode()

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"title": ""}, "Donnez-lui un titre"),
            ({"text": ""}, "Décrivez"),
            ({"name": ""}, "Écrivez votre nom"),
            ({"email": "x"}, "name@example.ch"),
            ({"text": "http://a.ch http://b.ch http://c.ch"}, "liens"),
            ({"text": "\x00"}, ""),
            ({"text": "x" * 10_000}, ""),
            ({"title": "x" * 10_000}, ""),
            ({"shown_as": "x"}, ""),
        ],
    )
    def test_invalid_contribution_shows_errors(self, client, box, data, words):
        response = hand_in(client, box, **data)
        assert response.status_code == 422
        if "name@" not in words:
            assert words in response.content.decode()
        assert not PendingAction.objects.exists()

    def test_contribution_of_bot_is_acknowledged_and_dropped(self, client, box):
        assert hand_in(client, box, website="https://spam.example").url == reverse("participation:asked")
        assert not PendingAction.objects.exists()

    def test_contribution_sent_too_fast_must_be_sent_again(self, client, box, settings, clock):
        settings.LEAST_SECONDS_TO_FILE = 3
        data = typed(client, box)
        url = reverse("participation:contribute", args=[box.pk])
        page = client.post(url, data, **HERE)
        assert page.status_code == 422
        assert "C’était rapide" in BeautifulSoup(page.text, "html.parser").select_one(".errors h2").text
        assert "à corriger" not in page.text  # no answer is wrong
        clock.shift(4)
        assert client.post(url, data, **HERE).status_code == 302

    def test_incomplete_contribution_sent_fast_shows_only_errors(self, client, box, settings, clock):
        settings.LEAST_SECONDS_TO_FILE = 3
        page = client.post(
            reverse("participation:contribute", args=[box.pk]), typed(client, box, title=""), **HERE
        )
        assert page.status_code == 422
        assert "Une réponse à corriger" in page.text
        assert "C’était rapide" not in page.text

    def test_contribution_from_other_site_is_refused(self, client, box):
        client.force_login(UserFactory())
        assert hand_in(client, box, headers={"HTTP_SEC_FETCH_SITE": "cross-site"}).status_code == 403
        assert not Contribution.objects.exists()

    def test_unpublished_contribution_promises_no_publication(self, client, box):
        page = asked(parent=box.get_parent().specific, public=False)
        client.force_login(UserFactory(email=LEA))
        thanks = client.get(hand_in(client, page, **{f"q-{page.questions[0].id}": "Au port"}).url).text
        (letter,) = letters(LEA)
        one = Contribution.objects.get()
        moderation.publish_written(actor=None, written=one)
        own = client.get(reverse("participation:own", args=[one.kind, one.secret])).text
        for told in (thanks, letter):
            assert "L’administration le lit. Ce n’est pas publié." in told
            assert "avant la publication" not in told
        assert "Lu par l’administration" in own
        assert "Publié" not in own

    def test_confirmation_email_contains_no_text_of_contribution(self, client, box):
        hand_in(client, box, title="Gagnez sur evil.example", text="Vite", name="Evil")
        (letter,) = letters(LEA)
        assert "evil" not in letter.lower()
        assert box.title in letter
        assert (
            "Gagnez sur evil.example" in client.get(mailed_link(LEA)).text
        )  # only on the page, after the link is opened

    def test_confirmation_emails_are_limited_per_address(self, client, box):
        for _each in range(8):
            seventh = hand_in(client, box)
        assert len(letters(LEA)) == 6
        assert seventh.status_code == 429
        assert "Sous le tilleul." in seventh.content.decode()  # the typed text is kept
        assert "autre e-mail" in seventh.content.decode()
        hand_in(client, box, email="lea+encore@example.org")
        assert not letters("lea+encore@example.org")
        hand_in(client, box, email="leo@example.org")
        assert letters("leo@example.org")

    def test_address_is_proven_by_any_of_several_emails(self, client, box):
        for _each in range(7):
            hand_in(client, box)
        prove(client, LEA)
        assert hand_in(client, box, title="Une fontaine").url.startswith(reverse("participation:thanks"))
        assert Contribution.objects.filter(title="Une fontaine").exists()

    @pytest.mark.parametrize("known", [False, True])
    def test_rate_limited_contribution_keeps_typed_text(self, client, box, monkeypatch, known):
        monkeypatch.setattr(spam_checks, "PER_CLIENT", RateLimit("participation-client", 2))
        if known:
            client.force_login(UserFactory())
        for number in range(2):
            assert hand_in(client, box, email=f"p{number}@example.org").status_code == 302
        stopped = hand_in(client, box, email="p3@example.org")
        assert stopped.status_code == 429
        assert "Sous le tilleul." in stopped.content.decode()
        assert vote(client, idea(box), email="p4@example.org").status_code == 429  # all types share the limit

    def test_anonymous_contribution_stores_no_name(self, client, box):
        hand_in(client, box, shown_as="nobody")
        prove(client, LEA)
        assert Contribution.objects.get().name == ""

    @pytest.mark.parametrize(
        ("period", "status"),
        [({"closes_on": date(2026, 11, 23)}, 302), ({"opens_on": date(2026, 12, 1)}, 404)],
    )
    def test_contribution_outside_period_is_refused(self, client, box, period, status):
        other = ConsultationPageFactory(parent=box.get_parent(), **period)
        form = client.get(reverse("participation:contribute", args=[other.pk]))
        assert (form.status_code, form.headers.get("Location")) == (
            status,
            other.url if status == 302 else None,
        )
        assert "contribuer" not in client.get(other.url).content.decode()

    def test_contribution_after_closing_keeps_typed_text(self, client, box, clock):
        box.closes_on = date(2026, 11, 24)
        box.save()
        data = typed(client, box)
        clock.shift(timedelta(days=1))
        late = client.post(reverse("participation:contribute", args=[box.pk]), data, **HERE)
        assert late.status_code == 409
        assert "Sous le tilleul." in late.content.decode()
        assert not PendingAction.objects.exists()

    def test_questions_of_consultation_are_answered(self, client, box):
        questions = [("question", {"question": "Quel bus ?"}), ("question", {"question": "Quand ?"})]
        other = ConsultationPageFactory(parent=box.get_parent(), kind="questions", questions=questions)
        first = other.questions[0].id
        assert hand_in(client, other).status_code == 422  # no question is answered
        hand_in(client, other, **{f"q-{first}": "Le dernier"})
        prove(client, LEA)
        assert Contribution.objects.get().answers == [{"question": "Quel bus ?", "answer": "Le dernier"}]

    def test_unanswered_consultation_shows_all_missing_fields(self, client, box, settings):
        settings.LEAST_SECONDS_TO_FILE = 3
        questions = [("question", {"question": "Quel bus ?"}), ("question", {"question": "Quand ?"})]
        other = ConsultationPageFactory(parent=box.get_parent(), kind="questions", questions=questions)
        errors = hand_in(client, other, email="").context["form"].errors
        assert errors.keys() == {f"q-{other.questions[0].id}", "email"}

    def test_only_question_of_consultation_is_required(self, client, box):
        only = asked(parent=box.get_parent().specific, public=False)
        shown = client.get(reverse("participation:contribute", args=[only.pk])).text
        assert "facultatif" not in shown
        assert hand_in(client, only).context["form"].errors.keys() == {f"q-{only.questions[0].id}"}

    def test_contributions_are_shown_in_every_language(self, client, box):
        one = idea(box)
        german = translated(box, "de", title="Ideenkasten")
        assert one.title in client.get(german.url).content.decode()

    def test_consultation_settings_apply_in_every_language(self, client, box):
        one = idea(box)
        german = translated(box, "de", title="Ideenkasten")
        box.closes_on, box.public, box.votes = date(2026, 11, 23), False, False
        published(box)
        assert client.get(f"/de/participation/consultations/{german.pk}/contribuer/").url == german.url
        assert one.title not in client.get(german.url).content.decode()
        german.public = True  # as in a draft written before
        assert one.title not in client.get(published(german).url).content.decode()
        box.closes_on, box.public = None, True
        published(box)
        assert client.get(f"/de/participation/consultations/{german.pk}/contribuer/").status_code == 200
        assert one.title in client.get(german.url).content.decode()


class TestReading:
    def test_list_shows_untranslated_consultations_marked(self, client, box, django_assert_max_num_queries):
        index = box.get_parent().specific
        german = translated(index, "de", title="Mitreden", slug="mitreden")
        for number in range(5):
            ConsultationPageFactory(parent=index, title=f"Nur Französisch {number}")
        translated(box, "de", title="Ideenkasten", slug="ideenkasten")
        survey = SurveyPageFactory(parent=german, title="Umfrage", locale=german.locale, results="never")
        client.get(german.url)
        with django_assert_max_num_queries(10):
            text = client.get(german.url).text
        assert text.count("Nur Französisch") == 5
        assert '<div lang="fr">' in text
        assert "?lu=de" in text
        assert "Was nicht übersetzt ist" in text
        assert text.count("Ideenkasten") == 1
        assert box.title not in text
        french = client.get(index.url).text
        assert survey.title in french
        assert "Ideenkasten" not in french

    def test_list_of_translated_consultations_shows_no_remark(self, client, box):
        translated(box.get_parent().specific, "de", title="Mitreden", slug="mitreden")
        german = translated(box, "de", title="Ideenkasten", slug="ideenkasten")
        assert "Was nicht übersetzt ist" not in client.get(german.get_parent().url).text

    def test_contributions_are_filtered_and_sorted(self, client, box):
        first, _second = idea(box, title="Premier"), idea(box, title="Second", status="done")
        actions.cast_vote(contribution=first, email=LEA)
        text = client.get(f"{box.url}?tri=voix").content.decode()
        assert text.index("Premier") < text.index("Second")
        text = client.get(f"{box.url}?etat=done").content.decode()
        assert "Second" in text
        assert "Premier" not in text
        assert client.get(f"{box.url}?etat=x&tri=%00&page=zz").status_code == 200

    def test_contribution_to_private_consultation_is_hidden(self, client, box):
        other = ConsultationPageFactory(parent=box.get_parent(), public=False)
        one = idea(other)
        assert one.title not in client.get(other.url).content.decode()
        assert client.get(one.get_absolute_url()).status_code == 404

    @pytest.mark.parametrize("state", [ModerationState.WAITING, ModerationState.REFUSED])
    def test_unpublished_contribution_returns_404(self, client, box, state):
        one = idea(box, state=state)
        assert client.get(one.get_absolute_url()).status_code == 404
        assert vote(client, one, email=LEA).status_code == 404

    def test_contribution_is_marked_with_its_language(self, client, box):
        locale("de")
        address = reverse("participation:contribution", args=[idea(box).pk])
        assert 'prose t5" lang' not in client.get(address).text
        assert 'prose t5" lang="fr"' in client.get(f"/de{address}").text

    def test_search_does_not_call_closed_consultation_open(self, client, box, clock):
        box.closes_on = date(2026, 11, 25)
        published(box)
        clock.shift(timedelta(days=2))
        found = client.get("/recherche/", {"q": box.title}).content.decode()
        assert "jusqu’au 25 novembre 2026" in found
        assert "Ouverte" not in found

    def test_consultation_pages_need_few_queries_and_no_token(
        self, client, box, django_assert_max_num_queries
    ):
        for _each in range(25):
            idea(box)
        for url in (box.url, box.get_parent().url):
            client.get(url)
            with django_assert_max_num_queries(10):
                response = client.get(url)
            assert response.status_code == 200
            assert "csrf" not in response.content.decode()
            assert not response.cookies


class TestVoting:
    def test_person_has_one_vote(self, client, box):
        one = idea(box)
        assert vote(client, one).status_code == 200  # asks for the e-mail address
        for address in (LEA, "LEA@example.org", "lea+encore@example.org"):
            vote(client, one, email=address)
            client.post(mailed_link(address))
            client.cookies.clear()
        assert Vote.objects.count() == 1
        assert LEA not in str(list(Vote.objects.values()))

    def test_vote_of_last_day_may_be_confirmed_later(self, client, box, clock):
        box.closes_on = date(2026, 11, 24)
        box.save()
        one = idea(box)
        vote(client, one, email=LEA)
        clock.shift(timedelta(days=1))
        assert vote(client, one, email="leo@example.org").status_code == 409
        page = client.get(one.get_absolute_url()).content.decode()
        assert "0 voix" in page
        assert "jusqu’au 27 novembre 2026" in page
        prove(client, LEA)
        assert Vote.objects.count() == 1

    def test_vote_can_be_withdrawn(self, client, box):
        one = idea(box)
        client.force_login(UserFactory())
        vote(client, one)
        assert Vote.objects.count() == 1
        assert "taken_back" in vote(client, one, take_back="1").url
        assert not Vote.objects.exists()
        assert "not_voted" in vote(client, one, take_back="1").url

    def test_voters_of_two_consultations_cannot_be_linked(self, box):
        other = ConsultationPageFactory(parent=box.get_parent())
        for one in (idea(box), idea(other)):
            actions.cast_vote(contribution=one, email=LEA)
        assert len(set(Vote.objects.values_list("who", flat=True))) == 2

    def test_vote_is_refused_if_voting_is_off(self, client, box):
        other = ConsultationPageFactory(parent=box.get_parent(), votes=False)
        client.force_login(UserFactory())
        assert vote(client, idea(other)).status_code == 404
        assert not Vote.objects.exists()

    def test_vote_after_closing_is_refused_with_explanation(self, client, box):
        other = ConsultationPageFactory(parent=box.get_parent(), closes_on=date(2026, 11, 23))
        client.force_login(UserFactory())
        one = idea(other)
        late = vote(client, one)
        assert late.status_code == 409
        assert f'href="{one.get_absolute_url()}"' in late.text
        assert "C’est terminé entre-temps" in late.content.decode()
        assert not Vote.objects.exists()

    def test_completed_contribution_takes_no_votes(self, client, box):
        going, done = idea(box, status="accepted"), idea(box)
        vote(client, done, email=LEA)
        Contribution.objects.filter(pk=done.pk).update(status="done")
        prove(client, LEA)
        client.force_login(UserFactory())
        assert vote(client, done).status_code == 409
        assert vote(client, done, take_back="1").status_code == 409
        assert not Vote.objects.exists()
        assert "on ne peut plus voter" in client.get(done.get_absolute_url()).text
        vote(client, going)
        assert Vote.objects.get().contribution == going
        assert "on ne peut plus voter" not in client.get(going.get_absolute_url()).text

    def test_get_request_does_not_vote(self, client, box):
        client.force_login(UserFactory())
        assert client.get(reverse("participation:vote", args=[idea(box).pk])).status_code == 405


class TestDesk:
    def test_moderator_sees_consultation_and_visibility(self, client, box):
        opinions = asked(parent=box.get_parent().specific, public=False, title="Où poser des bancs ?")
        idea(box, state=ModerationState.WAITING)
        client.force_login(SuperuserFactory())
        unseen = "L’administration seule le lit"
        shown = client.get(reverse("participation_desk:waiting")).content.decode()
        assert f", {box.title}<" in shown
        assert unseen not in shown
        idea(
            opinions,
            state=ModerationState.WAITING,
            title="",
            answers=[{"question": "Où ?", "answer": "Au port"}],
        )
        shown = client.get(reverse("participation_desk:waiting")).content.decode()
        assert ", Où poser des bancs ?<" in shown
        assert shown.count(unseen) == 1

    def test_contributions_are_published_in_bulk_and_announced(self, client, box):
        ones = [idea(box, state=ModerationState.WAITING, email=f"p{n}@example.org") for n in range(3)]
        client.force_login(SuperuserFactory())
        page = client.get(reverse("participation_desk:waiting")).content.decode()
        assert all(one.title in page for one in ones)
        chosen = [f"contribution-{one.pk}" for one in ones[:2]]
        client.post(reverse("participation_desk:publish"), {"several": [*chosen, "x-1", "contribution-x"]})
        assert Contribution.objects.published().count() == 2
        assert ones[0].get_absolute_url() in "".join(letters("p0@example.org"))
        assert not letters("p2@example.org")

    def test_admin_home_lists_waiting_texts_to_moderators_only(self, client, box):
        moderator, agent = UserFactory(), AgentFactory()
        moderator.groups.add(ensure_roles("moderators")["moderators"])
        one = idea(box, state=ModerationState.WAITING, title="Un toit pour le bus")
        client.force_login(moderator)
        first = client.get(reverse("wagtailadmin_home")).content.decode()
        assert "1 texte à lire" in first
        assert f'<a href="{reverse("participation_desk:waiting")}">{one.title}</a>' in first
        client.force_login(agent)
        theirs = client.get(reverse("wagtailadmin_home"))
        assert theirs.status_code == 200
        assert one.title not in theirs.content.decode()
        moderation.publish_written(actor=moderator, written=one)
        client.force_login(moderator)
        assert "à lire</" not in client.get(reverse("wagtailadmin_home")).content.decode()

    def test_refusal_requires_reason_and_is_erased_later(self, client, box):
        one = idea(box, state=ModerationState.WAITING)
        client.force_login(SuperuserFactory())
        url = reverse("participation_desk:refuse", args=["contribution", one.pk])
        client.post(url, {"reason": ""})
        assert Contribution.objects.get().state == ModerationState.WAITING
        late = client.post(url, {"reason": "Hors sujet.", "seen": "published"}, follow=True)
        assert "Quelqu’un d’autre" in late.text  # the decision of a colleague stays
        assert Contribution.objects.get().state == ModerationState.WAITING
        client.post(url, {"reason": "C’est de la publicité."})
        assert "C’est de la publicité." in "".join(letters(LEA))
        erase_old_participation(NOW + timedelta(days=91))
        assert not Contribution.objects.exists()

    def test_removed_contribution_can_be_published_again(self, client, box):
        one = idea(box, title="Un toit pour le bus")
        client.force_login(SuperuserFactory())
        desk = reverse("participation_desk:contribution", args=[one.pk])
        refuse = reverse("participation_desk:refuse", args=["contribution", one.pk])
        shown = client.post(refuse, {"reason": "Fait à double.", "to": desk}, follow=True)
        assert shown.redirect_chain == [(desk, 302)]
        assert "Retiré du site" in shown.text
        assert "Publier de nouveau" in shown.text
        assert "refusé" not in shown.text
        assert "Retiré du site" in client.get(reverse("participation:own", args=[one.kind, one.secret])).text
        (letter,) = letters(LEA)
        assert "Ce n’est plus publié" in letter
        assert "Fait à double." in letter
        assert client.get(one.get_absolute_url()).status_code == 404

        publish = reverse("participation_desk:publish")
        again = client.post(publish, {"one": f"contribution-{one.pk}", "to": desk}, follow=True)
        assert again.redirect_chain == [(desk, 302)]
        assert client.get(one.get_absolute_url()).status_code == 200

    def test_removed_contribution_is_erased_later(self, box):
        moderation.take_down(actor=None, written=idea(box), reason="Fait à double.")
        erase_old_participation(NOW + timedelta(days=91))
        assert not Contribution.objects.exists()

    def test_moderation_does_not_redirect_to_other_site(self, client, box):
        one = idea(box, state=ModerationState.WAITING)
        client.force_login(SuperuserFactory())
        chosen = {"one": f"contribution-{one.pk}", "to": "//evil.example/"}
        answer = client.post(reverse("participation_desk:publish"), chosen)
        assert answer.url == reverse("participation_desk:waiting")

    def test_address_of_published_contribution_is_erased(self, box):
        one = idea(box)
        erase_old_participation(NOW + timedelta(days=366))
        one.refresh_from_db()
        assert one.email == ""
        actions.answer_contribution(
            actor=None, contribution=one, status="studied", reply=""
        )  # and nobody is notified
        assert not letters("")

    def test_address_of_waiting_contribution_erasure_is_announced(self, client, box, clock):
        one, staff = idea(box, state=ModerationState.WAITING), SuperuserFactory()

        def shown(**ahead) -> str:
            clock.shift(timedelta(**ahead))
            client.force_login(staff)
            pages = [reverse("participation_desk:waiting"), reverse("wagtailadmin_home")]
            return "".join(client.get(page).text for page in pages)

        assert "adresse est oubliée" not in shown(days=330)
        assert shown(days=10).count("adresse est oubliée le 24.11.2027") == 2
        erase_old_participation(NOW + timedelta(days=366))
        one.refresh_from_db()
        assert (one.email, one.state) == ("", ModerationState.WAITING)
        assert "adresse est oubliée" not in shown(days=26)
        moderation.publish_written(actor=None, written=one)  # notifies nobody
        assert not letters("")

    def test_contribution_to_unpublished_page_notifies_nobody(self, client, box):
        one = idea(box, state=ModerationState.WAITING)
        box.unpublish()
        moderation.publish_written(actor=None, written=one)
        assert letters(LEA) == []
        own = client.get(reverse("participation:own", args=["contribution", one.secret])).content.decode()
        assert one.get_absolute_url() not in own

    def test_answer_to_contribution_notifies_author_once(self, client, box):
        one = idea(box)
        client.force_login(SuperuserFactory())
        url = reverse("participation_desk:contribution", args=[one.pk])
        assert client.post(url, {"status": "done", "reply": ""}).status_code == 409
        for said in ("en est informée", "personne n’est averti"):
            assert (
                said in client.post(url, {"status": "done", "reply": "Le banc est posé."}, follow=True).text
            )
        assert "Le banc est posé." in client.get(one.get_absolute_url()).content.decode()
        assert "Le banc est posé." in "".join(letters(LEA))
        assert (
            client.post(url, {"status": "studied", "reply": "x"}).status_code == 422
        )  # a completed contribution keeps its status

    def test_answer_without_status_change_is_announced_as_answer(self, box):
        one = idea(box)
        actions.answer_contribution(actor=None, contribution=one, status="received", reply="Merci, bien lu.")
        (letter,) = letters(LEA)
        assert "La commune vous répond" in letter
        assert "reçue" not in letter
        actions.answer_contribution(actor=None, contribution=one, status="received", reply="")
        assert len(letters(LEA)) == 1

    def test_answered_consultation_opinion_keeps_its_status(self, client, box):
        page = asked(parent=box.get_parent().specific)
        one = idea(page, title="", answers=[{"question": "Où ?", "answer": "Au port"}])
        client.force_login(SuperuserFactory())
        url = reverse("participation_desk:contribution", args=[one.pk])
        assert 'name="status"' not in client.get(url).text
        assert client.post(url, {"reply": "Oui, au port.", "status": "declined"}).status_code == 302
        one.refresh_from_db()
        assert (one.reply, one.status) == ("Oui, au port.", "received")
        assert (
            "reçue" not in client.get(reverse("participation_desk:contributions")).text.partition("<table")[2]
        )

    def test_list_shows_contributions_with_answer(self, client, box):
        opinions = ConsultationPageFactory(
            parent=box.get_parent(), kind="questions", questions=[("question", {"question": "Où ?"})]
        )
        said = {"title": "", "answers": [{"question": "Où ?", "answer": "Au port"}]}
        one = idea(opinions, **said)
        idea(opinions, **said, email="other@example.org")
        actions.answer_contribution(actor=None, contribution=one, status="received", reply="Oui, au port.")
        assert client.get(opinions.url).text.count("La commune a répondu") == 1

    def test_desk_list_and_export_follow_filters(self, client, box):
        idea(box, title="Un banc")
        idea(box, title="Une fontaine", state="waiting")
        other = idea(ConsultationPageFactory(parent=box.get_parent()), title="Un arbre")
        client.force_login(SuperuserFactory())
        for name in ("contributions", "contributions_csv"):
            url = reverse(f"participation_desk:{name}")
            for query, shown in (
                ({"state": "waiting"}, ["Une fontaine"]),
                ({"consultation": other.consultation}, ["Un arbre"]),
                ({"consultation": "\0", "state": "x"}, ["Un banc", "Une fontaine", "Un arbre"]),
            ):
                text = client.get(url, query).content.decode()
                assert [one for one in ("Un banc", "Une fontaine", "Un arbre") if one in text] == shown

    def test_contributions_export_has_no_addresses_or_formulas(self, client, box):
        idea(box, title="=1+1")
        client.force_login(SuperuserFactory())
        text = client.get(reverse("participation_desk:contributions_csv")).content.decode()
        assert "'=1+1" in text
        assert LEA not in text

    def test_contributions_are_shown_to_moderators_not_agents(self, client, box):
        one = idea(box)
        agent = UserFactory(is_staff=True)
        agent.groups.add(ensure_roles("agents")["agents"])
        moderator = UserFactory()
        moderator.groups.add(ensure_roles("moderators")["moderators"])
        urls = [
            reverse("participation_desk:waiting"),
            reverse("participation_desk:contributions"),
            reverse("participation_desk:contributions_csv"),
            reverse("participation_desk:contribution", args=[one.pk]),
        ]
        for user, status in ((agent, 404), (moderator, 200)):
            client.force_login(user)
            assert {client.get(url).status_code for url in urls} == {status}
        client.force_login(agent)
        chosen = {"several": f"contribution-{one.pk}"}
        assert client.post(reverse("participation_desk:publish"), chosen).status_code == 404


class TestOwn:
    def test_author_erases_contribution_by_link(self, client, box):
        one = idea(box)
        actions.cast_vote(contribution=one, email="other@example.org")
        url = reverse("participation:own", args=["contribution", one.secret])
        assert client.get(url).status_code == 200
        assert Contribution.objects.exists()
        client.post(url)
        assert not Contribution.objects.exists()
        assert not Vote.objects.exists()
        assert client.get(url).status_code == 404

    def test_guessed_contribution_link_returns_404(self, client, box):
        idea(box)
        assert client.get(reverse("participation:own", args=["contribution", "x" * 22])).status_code == 404
        assert client.get(reverse("participation:own", args=["nothing", "x" * 22])).status_code == 404


def test_empty_contribution_request_is_refused(client, box):
    assert client.post(reverse("participation:contribute", args=[box.pk]), **HERE).status_code == 422


def test_acknowledgement_does_not_link_other_site(client, home):
    text = client.get(reverse("participation:thanks") + "?done=voted&to=https://x.example/").content.decode()
    assert 'href="https://x.example' not in text


def test_own_space_exports_and_erases_contributions(client, box):
    idea(box, title="Le mien")
    other = idea(box, title="Un autre", email="other@example.org")
    client.force_login(UserFactory(email="Lea@example.org"))
    text = client.get(reverse("space:export")).content.decode()
    assert "Le mien" in text
    assert "Un autre" not in text
    assert 'value="participation"' in client.get(reverse("space:erase")).content.decode()
    client.post(reverse("space:erase"), {"others": "participation"})
    assert list(Contribution.objects.all()) == [other]


def test_home_page_shows_running_consultations(client, box, home):
    ended = NOW.date() - timedelta(days=1)
    ConsultationPageFactory(
        parent=box.get_parent(), title="Le vieux pont", opens_on=ended - timedelta(days=9), closes_on=ended
    )
    shown = client.get(home.url).text
    assert f'<h3><a href="{box.url}">{box.title}</a></h3>' in shown
    assert f'<a class="more" href="{box.get_parent().url}">' in shown
    assert "Le vieux pont" not in shown
