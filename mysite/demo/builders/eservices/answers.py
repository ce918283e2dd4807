"""Answers of residents by service. They depend on the resident, the day and chance."""

from datetime import date, timedelta
from random import Random
from uuid import UUID

from stdnum.ch import ssn

from eservices.bookings.question.answers import to_local_time
from eservices.register.contrib.demo import DemoRegister
from eservices.register.persons import DeclaredPerson, RegisterPerson

from ... import clock
from .bookings import EXTRAS
from .residents import Resident, Residents

FILES = {  # answers that are files, by service: field → file name
    "annonce-demenagement": {
        "piece_identite": "carte-identite.jpg",
        "permis_copie": "permis-sejour.jpg",
        "attestation_residence": "attestation-etablissement.pdf",
        "actes_etat_civil": "acte-mariage.pdf",
        "lamal_preuve": "police-assurance.pdf",
        "accord_parent": "accord-parent.pdf",
        "bail": "bail.pdf",
        "accord_logeur": "accord.pdf",
    },
    "attestation-domicile": {"piece": "carte-identite.jpg"},
    "macaron": {"permis_circulation": "permis-gris.jpg", "attestation_usage": "attestation-employeur.pdf"},
    "chien": {
        "certificat": "certificat.pdf",
        "passeport": "passeport-animal.pdf",
        "quittance": "quittance.pdf",
    },
    "manifestation": {"plan": "plan.pdf"},
    "subvention-velo": {"facture": "facture-velo.pdf"},
}
ROOMS = {"ormes": 120, "refuge": 40, "couvert": 80, "conseil": 50}
SOCIETIES = [
    "Fanfare du bourg",
    "FC Orvenay",
    "Chœur de l’Orvenette",
    "Société de développement",
    "Samaritains d’Orvenay",
]
KINDS = ["fete", "reunion", "culture", "cours", "repas"]
EVENTS = [
    "Fête de quartier des Sablons",
    "Course de l’Orvenette",
    "Brocante du port",
    "Cortège des enfants",
    "Nuit du conte",
]
BREEDS = ["border-collie", "bouvier-bernois", "labrador", "caniche", "epagneul-breton"]
NAMES = ["Filou", "Nala", "Oscar", "Plume", "Balou", "Maya"]
REASONS = ["bail", "ecole", "banque", "assurance", "chomage", "etranger"]


def relatives(who: Resident) -> list[RegisterPerson]:
    """Return the other members of the resident's household in the register."""
    register = DemoRegister()
    found = register.find(DeclaredPerson(who.first, who.last, who.born))
    person = next((one for one in found if one.birth_date == who.born and one.family_name == who.last), None)
    return [one for one in register.household(person.key) if one != person] if person else []


def _named(prefix: str, person: RegisterPerson) -> dict:
    """Return the answers that name a person."""
    parts = {
        "prenom": person.given_names,
        "nom": person.family_name,
        "naissance": person.birth_date.isoformat(),
    }
    return {f"{prefix}_{name}": value for name, value in parts.items()}


