"""Protected addresses, which agents without the right see on no screen."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.models import Case, Role, TeamMember
from eservices.deliveries.models import Delivery
from eservices.register import actions as register
from eservices.register.contrib.demo import DemoRegister
from eservices.register.models import RegisterCheck, Screening
from eservices.register.population_register import RegisterUnavailable
from tests.factories.cases import CallBackFactory, CaseFactory, applicant, member
from tests.factories.register import checked_case

pytestmark = pytest.mark.django_db
STREET, PHONE, EMAIL = "Chemin du Refuge", "+41791234567", "nora.kessler@courriel.example"
NORA = {
    "prenom": "Nora",
    "nom": "Kessler",
    "naissance": "1990-06-21",
    "telephone": PHONE,
    "adresse": {"street": STREET, "number": "4", "postcode": "1199", "town": "Orvenay"},
}
SECRETS = (STREET, PHONE, "079 123 45 67", EMAIL)
SCREENS = (
    *("cases:queue", "cases:counter", "cases:figures", "cases:figures_csv", "cases:teams"),
    *("postroom:letters", "plan:waiting", "register:health", "deliveries_board:index", "wagtailadmin_home"),
)
OF_CASE = ("cases:case", "cases:receipt", "case_file")


def away(self, said):
    raise RegisterUnavailable("It answered 500.")


def nora() -> Case:
    """Create the case of a protected person with a message, a call-back and an e-mail."""
    case = checked_case(NORA, asked=False, email=EMAIL)
    case.contact = {"phone": PHONE}
    case.search_text = cases.case_search_lines(case)
    case.save()
    CallBackFactory(case=case, phone=PHONE)
    cases.send_message(actor=applicant(case), case=case, text=f"J’habite {STREET} 4.")
    return case


def screened(case: Case) -> Case:
    register.screen(Screening.objects.get(case=case).pk)
    register.run_check(RegisterCheck.objects.get(stage__case=case).pk)
    process.advance_case(case.pk)
    return Case.objects.get(pk=case.pk)


def agent(**fields):
    """Create a team lead who may also use the outbox."""
    user = member(Role.LEAD)
    user.user_permissions.add(Permission.objects.get(codename="change_delivery"))
    TeamMember.objects.filter(user=user).update(**fields)
    return user


def read_everywhere(client, case: Case) -> str:
    """Return the text of all screens on which an agent looks for the case and its person."""
    pages = [client.get(reverse(name)) for name in SCREENS]
    pages += [client.get(reverse(name, args=[case.reference])) for name in OF_CASE]
    for words in ("Kessler", "Refuge", "nora.kessler", "791234567", case.reference):
        pages.append(client.get(reverse("cases:queue"), {"q": words}))
        pages.append(client.get(reverse("cases:export", args=["csv"]), {"q": words}))
    pages.append(
        client.get(reverse("cases:export", args=["csv"]), {"service": case.form.slug, "view": "all"})
    )
    return "\n".join(
        b"".join(page.streaming_content).decode("utf-8", "replace") if page.streaming else page.text
        for page in pages
        if page["Content-Type"] != "application/pdf"
    )


@pytest.mark.parametrize("moment", ["not asked", "register away", "answered"])
def test_protected_person_is_hidden_from_unauthorised_agents(client, settings, monkeypatch, moment):
    settings.REGISTER_SCREENING = True
    unauthorised = agent()
    case = nora()
    if moment == "register away":
        monkeypatch.setattr(DemoRegister, "find", away)
    if moment != "not asked":
        case = screened(case)
    client.force_login(unauthorised)
    found = read_everywhere(client, case)
    for secret in SECRETS:
        assert secret not in found
    mailed = Delivery.objects.filter(recipient=unauthorised.email)
    assert not any(STREET in str(one.payload) for one in mailed)
    client.force_login(agent(sees_protected=True))
    found = read_everywhere(client, case)
    assert EMAIL in found
    assert STREET in found


def test_authorised_agent_sees_the_protection_warning_first(client, settings):
    settings.REGISTER_SCREENING = True
    case = screened(nora())
    client.force_login(agent(sees_protected=True))
    page = client.get(reverse("cases:case", args=[case.reference])).text
    assert page.index("Adresse protégée") < page.index(EMAIL)
    assert "une personne qui correspond est protégée" in page
    assert "devrait être nouveau" not in page


def test_case_withdrawn_from_an_agent_is_explained(client):
    case, worked, stranger = CaseFactory(), agent(), agent()
    url = reverse("cases:case", args=[case.reference])
    client.force_login(worked)
    assert client.get(url).status_code == 200
    cases.protect(actor=worked, case=case)
    page = client.get(url)
    assert page.status_code == 404
    assert "Vous ne voyez plus ce dossier" in page.text
    assert "protég" not in page.text
    client.force_login(stranger)
    assert "Vous ne voyez plus" not in client.get(url).text
