"""Fixed words of addresses in the commune's main language, because addresses are printed and read aloud.

Every urls.py contains the French words. In another language they are replaced by those of the table, and the French
addresses redirect permanently. The language is that of the commune and the same for all readers, because a printed
address does not depend on its reader.
"""

import re
from collections.abc import Iterable, Iterator
from functools import wraps

from django.conf import settings
from django.urls import URLPattern, URLResolver, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

WRITTEN_IN = "fr"
LANGUAGES = ("de", "it", "en")
# A word with two meanings also has a longer entry that decides.
ROUTE_WORDS = {
    "accord": ("zustimmung", "consenso", "consent"),
    "affichage": ("darstellung", "visualizzazione", "display"),
    "agenda": ("kalender", "agenda", "calendar"),
    "ajouter": ("hinzufuegen", "aggiungere", "add"),
    "alertes": ("warnungen", "avvisi-urgenti", "alerts"),
    "annuler": ("annullieren", "annullare", "cancel"),
    "appareil": ("geraet", "dispositivo", "device"),
    "archives": ("archiv", "archivio", "archive"),
    "avancement": ("fortschritt", "avanzamento", "progress"),
    "avis": ("stellungnahme", "parere", "opinion"),
    "brouillon": ("entwurf", "bozza", "draft"),
    "carte": ("karte", "carta", "card"),
    "choix": ("auswahl", "scelta", "choice"),
    "cle": ("schluessel", "chiave", "key"),
    "cles": ("schluessel", "chiavi", "keys"),
    "code": ("code", "codice", "code"),
    "codes": ("codes", "codici", "codes"),
    "collectes": ("abfuhren", "raccolte", "collections"),
    "collectes/rappel": ("abfuhren/erinnerung", "raccolte/promemoria", "collections/reminder"),
    "commentaires": ("kommentare", "commenti", "comments"),
    "compte": ("konto", "conto", "account"),
    "confirmer": ("bestaetigen", "confermare", "confirm"),
    "consultations": ("vernehmlassungen", "consultazioni", "consultations"),
    "contribuer": ("mitwirken", "contribuire", "contribute"),
    "contributions": ("beitraege", "contributi", "contributions"),
    "controle": ("kontrolle", "controllo", "inspection"),
    "decisions": ("entscheide", "decisioni", "decisions"),
    "delais": ("fristen", "termini", "deadlines"),
    "demande": ("gesuch", "richiesta", "request"),
    "deplacer": ("verschieben", "spostare", "move"),
    "desabonner": ("abmelden", "disdire", "unsubscribe"),
    "document": ("dokument", "documento", "document"),
    "documents": ("dokumente", "documenti", "documents"),
    "donnees": ("daten", "dati", "data"),
    "dossier": ("dossier", "pratica", "case"),
    "ecrire": ("schreiben", "scrivere", "write"),
    "efface": ("geloescht", "cancellato", "erased"),
    "effacer": ("loeschen", "cancellare", "erase"),
    "enlever": ("entfernen", "togliere", "remove"),
    "entrer": ("anmelden", "accedere", "sign-in"),
    "envoye": ("gesendet", "inviato", "sent"),
    "envoyee": ("gesendet", "inviata", "sent"),
    "envoyer": ("senden", "inviare", "send"),
    "espace": ("mein-konto", "il-mio-spazio", "my-space"),
    "essai": ("test", "prova", "test"),
    "etape": ("schritt", "passo", "step"),
    "etat": ("stand", "stato", "state"),
    "evenement": ("anlass", "evento", "event"),
    "facture": ("rechnung", "fattura", "bill"),
    "ferme": ("geschlossen", "chiuso", "closed"),
    "fiche": ("eintrag", "scheda", "entry"),
    "fichier": ("datei", "file", "file"),
    "fichiers": ("dateien", "file", "files"),
    "fin": ("ende", "fine", "end"),
    "fournisseur": ("anbieter", "fornitore", "provider"),
    "horaires": ("oeffnungszeiten", "orari", "opening-hours"),
    "hors-ligne": ("offline", "offline", "offline"),
    "identite": ("identitaet", "identita", "identity"),
    "infolettre": ("newsletter", "newsletter", "newsletter"),
    "installer": ("einrichten", "configurare", "set-up"),
    "lettre": ("brief", "lettera", "letter"),
    "lien": ("link", "link", "link"),
    "lieu": ("ort", "luogo", "place"),
    "liste-d-attente": ("warteliste", "lista-d-attesa", "waiting-list"),
    "merci": ("danke", "grazie", "thanks"),
    "mien": ("meines", "mio", "mine"),
    "modifier": ("aendern", "modificare", "change"),
    "montrer": ("zeigen", "mostrare", "show"),
    "notifications": ("mitteilungen", "notifiche", "notifications"),
    "nouveaux": ("neue", "nuovi", "new"),
    "oublier": ("vergessen", "dimenticare", "forget"),
    "oui": ("ja", "si", "yes"),
    "paiement-essai": ("testzahlung", "pagamento-di-prova", "test-payment"),
    "participation": ("mitwirkung", "partecipazione", "participation"),
    "payer": ("bezahlen", "pagare", "pay"),
    "personne": ("person", "persona", "person"),
    "petite": ("klein", "piccola", "small"),
    "photo": ("foto", "foto", "photo"),
    "pilier-public": ("oeffentlicher-anschlag", "albo-pubblico", "notice-board"),
    "plus-tard": ("spaeter", "piu-tardi", "later"),
    "preferences": ("einstellungen", "preferenze", "preferences"),
    "proches": ("in-der-naehe", "vicine", "near"),
    "prolonger": ("verlaengern", "rinnovare", "renew"),
    "proposer": ("vorschlagen", "proporre", "propose"),
    "propositions": ("vorschlaege", "proposte", "proposals"),
    "quittance": ("quittung", "ricevuta", "receipt"),
    "rappel": ("rueckruf", "richiamo", "call-back"),
    "rattacher": ("verbinden", "collegare", "join"),
    "recherche": ("suche", "ricerca", "search"),
    "remettre": ("teilen", "condividere", "share"),
    "remis": ("geteilt", "condiviso", "shared"),
    "repondre": ("antworten", "rispondere", "answer"),
    "reservations": ("reservationen", "prenotazioni", "bookings"),
    "retirer": ("zurueckziehen", "ritirare", "withdraw"),
    "retour": ("zurueck", "ritorno", "back"),
    "retrouver": ("wiederfinden", "ritrovare", "find-again"),
    "satisfaction": ("zufriedenheit", "soddisfazione", "satisfaction"),
    "second-facteur": ("zweiter-faktor", "secondo-fattore", "second-factor"),
    "sessions": ("sitzungen", "sessioni", "sessions"),
    "signalements": ("meldungen", "segnalazioni", "reports"),
    "signaler": ("melden", "segnalare", "report"),
    "sondages": ("umfragen", "sondaggi", "surveys"),
    "sortir": ("abmelden", "uscire", "sign-out"),
    "supprime": ("geloescht", "cancellato", "deleted"),
    "supprimer": ("loeschen", "cancellare", "delete"),
    "verifier": ("pruefen", "verificare", "verify"),
    "visite": ("besuch", "visita", "visit"),
    "voix": ("stimme", "voto", "vote"),
    "vous": ("angaben", "dati-personali", "about-you"),
    "vu": ("gesehen", "visto", "seen"),
}
LONGEST_FIRST = "|".join(sorted(ROUTE_WORDS, key=len, reverse=True))
ROUTE_WORD = re.compile(
    rf"<[^>]*>|(?<![\w-])(?:{LONGEST_FIRST})(?![\w-])"
)  # parameters in angle brackets are skipped