class AnswerFactory:
    """Answers to the questions of each service. Questions that are not asked are dropped when it is sent."""

    def __init__(self, random: Random, residents: Residents):
        self.random, self.residents = random, residents

    def of(self, service: str, who: Resident, day: date, **given) -> dict:
        write = getattr(self, service.replace("-", "_"))
        decided = {key: given[key] for key in ("mouvement",) if key in given}  # other answers depend on it
        return who.answers | write(who, day, **decided) | given

    def annonce_demenagement(self, who: Resident, day: date, mouvement: str = "") -> dict:
        drawn = self.random.choices(["arrivee", "changement", "depart"], [50, 25, 25])[0]
        movement = mouvement or drawn
        family = self.random.random() < 0.4
        people = self.household(who) if family else []
        adults = [one for one in people if one["membre_lien"] != "enfant"]
        children = [
            {key.replace("membre_", "enfant_"): answer for key, answer in one.items() if key != "membre_lien"}
            for one in people
            if one not in adults
        ]
        married = "marie" if adults else self.random.choice(["celibataire", "divorce"])
        nationality = self.random.choices(["CH", "FR", "PT", "BR"], [70, 14, 8, 8])[0]
        own = {"nationalite": nationality, "origine": "Orvenay VD", "permis": "b"}
        own |= {"permis_numero": "012.345.678", "permis_expire": f"{day.year + 2}-06-30"}
        own |= {"lieu_naissance": "Lyon, France", "sexe": "feminin"}
        return {
            "mouvement": movement,
            "provenance": self.random.choices(["suisse", "etranger"], [80, 20])[0],
            "destination": self.random.choices(["suisse", "etranger"], [85, 15])[0],
            "date_mouvement": (day + timedelta(days=self.random.randint(-10, 40))).isoformat(),
            "avs": self.avs() if self.random.random() < 0.6 else None,
            **own,
            "origine": self.random.choice(["Aubonne VD", "Fribourg FR", "Val-de-Travers NE", "Orvenay VD"]),
            "permis": self.random.choice(["b", "c", "c", "l"]),
            "parents": "Martin Paul, Martin-Blanc Anne",
            "etat_civil": married,
            "etat_civil_date": "2014-06-14",
            "etat_civil_lieu": "Lyon, France",
            "accompagne": ("famille" if children else "adultes")
            if adults
            else "enfants"
            if children
            else "seul",
            "membres": [
                one
                | {f"membre_{key}": answer for key, answer in own.items()}
                | {
                    "membre_etat_civil": married,
                    "membre_etat_civil_date": "2014-06-14",
                    "membre_etat_civil_lieu": "Lyon, France",
                }
                for one in adults
            ]
            or None,
            "enfants": [one | {f"enfant_{key}": answer for key, answer in own.items()} for one in children]
            or None,
            "autre_parent": False,
            "ecole": self.random.random() < 0.5,
            "residence": "principale",
            "lamal": False,
            "restent": False,
            "ancienne_adresse": self.residents.address_outside()
            if movement == "arrivee"
            else self.residents.address(),
            "ancienne_etranger": "12 rue des Lilas\n69003 Lyon\nFrance",
            "nouvelle_adresse": self.residents.address_outside() if movement == "depart" else who.address,
            "nouvelle_etranger": "Via Roma 8\n20121 Milano\nItalia",
            "titre_logement": self.random.choices(
                ["locataire", "sous_locataire", "proprietaire", "heberge"], [60, 12, 18, 10]
            )[0],
            "bailleur": self.random.choice(
                ["Gérance du Haut-Lac SA", "Régie des Ormes", "Retraites populaires"]
            ),
            "logeur": "Jeanne Pasche",
            "etage": self.random.choice(["1er, à droite", "2e, à gauche", "Rez", "3e"]),
        }

    def attestation_domicile(self, who: Resident, day: date) -> dict:
        family = relatives(who)
        children = [one for one in family if one.age(day) < 18]
        wanted = self.random.choices(["moi", "famille", "enfant"], [70, 20, 10])[0]
        whom = wanted if {"famille": family, "enfant": children}.get(wanted) else "moi"
        return {
            "beneficiaire": whom,
            "personnes": [_named("personne", one) for one in family[:8]],
            **(_named("enfant", children[0]) if children else {}),
            "motif": self.random.choice(REASONS),
            "langue_document": who.language,
            "avs": self.avs() if self.random.random() < 0.5 else None,
            "preuve": self.random.choices(["copie", "guichet", "poste"], [70, 20, 10])[0],
            "envoi_poste": self.random.random() < 0.2,
        }

    def macaron(self, who: Resident, day: date) -> dict:
        status = self.random.choices(["habitant", "entreprise", "soins"], [84, 12, 4])[0]
        return {
            "zone_ailleurs": self.random.choice("abcd"),
            "statut": status,
            "plaque": f"VD {self.random.randint(100000, 699999)}",
            "detenteur": self.random.random() < 0.85,
            "debut": (day + timedelta(days=self.random.randint(0, 30))).isoformat(),
            "duree": self.random.choices(["an", "semestre", "mois"], [70, 15, 15])[0],
            "second": self.random.random() < 0.15,
            "raison_sociale": self.random.choice(
                ["Boulangerie du Port Sàrl", "Soins du Lac", "Atelier Gonin SA"]
            ),
        }

    def reservation_salle(self, who: Resident, day: date) -> dict:
        room = self.random.choice(list(ROOMS))
        kind = self.random.choices(["habitant", "societe", "externe"], [55, 30, 15])[0]
        material = [one for one in ("beamer", "cuisine", "vaisselle") if self.random.random() < 0.6]
        if room != "ormes":
            material = []
        return {
            "salle": room,
            **{f"creneau_{one}": self._evening(one, day) for one in ROOMS},
            "qui": kind,
            "societe": self.random.choice(SOCIETIES),
            "genre": self.random.choice(KINDS),
            "personnes": self.random.randint(8, ROOMS[room]),
            "public": self.random.random() < 0.3,
            "boissons": self.random.random() < 0.5,
            "musique": self.random.random() < 0.5,
            "materiel": material or None,
            "couverts": self.random.randint(20, 110),
            "reglement": True,
        }

    def _evening(self, room: str, day: date) -> dict:
        """Return answers for an evening on which the room is still free."""
        wanted = day + timedelta(days=self.random.randint(12, 200))
        while (room, wanted) in self.residents.evenings:
            wanted += timedelta(days=1)
        self.residents.evenings.add((room, wanted))
        begins = self.random.choice([10, 14, 17])
        ticked = EXTRAS.get(room, ())[: wanted.day % 3]  # some bookings have no extras
        return {
            "resource": room,
            "count": 1,
            "times": [
                [
                    to_local_time(clock.local_moment(wanted, begins)),
                    to_local_time(clock.local_moment(wanted, begins + 6)),
                ]
            ],
            "series": str(UUID(int=self.random.getrandbits(128))),
        } | ({"extras": list(ticked)} if ticked else {})

    def chien(self, who: Resident, day: date) -> dict:
        return {
            "evenement": self.random.choices(["nouveau", "depart", "deces"], [70, 15, 15])[0],
            "date_evenement": (day - timedelta(days=self.random.randint(1, 9))).isoformat(),
            "nom_chien": self.random.choice(NAMES),
            "puce": f"756{self.random.randint(10**11, 10**12 - 1)}",
            "race": self.random.choice(BREEDS),
            "naissance_chien": (day - timedelta(days=self.random.randint(80, 900))).isoformat(),
            "sexe_chien": self.random.choice(["femelle", "male"]),
            "castre": self.random.random() < 0.6,
            "origine_chien": self.random.choice(["elevage", "particulier", "refuge"]),
            "ancien_detenteur": "Claire Monod, Aubonne",
            "nouveau_detenteur": "Claire Monod",
            "nouveau_detenteur_adresse": "Rue des Lilas 4, 1170 Aubonne",
            "assurance": "La Mobilière",
            "autre_chien": self.random.random() < 0.1,
            "exemption": False,
        }

    def manifestation(self, who: Resident, day: date) -> dict:
        return {
            "titre": self.random.choice(EVENTS),
            "lieu": self.random.choice(["orme", "port", "greves", "foret"]),
            "jour": (day + timedelta(days=self.random.randint(35, 120))).isoformat(),
            "de": "10:00",
            "a": "18:00",
            "public_attendu": self.random.choice([60, 120, 250, 400]),
            "boissons": self.random.random() < 0.5,
            "musique": True,
            "fin_musique": "22:00",
            "besoins": ["barrieres", "electricite"],
            "assurance_rc": False,
            "societe": self.random.choice(SOCIETIES),
        }

    def acces_decheterie(self, who: Resident, day: date) -> dict:
        return {
            "raison": self.random.choice(["nouvelle", "perdue", "defectueuse"]),
            "ancienne_carte": str(self.random.randint(100000, 999999)),
        }

    def subvention_velo(self, who: Resident, day: date) -> dict:
        return {
            "objet": self.random.choice(["velo", "cargo", "kit"]),
            "date_achat": (day - timedelta(days=self.random.randint(3, 60))).isoformat(),
            "prix": f"{self.random.randint(1200, 5400)}.00",
            "vendeur": "Cycles du Lac",
            "occasion": False,
            "cadre": f"WOB{self.random.randint(10**6, 10**7 - 1)}",
            "usage": ["travail"],
            "deja_recu": False,
            "iban": "CH9300762011623852957",
        }

    def household(self, who: Resident, *, partner: bool = True) -> list[dict]:
        """Return a partner and perhaps a child; or one child alone."""
        others = [("conjoint", 1955, 2000), ("enfant", 2010, 2022)]
        others = others[: self.random.randint(1, 2)] if partner else others[1:]
        firsts = [one for one in ("Lina", "Noé", "Camille", "Sacha", "Emma") if one != who.first]
        return [
            {
                "membre_prenom": first,
                "membre_nom": who.last,
                "membre_naissance": date(
                    self.random.randint(a, b), self.random.randint(1, 12), 14
                ).isoformat(),
                "membre_lien": link,
            }
            for first, (link, a, b) in zip(self.random.sample(firsts, len(others)), others, strict=True)
        ]

    def avs(self) -> str:
        """Return a valid social insurance number that belongs to nobody."""
        body = f"756{self.random.randint(10**8, 10**9 - 1)}"
        return ssn.format(body + ssn.ean.calc_check_digit(body))
