"""Form sessions step by step, without JavaScript: no answer is lost."""

import re

import pytest
from django.urls import reverse
from django.utils.translation import gettext

from eservices.formbuilder.models import FormVersion
from eservices.submissions.models import Draft, Submission, SubmissionChannel
from tests.factories.accounts import UserFactory
from tests.factories.home import CommuneSettingsFactory, make_site, translated
from tests.factories.submissions import TYPED, DraftFactory, FormVersionFactory, certificate
from tests.submissions.conftest import Person, start_url

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


# -- Step by step --------------------------------------------------------------------------------------------
def test_opening_a_form_stores_nothing(client, version):
    response = client.get(start_url(version))

    assert response.status_code == 200
    assert "Pour qui" in text(response)
    assert gettext("A question?") not in text(response)  # the commune has no telephone number
    assert not Draft.objects.exists()


def test_search_engines_may_index_a_form_but_not_a_draft(client, version, person):
    assert "noindex" not in text(client.get(start_url(version)))
    person.begin()
    assert "noindex" in text(person.open("identite"))


def test_unanswered_questions_are_shown_empty(person):
    person.begin()
    person.fill("identite")

    assert "None" not in text(person.open("identite")) + text(person.open("contact"))


def test_first_answers_begin_a_draft_and_lead_to_the_next_step(person):
    response = person.begin()

    assert response.url == person.url("identite")
    assert person.answers == {"pour": "moi"}


def test_each_step_is_saved_and_the_last_leads_to_the_review(person):
    person.begin()

    assert person.fill("identite").url == person.url("contact")
    assert person.fill("contact").url == person.url("document")
    assert person.fill("document").url == person.page("review")
    assert person.answers == {
        "pour": "moi",
        "nom": "Marchetti",
        "prenom": "Élodie",
        "naissance": "1986-06-14",
        "courriel": "elodie@courriel.example",
        "tel": "+41210004210",
        "exemplaires": 2,
        "remarque": None,
    }


def test_saved_step_shows_its_answers_again(person):
    person.begin()
    person.fill("identite")

    page = text(person.open("identite"))

    assert 'value="Marchetti"' in page
    assert 'value="1986"' in page


def test_missing_answer_shows_the_step_with_typed_answers(person):
    person.begin()

    response = person.fill("identite", **{"naissance-year": "", "nom": "Rochat-Favre"})

    assert response.status_code == 200
    assert 'value="Rochat-Favre"' in text(response)
    assert "#id_naissance-year" in text(response)
    assert "identite" not in person.draft.completed


def test_invalid_first_step_is_shown_again_and_begins_no_draft(client, version):
    response = client.post(start_url(version), {"_shown": "pour", "pour": "personne"})

    assert response.status_code == 200
    assert 'class="errors"' in text(response)
    assert not Draft.objects.exists()


def test_question_opened_by_an_answer_is_asked_before_continuing(client, version):
    response = client.post(start_url(version), {"_shown": "pour", "pour": "autre"})

    assert response.status_code == 200
    assert 'name="lien"' in text(response)
    assert "#id_lien" in text(response)
    assert not Draft.objects.exists()


def test_step_whose_condition_holds_is_asked(person):
    person.begin(_shown="pour lien", pour="autre", lien="fille")

    assert person.fill("identite").url == person.url("procuration")


def test_step_whose_condition_no_longer_holds_is_skipped(person):
    person.begin(_shown="pour lien", pour="autre", lien="fille")
    person.fill("identite")
    person.fill("qui", _shown="pour lien", pour="moi")

    assert person.open("procuration").url == person.url("contact")
    assert person.fill("identite").url == person.url("contact")


def test_hidden_answer_stays_in_the_draft_but_is_not_submitted(person):
    person.begin(_shown="pour lien", pour="autre", lien="fille")
    person.post("qui", _shown="pour lien", pour="moi", lien="fille")
    for step in ("identite", "contact", "document"):
        person.fill(step)
    person.send()

    assert person.answers["lien"] == "fille"
    assert "lien" not in Submission.objects.get().answers


