"""What the residents of the demo say, through the actions of participation."""

from datetime import timedelta

from wagtail.models import Page

from eservices.catalogue.models import ServicePage
from home.models import ContentPage
from news.models import NewsPage
from news.participation.useful import actions as useful

from .. import clock
from .world import World

WORDS = {
    True: ["Clair et court, merci.", "", "", "J’ai trouvé en une minute.", ""],
    False: ["Je cherchais le tarif.", "", "Les horaires du samedi manquent.", "", "Où se garer ?"],
}
EVERY = 3  # not every page is judged


def build(world: World) -> None:
    judge(world)


def judge(world: World) -> None:
    """Yes and no below pages, over two months."""
    kinds = (ContentPage, NewsPage, ServicePage)
    pages = Page.objects.live().type(*kinds).filter(locale=world.locales["fr"]).order_by("path")
    for number, page in enumerate(list(pages)[::EVERY]):
        for voice in range(2 + number * 5 % 9):
            said = (voice + number) % 4 != 0
            with clock.set_to(clock.at(world.today - timedelta(days=1 + voice * 6 + number % 5), 10)):
                useful.judge(
                    page=page,
                    useful=said,
                    text=WORDS[said][(voice + number) % len(WORDS[said])],
                    who=f"demo-{voice}",
                )
    useful.forget(now=clock.at(world.today, 1))
