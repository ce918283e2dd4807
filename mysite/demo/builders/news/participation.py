"""Contributions of residents, through the actions of participation."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.utils import timezone
from wagtail.models import Page

from eservices.catalogue.models import ServicePage
from home.models import ContentPage
from news.articles.models import NewsPage
from news.participation.comments import actions as comments
from news.participation.consultations import actions as consultations
from news.participation.consultations.models import ConsultationPage, Contribution
from news.participation.moderation import actions as moderation
from news.participation.page_feedback import actions as useful
from news.participation.surveys import actions as surveys
from news.participation.surveys.models import SurveyPage

from ... import clock
from ..context import SEED, DemoContext
from ..eservices.residents import Residents
from ..home.commune import with_lasting_ids
from ..home.page_tree import publish_page

WORDS = {
    True: ["Clair et court, merci.", "", "", "J’ai trouvé en une minute.", ""],
    False: ["Je cherchais le tarif.", "", "Les horaires du samedi manquent.", "", "Où se garer ?"],
}
EVERY = 3  # every third page has feedback


@dataclass(frozen=True)
class Idea:
    """An idea of a resident. ``days``: age in days. ``voices``: number of votes."""

    title: str
    text: str
    days: int
    voices: int
    status: str = ""
    reply: str = ""
    shown_as: str = "first"
    state: str = "published"


IDEAS = [
    Idea(
        "Un banc à l’ombre sur le quai",
        "Entre le débarcadère et le port, il n’y a pas un endroit à l’ombre où s’asseoir. Un banc sous le grand "
        "tilleul suffirait, avec un dossier pour les aînés.",
        140,
        34,
        "done",
        "C’est fait : deux bancs avec dossier et accoudoirs sont posés sous le tilleul depuis la mi-octobre.",
        "full",
    ),
    Idea(
        "Une zone 30 devant l’école",
        "À la sortie des classes, les voitures roulent trop vite rue du Collège. Une zone 30 et un passage "
        "surélevé rassureraient les parents.",
        96,
        41,
        "studied",
        "Le bureau d’ingénieurs mesure le trafic jusqu’à Noël. La Municipalité décidera sur cette base.",
    ),
    Idea(
        "Un composteur collectif au Coteau",
        "Beaucoup d’appartements du Coteau n’ont pas de jardin. Un composteur tenu par les habitants éviterait "
        "de descendre à la déchèterie.",
        61,
        18,
        "accepted",
        "Oui. L’emplacement derrière l’abri des bus est prêt au printemps ; nous cherchons quatre volontaires.",
    ),
    Idea(
        "Ouvrir la bibliothèque le dimanche",
        "Le dimanche matin, les familles ont du temps. Deux heures d’ouverture par mois seraient un bon début.",
        44,
        12,
        "declined",
        "La bibliothèque est tenue par une personne à 40 %. Sans bénévoles le dimanche, ce n’est pas possible ; "
        "les mercredis restent ouverts jusqu’à 18 h 30.",
    ),
    Idea(
        "Une fontaine d’eau potable au terrain de sport",
        "En été, il faut remonter jusqu’au village pour remplir une gourde.",
        12,
        9,
        shown_as="nobody",
    ),
    Idea(
        "Éteindre l’éclairage public de minuit à cinq heures",
        "D’autres communes le font. On verrait de nouveau les étoiles, et la facture baisserait.",
        2,
        0,
        state="waiting",
    ),
    Idea("Super montres pas chères", "Les meilleures montres du lac, demandez-moi !", 9, 0, state="refused"),
]
ASKED = [
    ("À quelle fréquence prenez-vous la ligne 714 ?", "Tous les jours, le soir, jamais…"),
    ("Quel horaire vous manque le plus ?", ""),
]
ANSWERS = [
    ("Trois fois par semaine.", "Un bus après 22 heures le vendredi."),
    ("Presque jamais : le dernier part trop tôt.", "Un départ de la gare vers 23 h 15."),
    ("Tous les jours pour le travail.", "Celui de 6 h 12, supprimé l’an dernier."),
]

EARLY_BUS = (
    "La course de 6 h 12 revient le 13 décembre, du lundi au vendredi. Merci : vous étiez onze à la demander."
)


def build(world: DemoContext) -> None:
    create_page_feedback(world)
    create_consultations(world)
    create_comments(world)


def create_page_feedback(world: DemoContext) -> None:
    """Create positive and negative page feedback over two months."""
    kinds = (ContentPage, NewsPage, ServicePage)
    pages = Page.objects.live().type(*kinds).filter(locale=world.locales["fr"]).order_by("path")
    for number, page in enumerate(list(pages)[::EVERY]):
        for voice in range(2 + number * 5 % 9):
            said = (voice + number) % 4 != 0
            with clock.clock_at(
                clock.local_moment(world.today - timedelta(days=1 + voice * 6 + number % 5), 10)
            ):
                useful.submit_feedback(
                    page=page,
                    useful=said,
                    text=WORDS[said][(voice + number) % len(WORDS[said])],
                    who=f"demo-{voice}",
                )
    useful.delete_old_feedback(now=clock.local_moment(world.today, 1))


def create_consultations(world: DemoContext) -> None:
    """Create an idea box with ideas in every state, a closed consultation and a survey."""
    index = Page.objects.get(pk=world.pages["participer"])
    submit_ideas(create_idea_box(index, world), world)
    submit_answers(create_consultation(index, world), world)
    create_survey(index, world)


def create_idea_box(index: Page, world: DemoContext) -> ConsultationPage:
    page = ConsultationPage(
        title="Boîte à idées",
        slug="boite-a-idees",
        lead="Ce qui manque à Orvenay, ce qui marcherait mieux autrement : dites-le ici.",
        opens_on=world.today - timedelta(days=200),
        body=[
            (
                "text",
                "<p>Une idée tient en une phrase et quelques explications. Elle peut être petite, comme un banc, ou "
                "grande, comme une zone 30. Elle concerne toute la commune, pas un voisin.</p>"
                "<p>Chaque idée est lue, publiée, et reçoit une réponse. Les autres peuvent la soutenir de leur "
                "voix.</p>",
            )
        ],
        becomes="<p>La Municipalité lit chaque idée à sa séance du lundi et répond dans les deux mois. "
        "Les plus soutenues sont présentées au Conseil en juin.</p>",
        locale=world.locales["fr"],
    )
    with_lasting_ids(page)
    index.add_child(instance=page)
    publish_page(page, world)
    return page


def create_consultation(index: Page, world: DemoContext) -> ConsultationPage:
    closed = clock.parse_day("-20d", world.today)
    page = ConsultationPage(
        title="Quels bus le soir ?",
        slug="bus-du-soir",
        kind=ConsultationPage.Kind.QUESTIONS,
        lead="La ligne 714 peut circuler plus tard. Dites-nous quand vous la prendriez.",
        opens_on=world.today - timedelta(days=62),
        closes_on=closed,
        votes=False,
        body=[
            (
                "text",
                "<p>Aujourd’hui, le dernier bus quitte la gare à 22 h 12. L’entreprise de transport offre deux courses "
                "de plus si elles sont utilisées.</p>",
            )
        ],
        questions=[("question", {"question": question, "help": help}) for question, help in ASKED],
        becomes="<p>Les réponses vont à l’entreprise de transport avec le préavis de la Municipalité.</p>",
        outcome=[
            (
                "text",
                "<p>La ligne 714 circule jusqu’à minuit le vendredi et le samedi dès le changement d’horaire.</p>",
            )
        ],
        locale=world.locales["fr"],
    )
    with_lasting_ids(page)
    index.add_child(instance=page)
    publish_page(page, world)
    return page


def submit_ideas(page: ConsultationPage, world: DemoContext) -> None:
    residents = Residents(Random(SEED))
    for idea in IDEAS:
        who, day = residents.draw(), world.today - timedelta(days=idea.days)
        with clock.clock_at(clock.local_moment(day, 19)):
            one = consultations.submit_contribution(
                page=page,
                email=who.email,
                language="fr",
                handed_in_at=timezone.now(),
                title=idea.title,
                text=idea.text,
                name=f"{who.first} {who.last}",
                shown_as=idea.shown_as,
            )
        if idea.state != "waiting":
            moderate_idea(one, idea, day + timedelta(days=1), world)
        for voice in range(idea.voices):
            with clock.clock_at(clock.local_moment(day + timedelta(days=1 + voice % idea.days), 20)):
                consultations.cast_vote(contribution=one, email=f"voix-{voice}@courriel.example")


def moderate_idea(one: Contribution, idea: Idea, day: date, world: DemoContext) -> None:
    with clock.clock_at(clock.local_moment(day, 9)):
        if idea.state == "refused":
            moderation.reject_written(
                actor=world.editor, written=one, reason="La boîte à idées n’est pas pour la publicité."
            )
            return
        moderation.publish_written(actor=world.editor, written=one)
    if idea.status:
        with clock.clock_at(clock.local_moment(world.today - timedelta(days=idea.days // 3), 11)):
            consultations.answer_contribution(
                actor=world.editor, contribution=one, status=idea.status, reply=idea.reply
            )


def submit_answers(page: ConsultationPage, world: DemoContext) -> None:
    residents = Residents(Random(SEED))
    for number, words in enumerate(ANSWERS):
        who, day = residents.draw(), world.today - timedelta(days=50 - number * 7)
        answers = [
            {"question": question, "answer": text}
            for (question, _help), text in zip(ASKED, words, strict=True)
        ]
        with clock.clock_at(clock.local_moment(day, 18)):
            one = consultations.submit_contribution(
                page=page,
                email=who.email,
                language="fr",
                handed_in_at=timezone.now(),
                answers=answers,
                name=f"{who.first} {who.last}",
                shown_as="first",
            )
        with clock.clock_at(clock.local_moment(day + timedelta(days=1), 9)):
            moderation.publish_written(actor=world.editor, written=one)
    with clock.clock_at(
        clock.local_moment(world.today - timedelta(days=12), 10)
    ):  # answers the last contribution
        consultations.answer_contribution(
            actor=world.editor, contribution=one, status=one.status, reply=EARLY_BUS
        )


ASKED_SHORT = [
    (
        "single",
        {
            "question": "Que souhaitez-vous d’abord sur la place de l’Orme ?",
            "required": True,
            "options": [
                "Plus d’arbres",
                "Un marché plus grand",
                "Moins de voitures",
                "Des jeux pour enfants",
            ],
        },
    ),
    (
        "multiple",
        {
            "question": "Quand y passez-vous ?",
            "required": False,
            "options": ["Le matin", "À midi", "L’après-midi", "Le soir"],
        },
    ),
    (
        "scale",
        {
            "question": "La place vous plaît-elle aujourd’hui ?",
            "required": False,
            "low": "pas du tout",
            "high": "beaucoup",
        },
    ),
    ("text", {"question": "Un mot de plus ?", "required": False}),
]
MORE_WORDS = ["De l’ombre en été !", "Gardez les platanes.", "Un banc devant la poste."]


def create_survey(index: Page, world: DemoContext) -> None:
    """Create a short survey with answers, whose results show at once."""
    page = SurveyPage(
        title="La place de l’Orme",
        slug="place-de-l-orme",
        lead="Quatre questions, une minute : votre avis avant le projet d’aménagement.",
        opens_on=world.today - timedelta(days=30),
        closes_on=world.today + timedelta(days=12),
        results=SurveyPage.Results.AT_ONCE,
        questions=ASKED_SHORT,
        locale=world.locales["fr"],
    )
    with_lasting_ids(page)
    index.add_child(instance=page)
    publish_page(page, world)
    single, multiple, scale, text = page.question_definitions()
    random = Random(SEED)
    for number in range(87):
        said = {
            single.key: random.choices(single.options, [5, 2, 3, 1])[0][0],
            multiple.key: [key for key, _label in random.sample(multiple.options, random.randint(1, 3))],
            scale.key: str(random.choices([1, 2, 3, 4, 5], [1, 3, 5, 4, 2])[0]),
        }
        if number % 29 == 0:
            said[text.key] = MORE_WORDS[number // 29]
        with clock.clock_at(clock.local_moment(world.today - timedelta(days=1 + number % 29), 12)):
            surveys.submit_answers(page=page, said=said)


SAID = [
    (
        "Enfin ! La plage manquait aux enfants. Y aura-t-il de l’ombre ?",
        "first",
        "Oui : douze aulnes seront plantés ce printemps.",
    ),
    ("Pensez aux vélos : il n’y a que quatre places devant le débarcadère.", "full", ""),
    ("Et les chiens, où iront-ils ?", "nobody", ""),
]


def create_comments(world: DemoContext) -> None:
    """Create comments on the newest article: two published, one of them answered, one to moderate."""
    page = NewsPage.objects.live().filter(locale=world.locales["fr"]).order_by("-date", "pk").first()
    page.comments_open = True
    publish_page(page, world)
    residents = Residents(Random(SEED + 1))
    for number, (text, shown_as, reply) in enumerate(SAID):
        who, day = residents.draw(), world.today - timedelta(days=len(SAID) - number)
        with clock.clock_at(clock.local_moment(day, 18)):
            one = comments.submit_comment(
                page=page,
                email=who.email,
                language="fr",
                handed_in_at=timezone.now(),
                text=text,
                name=f"{who.first} {who.last}",
                shown_as=shown_as,
            )
        if number == len(SAID) - 1:
            continue
        with clock.clock_at(clock.local_moment(day, 20)):
            moderation.publish_written(actor=world.editor, written=one)
            if reply:
                comments.reply_to_comment(actor=world.editor, comment=one, reply=reply)
