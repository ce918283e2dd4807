"""Accounts of the demo: staff with password, residents with the code in the demo mailbox."""

from dataclasses import dataclass

from django.urls import reverse

PASSWORD = "orvenay-demo"


@dataclass(frozen=True)
class SignIn:
    """A demo account. Without a password it signs in by code."""

    role: str
    name: str
    email: str
    groups: tuple[str, ...] = ()
    teams: tuple[tuple[str, str], ...] = ()  # (team, role)
    password: str = PASSWORD
    superuser: bool = False
    language: str = "fr"
    phone: str = ""
    known: str = ""  # means of the identity proof: a value of IdentityProof.Means
    sees_protected: bool = False  # for staff, in every team
    function: str = ""  # shown under the name on decisions


SIGN_INS: tuple[SignIn, ...] = (
    SignIn(
        "Administration du site",
        "Marc Crettenand",
        "admin@orvenay.example",
        ("editors", "moderators"),
        superuser=True,
    ),
    SignIn(
        "Responsable, habitants",
        "Nadia Favre",
        "nadia.favre@orvenay.example",
        ("agents", "leads"),
        (("habitants", "CONFIGURE"),),
        sees_protected=True,
        function="Préposée au contrôle des habitants",
    ),
    SignIn(
        "Agente, habitants",
        "Sophie Aubert",
        "sophie.aubert@orvenay.example",
        ("agents", "cashiers"),
        (("habitants", "DECIDE"),),
        function="Collaboratrice, contrôle des habitants",
    ),
    SignIn(
        "Agent, habitants et police",
        "Thomas Baumann",
        "thomas.baumann@orvenay.example",
        ("agents",),
        (("habitants", "TREAT"), ("police", "READ")),
        language="de",
    ),
    SignIn(
        "Responsable, police et mobilité",
        "Pierre Monnier",
        "pierre.monnier@orvenay.example",
        ("agents", "leads"),
        (("police", "LEAD"),),
        sees_protected=True,
        function="Chef de la police municipale",
    ),
    SignIn(
        "Agente, police et mobilité",
        "Leïla Haddad",
        "leila.haddad@orvenay.example",
        ("agents", "inspectors"),
        (("police", "DECIDE"),),
        function="Agente de police municipale",
    ),
    SignIn(
        "Responsable, bâtiments",
        "Yves Rochat",
        "yves.rochat@orvenay.example",
        ("agents", "leads"),
        (("batiments", "LEAD"),),
        sees_protected=True,
        function="Chef du service Bâtiments et environnement",
    ),
    SignIn(
        "Agente, bâtiments",
        "Camille Oulevay",
        "camille.oulevay@orvenay.example",
        ("agents",),
        (("batiments", "DECIDE"),),
        function="Collaboratrice, Bâtiments et environnement",
    ),
    SignIn("Bourse communale", "Chantal Vuffray", "chantal.vuffray@orvenay.example", ("cashiers",)),
    SignIn("Rédactrice", "Julie Perret", "julie.perret@orvenay.example", ("editors",)),
    SignIn("Rédacteur en chef", "Daniel Keller", "daniel.keller@orvenay.example", ("editors", "moderators")),
    SignIn(
        "Habitante",
        "Élodie Marchetti",
        "elodie.marchetti@courriel.example",
        password="",
        phone="+41790004182",
        known="posted_code",
    ),
    SignIn("Habitante", "Huguette Perrin", "huguette.perrin@courriel.example", password="", known="counter"),
    SignIn("Einwohner", "Peter Schmid", "peter.schmid@courriel.example", password="", language="de"),
    SignIn(
        "Resident",
        "Rachel Moore",
        "rachel.moore@courriel.example",
        password="",
        language="en",
        known="provider",
    ),
)

AUTHORITY = "Municipalité d’Orvenay"  # the deciding authority, in whose name teams sign
TEAMS: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    # key, name, e-mail, telephone, name in other languages
    (
        "habitants",
        "Contrôle des habitants",
        "habitants@orvenay.example",
        "021 000 42 20",
        {"de": "Einwohnerkontrolle", "it": "Controllo abitanti", "en": "Residents’ office"},
    ),
    (
        "police",
        "Police et mobilité",
        "police@orvenay.example",
        "021 000 42 40",
        {"de": "Polizei und Mobilität", "it": "Polizia e mobilità", "en": "Police and mobility"},
    ),
    (
        "batiments",
        "Bâtiments et environnement",
        "batiments@orvenay.example",
        "021 000 42 30",
        {"de": "Gebäude und Umwelt", "it": "Edifici e ambiente", "en": "Buildings and environment"},
    ),
)


def sign_in_sheet() -> str:
    """Return the list of accounts to print."""
    staff = [one for one in SIGN_INS if one.password]
    residents = [one for one in SIGN_INS if not one.password]
    width = max(len(one.email) for one in SIGN_INS)
    lines = [f"Staff, at /admin/, password {PASSWORD}:"]
    lines += [f"  {one.email:{width}}  {one.role} ({one.name})" for one in staff]
    door = reverse("account_login")
    lines += ["", f"Residents, at {door}, by the code in the demo mailbox /demo/boite/:"]
    lines += [f"  {one.email:{width}}  {one.role} ({one.name}), {_known(one)}" for one in residents]
    return "\n".join(lines) + "\n"


def _known(one: SignIn) -> str:
    """Return the identity level of the account, as text."""
    ways = {"posted_code": "known by a posted code", "counter": "seen at the counter"}
    return ways.get(one.known, "proven by an identity provider" if one.known else "e-mail address proven")