def test_change_from_the_review_returns_to_the_review(person):
    person.fill_all()

    assert person.fill("contact", courriel="autre@courriel.example").url == person.page("review")
    assert person.answers["courriel"] == "autre@courriel.example"


def test_change_that_opens_a_step_leads_to_that_step(person):
    person.fill_all()

    response = person.post("qui", _shown="pour lien", pour="autre", lien="fille")

    assert response.status_code == 302
    assert person.client.get(person.page("resume")).url == person.url("procuration")


# -- Back, later, resuming -----------------------------------------------------------------------------------
def test_going_back_saves_typed_answers_even_if_invalid(person):
    person.begin()

    response = person.post("identite", back="1", nom="Roch", **{"naissance-day": "99"})

    assert response.url == person.url("qui")
    page = text(person.open("identite"))
    assert 'value="Roch"' in page
    assert 'value="99"' in page
    assert 'class="errors"' not in page


def test_going_back_saves_valid_answers(person):
    person.begin()

    assert person.fill("identite", back="1").url == person.url("qui")
    assert person.answers["nom"] == "Marchetti"


def test_invalid_change_to_a_saved_step_is_asked_before_sending(person):
    person.fill_all()

    assert person.fill("contact", courriel="elodie@", go_to="qui").url == person.url("qui")

    assert person.send().url == person.url("contact")
    assert 'value="elodie@"' in text(person.open("contact"))
    assert person.answers["courriel"] == "elodie@courriel.example"


def test_going_to_a_step_that_is_not_asked_stays(person):
    person.begin()

    assert person.post("identite", go_to="procuration").url == person.url("identite")


def test_finishing_later_saves_typed_answers(person):
    person.begin()

    response = person.post("identite", later="1", nom="Roch", **{"naissance-day": "99"})

    assert response.url == person.page("later")
    assert 'value="99"' in text(person.open("identite"))
    assert "naissance" not in person.answers


def test_finishing_the_first_step_later_begins_a_draft(client, version):
    client.post(start_url(version), {"pour": "personne", "later": "1"})

    draft = Draft.objects.get()
    assert draft.typed == {"qui": {"pour": ["personne"]}}
    assert draft.completed == []


def test_resume_link_opens_the_next_step(person):
    person.begin()
    person.fill("identite")

    assert person.client.get(person.page("resume")).url == person.url("contact")


def test_resume_link_is_mailed_in_the_language_of_the_draft(person):
    from eservices.deliveries.models import Delivery

    person.begin()
    Draft.objects.update(language="de")

    response = person.client.post(person.page("resume_mail"), {"email": "elodie@courriel.example"})

    assert response.url == person.page("later")
    letter = Delivery.objects.get()
    assert letter.recipient == "elodie@courriel.example"
    assert person.page("resume") in letter.payload["text"]
    assert person.page("resume") in letter.payload["html"]
    assert letter.title == "Ihr Gesuch zum Fertigstellen: Wohnsitzbestätigung"
    assert "Weiterfahren:" in letter.payload["text"]


def test_invalid_address_for_the_resume_link_is_shown_again(person):
    from eservices.deliveries.models import Delivery

    person.begin()

    response = person.client.post(person.page("resume_mail"), {"email": "elodie@"})

    assert response.status_code == 200
    assert 'value="elodie@"' in text(response)
    assert not Delivery.objects.exists()


def test_resume_link_is_not_mailed_repeatedly(person):
    from eservices.deliveries.models import Delivery

    person.begin()
    for _ in range(7):
        person.client.post(person.page("resume_mail"), {"email": "elodie@courriel.example"})

    assert Delivery.objects.count() == 5


def test_resume_links_of_many_drafts_are_rate_limited(person, monkeypatch):
    from eservices.deliveries.models import Delivery
    from eservices.submissions import rate_limits

    monkeypatch.setattr(rate_limits, "RESUME_EMAIL", rate_limits.WaitingRateLimit("resume-email", 2))
    for to in ("elodie@courriel.example", "elodie@courriel.example", "Elodie+encore@courriel.example"):
        person.begin()
        answer = person.client.post(person.page("resume_mail"), {"email": to})

    assert 'value="Elodie+encore@courriel.example"' in text(answer)
    assert Delivery.objects.count() == 2