type Pattern = URLPattern | URLResolver


def translate_route(route: str, language: str = "") -> str:
    """Translate the fixed words of a route or path into a language, else the main one. Other words stay."""
    language = language or settings.LANGUAGE_CODE
    if language == WRITTEN_IN:
        return route
    here = LANGUAGES.index(language)
    return ROUTE_WORD.sub(
        lambda found: ROUTE_WORDS[found[0]][here] if found[0] in ROUTE_WORDS else found[0], route
    )


translate_route_lazy = lazy(translate_route, str)  # for classes, which load before the commune is known


def translate_patterns(patterns: Iterable[Pattern], language: str = "") -> list[Pattern]:
    """Return the patterns with translated addresses, and redirects from the French ones.

    A POST to a French address is handled there: mail programs that unsubscribe follow no redirect (RFC 8058).
    """
    language = language or settings.LANGUAGE_CODE
    if language == WRITTEN_IN:
        return list(patterns)
    return [*(_translated(one, language) for one in patterns), *_former_patterns(patterns, language)]


def _translated(one: Pattern, language: str) -> Pattern:
    route = translate_route(str(one.pattern), language)
    if isinstance(one, URLResolver):
        below = [_translated(each, language) for each in one.url_patterns]
        return path(route, (below, one.app_name, one.namespace), one.default_kwargs)
    return path(route, one.callback, one.default_args, one.name)


def _former_patterns(
    patterns: Iterable[Pattern], language: str, above: str = "", within: str = ""
) -> Iterator[URLPattern]:
    for one in patterns:
        route = above + str(one.pattern)
        if isinstance(one, URLResolver):
            space = f"{one.namespace}:" if one.namespace else ""
            yield from _former_patterns(one.url_patterns, language, route, within + space)
        elif translate_route(route, language) != route:
            yield path(route, _leading_to(within + one.name, one.callback), one.default_args)


def _leading_to(name: str, view):
    lead = RedirectView.as_view(pattern_name=name, permanent=True, query_string=True)

    @wraps(view)  # keeps whether the view is exempt from the CSRF check
    def answer(request, *args, **kwargs):
        follows = request.method in ("GET", "HEAD")
        return (lead if follows else view)(request, *args, **kwargs)

    return answer
