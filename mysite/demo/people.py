"""Who signs in to the demo: staff by password, residents by the code that the demo mailbox shows."""

from dataclasses import dataclass

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


SIGN_INS: tuple[SignIn, ...] = (
    SignIn("Administration du site", "Marc Crettenand", "admin@orvenay.example", ("editors", "moderators"), superuser=True),
    SignIn("Responsable, habitants", "Nadia Favre", "nadia.favre@orvenay.example", ("agents", "leads"), (("habitants", "LEAD"),)),
    SignIn("Agente, habitants", "Sophie Aubert", "sophie.aubert@orvenay.example", ("agents",), (("habitants", "DECIDE"),)),
    SignIn("Agent, habitants et police", "Thomas Baumann", "thomas.baumann@orvenay.example", ("agents",), (("habitants", "TREAT"), ("police", "READ")), language="de"),
    SignIn("Responsable, police et mobilité", "Pierre Monnier", "pierre.monnier@orvenay.example", ("agents", "leads"), (("police", "LEAD"),)),
    SignIn("Agente, police et mobilité", "Leïla Haddad", "leila.haddad@orvenay.example", ("agents",), (("police", "DECIDE"),)),
    SignIn("Responsable, bâtiments", "Yves Rochat", "yves.rochat@orvenay.example", ("agents", "leads"), (("batiments", "LEAD"),)),
    SignIn("Agente, bâtiments", "Camille Oulevay", "camille.oulevay@orvenay.example", ("agents",), (("batiments", "DECIDE"),)),
    SignIn("Rédactrice", "Julie Perret", "julie.perret@orvenay.example", ("editors",)),
    SignIn("Rédacteur en chef", "Daniel Keller", "daniel.keller@orvenay.example", ("editors", "moderators")),
    SignIn("Habitante", "Élodie Marchetti", "elodie.marchetti@courriel.example", password="", phone="+41790004182"),
    SignIn("Habitante", "Huguette Perrin", "huguette.perrin@courriel.example", password=""),
    SignIn("Einwohner", "Peter Schmid", "peter.schmid@courriel.example", password="", language="de"),
    SignIn("Resident", "Rachel Moore", "rachel.moore@courriel.example", password="", language="en"),
)  # fmt: skip

TEAMS: tuple[tuple[str, str, str, str], ...] = (
    # key, name, e-mail, telephone
    ("habitants", "Contrôle des habitants", "habitants@orvenay.example", "021 000 42 20"),
    ("police", "Police et mobilité", "police@orvenay.example", "021 000 42 40"),
    ("batiments", "Bâtiments et environnement", "batiments@orvenay.example", "021 000 42 30"),
)

CONTACTS: dict[str, tuple[str, str, str, str]] = {
    # key: (who, remark, telephone, e-mail)
    "habitants": ("Contrôle des habitants", "Français, Deutsch, English", "021 000 42 20", "habitants@orvenay.example"),
    "police": ("Police et mobilité", "Lundi et vendredi matin, mercredi après-midi", "021 000 42 40", "police@orvenay.example"),
    "batiments": ("Bâtiments et environnement", "Lundi, mardi et jeudi", "021 000 42 30", "batiments@orvenay.example"),
    "greffe": ("Greffe municipal", "Marc Crettenand, secrétaire municipal", "021 000 42 10", "greffe@orvenay.example"),
    "bourse": ("Bourse communale", "Factures, impôts, arrangements de paiement", "021 000 42 15", "bourse@orvenay.example"),
    "ecole": ("Secrétariat du collège des Ormes", "De 7 h 45 à 11 h 30, répondeur sinon", "021 000 42 50", "ecole@orvenay.example"),
    "port": ("Garde-port, la Verraye", "De 8 h à 10 h, urgences à toute heure", "021 000 42 70", "port@orvenay.example"),
    "culture": ("Animation culturelle", "Bibliothèque des Ormes, mardi et jeudi", "021 000 42 58", "culture@orvenay.example"),
    "social": ("Agence sociale", "Mardi de 14 h à 17 h, maison de commune", "021 000 42 60", "social@orvenay.example"),
}  # fmt: skip

PERSONS: dict[str, tuple[str, str, str, str, str]] = {
    # key: (name, function, looks after, telephone, e-mail)
    "claire-monod": ("Claire Monod", "Syndique", "Finances, communication, personnel", "021 000 42 11", "claire.monod@orvenay.example"),
    "pascal-oulevay": ("Pascal Oulevay", "Municipal", "Bâtiments, eau, énergie", "", "pascal.oulevay@orvenay.example"),
    "ines-da-silva": ("Inês Da Silva", "Municipale", "École, enfance, culture", "", "ines.dasilva@orvenay.example"),
    "bernard-jaccard": ("Bernard Jaccard", "Municipal", "Routes, mobilité, police", "", "bernard.jaccard@orvenay.example"),
    "anna-muller": ("Anna Müller", "Municipale", "Lac, forêt, social", "", "anna.muller@orvenay.example"),
    "marc-crettenand": ("Marc Crettenand", "Secrétaire municipal", "Greffe, séances, archives", "021 000 42 10", "greffe@orvenay.example"),
    "nadia-favre": ("Nadia Favre", "Responsable du Contrôle des habitants", "Arrivées, attestations, permis", "021 000 42 20", "nadia.favre@orvenay.example"),
    "sophie-aubert": ("Sophie Aubert", "Contrôle des habitants", "Guichet, chiens, matériel de vote", "021 000 42 20", "sophie.aubert@orvenay.example"),
    "pierre-monnier": ("Pierre Monnier", "Assistant de sécurité publique", "Parcage, manifestations, objets trouvés", "021 000 42 40", "pierre.monnier@orvenay.example"),
    "yves-rochat": ("Yves Rochat", "Concierge des salles", "Réservations, clés, cuisine", "021 000 42 33", "yves.rochat@orvenay.example"),
}  # fmt: skip


def sign_in_sheet() -> str:
    """The accounts, as they are printed beside the addresses."""
    staff = [one for one in SIGN_INS if one.password]
    residents = [one for one in SIGN_INS if not one.password]
    width = max(len(one.email) for one in SIGN_INS)
    lines = [f"Staff, at /admin/, password {PASSWORD}:"]
    lines += [f"  {one.email:{width}}  {one.role} ({one.name})" for one in staff]
    lines += ["", "Residents, at /compte/connexion/, by the code in the demo mailbox /demo/boite/:"]
    lines += [f"  {one.email:{width}}  {one.role} ({one.name})" for one in residents]
    return "\n".join(lines) + "\n"