# -- Review and receipt --------------------------------------------------------------------------------------
def test_review_shows_answers_with_links_to_change_them_and_fees(person):
    person.fill_all()

    page = text(person.client.get(person.page("review")))

    assert "14 juin 1986" in page
    assert f'href="{person.url("contact")}"' in page
    assert "30.–" in page
    assert "Procuration" not in page


def test_slip_in_an_email_address_is_asked_about_but_accepted(person):
    person.fill_all()
    person.fill("contact", courriel="lea.rochat@gmial.com")

    assert "lea.rochat@gmail.com" in text(person.open("contact"))
    assert "lea.rochat@gmail.com" in text(person.client.get(person.page("review")))
    person.send()
    assert Submission.objects.get().answers["courriel"] == "lea.rochat@gmial.com"


def test_nothing_is_sent_without_the_declaration(person):
    person.fill_all()

    response = person.client.post(person.page("send"))

    assert response.status_code == 200
    assert "#declared" in text(response)
    assert not Submission.objects.exists()


def test_sending_leads_to_a_receipt_with_reference_and_link(person):
    person.fill_all()

    response = person.send()

    assert response.url == person.page("sent")
    page = text(person.client.get(response.url))
    submission = Submission.objects.get()
    assert submission.case.reference in page
    assert submission.case.links.first().secret in page
    assert "elodie@courriel.example" in page
    assert (submission.applicant_name, submission.email) == ("Élodie Marchetti", "elodie@courriel.example")
    assert submission.phone == "+41210004210"


def test_pages_of_a_sent_draft_redirect_to_the_receipt(person):
    person.fill_all()
    person.send()

    for url in (person.url("contact"), person.page("review"), person.page("later"), person.page("resume")):
        assert person.client.get(url).url == person.page("sent")
    assert person.fill("contact", courriel="trop@tard.example").url == person.page("sent")
    assert Submission.objects.get().answers["courriel"] == "elodie@courriel.example"


def test_sending_and_its_receipt_take_few_queries(client, team, django_assert_max_num_queries):
    CommuneSettingsFactory()
    stages = [{"key": key, "type": key, "settings": {"format": 1}} for key in ("decision", "notify")]
    draft = DraftFactory(
        version=FormVersionFactory(content=certificate(stages=stages)),
        completed=list(TYPED),
        answers=DraftFactory.build(complete=True).answers
        | {"pour": "autre", "lien": "fille", "piece": [{"id": "1", "name": "a.pdf", "size": 1}]},
    )

    with django_assert_max_num_queries(30):
        response = client.post(reverse("submissions:send", args=[draft.secret]), {"declared": "1"})

    assert response.url == reverse("submissions:sent", args=[draft.secret])
    assert Submission.objects.get().case.stages.count() == 2

    with django_assert_max_num_queries(12):
        client.get(response.url)


# -- Applicants and agents -----------------------------------------------------------------------------------
def test_signed_in_applicant_gets_prefilled_answers_and_the_case(client, version, team):
    user = UserFactory(first_name="Élodie", last_name="Rochat")
    client.force_login(user)
    person = Person(client, version)
    person.begin()

    assert 'value="Rochat"' in text(person.open("identite"))
    for step in ("identite", "contact", "document"):
        person.fill(step)
    person.send()
    assert Submission.objects.get().user == user


@pytest.mark.parametrize(
    "channel", [SubmissionChannel.COUNTER, SubmissionChannel.PHONE, SubmissionChannel.PAPER]
)
def test_agent_submits_for_a_person_without_an_email_address(client, version, team, channel):
    agent = UserFactory(is_staff=True)
    allow(agent)
    client.force_login(agent)
    page = text(client.get(f"{start_url(version)}?canal={channel}"))
    assert f"?canal={channel}" in page

    client.post(f"{start_url(version)}?canal={channel}", {"_shown": "pour", "pour": "moi"})
    person = Person(client, version)
    person.draft = Draft.objects.get()
    person.fill("identite")
    person.fill("contact", courriel="", tel="")
    person.fill("document")
    response = person.client.get(person.send().url)

    submission = Submission.objects.get()
    assert (submission.channel, submission.agent, submission.user) == (channel, agent, None)
    assert submission.email == ""
    assert submission.case.reference in text(response)


