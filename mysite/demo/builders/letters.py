"""What agents and residents write to each other in the demo's cases."""

QUESTIONS = {
    "annonce-demenagement": {
        "fr": "Bonjour, sur la copie du bail, la page des signatures est coupée. Pouvez-vous nous la renvoyer "
        "entière ? Une photo nette suffit.",
        "de": "Guten Tag, auf der Kopie des Mietvertrags fehlt die Seite mit den Unterschriften. Können Sie sie uns "
        "senden? Ein scharfes Foto genügt.",
        "en": "Hello, the page with the signatures is missing from the copy of the lease. Could you send it? A sharp "
        "photo is enough.",
    },
    "attestation-domicile": {
        "fr": "Bonjour, l’adresse de votre demande n’est pas celle du registre. Avez-vous déménagé récemment ?",
        "de": "Guten Tag, die Adresse Ihrer Anfrage stimmt nicht mit dem Register überein. Sind Sie kürzlich umgezogen?",
        "en": "Hello, the address in your request differs from the register. Did you move recently?",
    },
    "macaron": {
        "fr": "Bonjour, le permis de circulation est illisible. Pouvez-vous en envoyer une photo à plat, sans reflet ?",
        "de": "Guten Tag, der Fahrzeugausweis ist nicht lesbar. Können Sie ein Foto ohne Spiegelung senden?",
        "en": "Hello, the vehicle registration cannot be read. Could you send a photo without reflections?",
    },
    "reservation-salle": {
        "fr": "Bonjour, la salle est prise jusqu’à 18 h ce jour-là. Est-ce que commencer à 18 h 30 vous irait ?",
        "de": "Guten Tag, der Raum ist an diesem Tag bis 18 Uhr besetzt. Passt Ihnen ein Beginn um 18.30 Uhr?",
        "en": "Hello, the room is taken until 6 p.m. that day. Would a start at 6.30 p.m. suit you?",
    },
}
ANY_QUESTION = {
    "fr": "Bonjour, il nous manque une précision pour avancer. Pouvez-vous nous appeler ou répondre ici ?",
    "de": "Guten Tag, uns fehlt noch eine Angabe. Können Sie uns anrufen oder hier antworten?",
    "en": "Hello, we need one more detail to go on. Could you call us or answer here?",
}
REPLIES = {
    "fr": [
        "Bonjour, voici ce que vous demandez. Merci de votre message.",
        "Bonjour, oui, cela me va très bien.",
        "Désolée pour l’oubli, j’ai corrigé. Bonne journée !",
    ],
    "de": ["Guten Tag, anbei das Gewünschte. Danke für die Nachricht."],
    "en": ["Hello, here is what you asked for. Thank you."],
}
REFUSALS = {
    "annonce-demenagement": "Vous êtes encore inscrite ou inscrit dans une autre commune pour toute l’année. "
    "Appelez-nous pour une inscription en séjour.",
    "attestation-domicile": "Votre départ est inscrit depuis plus de six mois : demandez l’attestation à votre "
    "commune actuelle, ou une attestation de départ chez nous.",
    "macaron": "Votre ménage a déjà deux macarons valables. Rendez-en un pour en obtenir un autre.",
    "reservation-salle": "La salle est déjà louée ce jour-là. Le refuge du bois de la Côte est libre à la même date.",
}
ANY_REFUSAL = (
    "Les conditions du règlement ne sont pas remplies. Appelez-nous, nous cherchons une autre solution."
)
NOTES = [
    "Appelé, laissé un message.",
    "Vérifié dans le registre : tout concorde.",
    "Vu avec Nadia, on peut accepter dès réception de la pièce.",
    "Passe au guichet jeudi.",
    "Deuxième demande cette année, voir l’ancienne.",
]
ACCEPTANCES = ["", "", "", "Avec plaisir, et bienvenue.", "Les clés sont remises le jour même à 16 h 30."]


def question(service: str, language: str) -> str:
    return QUESTIONS.get(service, ANY_QUESTION).get(language, ANY_QUESTION["fr"])


def refusal(service: str) -> str:
    return REFUSALS.get(service, ANY_REFUSAL)
