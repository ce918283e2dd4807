"""What the site itself knows of today: what is open, and what is collected."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q, Subquery
from django.utils.translation import gettext as _

from . import words
from .generation import kept
from .home_blocks import Line, today
from .hours import Opening, opening
from .languages import for_reader
from .models import CommuneSettings, OfficePage, WasteCollection
from .templatetags.commune import clock


@today.register("counter")
def counter(request, page, now) -> list[Line]:
    """Whether the counter is open."""
    commune = CommuneSettings.current(request)
    return [_line(_("Counter"), commune.opening_at(now), now, order=10)] if commune.spans else []


@today.register("offices")
def offices(request, page, now) -> list[Line]:
    """Whether the places are open that editors want on the home page."""
    day = now.date()
    places = kept(f"offices-{page.pk}-{day}", lambda: _places(request, page, day))
    return [
        _line(title, opening(spans, now, closed, others), now, url, language=language, order=20)
        for title, url, language, spans, closed, others in places
    ]


def _places(request, page, day) -> list[tuple]:
    """Those in the language of the home page, else as the first language has them: hours need no translation."""
    first = settings.LANGUAGE_CODE
    source = type(page).objects.filter(translation_key=page.translation_key, locale__language_code=first)
    below = Q(path__startswith=page.path) | Q(path__startswith=Subquery(source.values("path")[:1]))
    shown = list(OfficePage.objects.open_to_all().filter(below, on_home=True).order_by("path"))
    own = [one for one in shown if one.path.startswith(page.path)]
    language, read = ("", None) if own else (first, page.locale.language_code)
    return [
        (
            one.title,
            for_reader(one.get_url(request) or "", read),
            language,
            one.spans,
            one.closed_days(day),
            one.others,
        )
        for one in (own or shown)[:2]
    ]


@today.register("waste")
def waste(request, page, now) -> list[Line]:
    """What is collected tomorrow, or still today."""
    day, remark = now.date(), _("To be put out before {hour}")
    rounds = WasteCollection.rounds(page.locale.language_code)
    for key, date in ((_("Tomorrow"), day + timedelta(days=1)), (_("Today"), day)):
        due = [one for one in rounds if one.comes_on(date)]
        due = [one for one in due if date > day or now.time() < one.out_before]
        if due:
            names = _(" and ").join(f"{one.title} ({one.place})" if one.place else one.title for one in due)
            return [Line(key, names, remark.format(hour=clock(due[0].out_before)), order=30)]
    return []


def _line(key: str, state: Opening, now, url: str = "", *, language: str = "", order: int) -> Line:
    title, remark = words.opening_in_words(state, now)
    return Line(key, title, remark, url, "open" if state.open else "shut", order, language)