def test_required_files_are_optional_by_telephone_but_not_online(client, version, person):
    agent = UserFactory(is_staff=True)
    allow(agent)
    client.force_login(agent)
    typed = {"_shown": "pour lien", "pour": "autre", "lien": "Sa fille"}
    client.post(start_url(version) + "?canal=phone", typed)
    filed = Person(client, version)
    filed.draft = Draft.objects.get()
    filed.fill("identite")
    filed.fill("procuration")
    filed.fill("contact", courriel="")
    filed.fill("document")
    filed.send()
    assert "piece" not in Submission.objects.get().answers

    client.logout()
    person.begin(**typed)
    person.fill("identite")
    assert "Ajoutez le fichier" in text(person.fill("procuration"))


def test_email_address_is_required_of_residents(person):
    person.begin()
    person.fill("identite")

    response = person.fill("contact", courriel="")

    assert response.status_code == 200
    assert "#id_courriel" in text(response)


def test_only_staff_with_the_right_submit_for_others(client, version):
    url = start_url(version) + "?canal=phone"

    assert client.get(url).url.startswith("/admin/login/?next=/demande/")  # staff whose session ended
    assert "rien n’a été fait" in text(client.post(url, {"pour": "moi"}, follow=True))
    assert client.get(start_url(version) + "?canal=online").status_code == 200
    assert client.get(start_url(version) + "?canal=pigeon").status_code == 404
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404
    editor = UserFactory(is_staff=True)
    client.force_login(editor)
    assert client.get(url).status_code == 404
    assert client.get(start_url(version) + "?canal=pigeon").status_code == 404


def test_draft_of_an_agent_opens_for_that_agent_only(client, version):
    draft = DraftFactory(version=version, agent=UserFactory(is_staff=True), channel=SubmissionChannel.PAPER)
    client.force_login(UserFactory(is_staff=True))

    assert client.get(reverse("submissions:step", args=[draft.secret, "qui"])).status_code == 404


# -- Languages -----------------------------------------------------------------------------------------------
def test_translated_form_is_shown_in_the_language_of_the_page(client, version):
    page = text(client.get("/de" + start_url(version)))

    assert "Wohnsitzbestätigung" in page
    assert "Für wen" in page


def test_draft_continues_in_another_language_from_each_page(client, person):
    translated(make_site(), "de", title="Startseite", slug="start")
    person.begin()
    for step in ("identite", "contact", "document"):
        person.fill(step)
    for address in (person.url("identite"), person.page("review")):
        assert f'href="/de{address}" lang="de"' in text(client.get(address))
    assert '<html lang="de"' in text(client.get(f"/de{person.url('identite')}"))


def test_form_without_translation_falls_back_with_a_notice(client, version):
    page = text(client.get("/it" + start_url(version)))

    assert "Pour qui" in page
    assert 'lang="fr"' in page
    assert "Français" in page


def test_form_with_a_translated_title_only_names_its_language(client, version):
    version.content["texts"]["it"] = {"title": "Certificato di domicilio"}
    FormVersion.objects.filter(pk=version.pk).update(content=version.content)
    page = client.get("/it" + start_url(version))

    assert "Certificato di domicilio" in page.text
    assert re.search(r'<form[^>]+lang="fr"', page.text)
    assert "Questo modulo non è ancora tradotto" in page.text


def test_draft_stores_the_language_it_is_filled_in_with(client, version):
    client.post("/de" + start_url(version), {"_shown": "pour", "pour": "moi"})

    assert Draft.objects.get().language == "de"


def allow(agent):
    from django.contrib.auth.models import Permission

    agent.user_permissions.add(Permission.objects.get(codename="file_for_others"))
