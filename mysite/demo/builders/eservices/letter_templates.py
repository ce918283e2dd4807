"""Letter templates of the demo, and the legal remedies of decisions, in every language."""

import html

from eservices.cases.models import LegalRemedies, LetterTemplate, Team

from ...markup import ContentEntry, read_content
from ..context import LANGUAGES, DemoContext

REMEDIES = "recours"
BY_SERVICES = ("subvention-accordee",)  # sent by stages, not chosen by agents
TEAMS = {"subvention-accordee": "batiments"}  # teams of letter templates; the others are shared


def build(world: DemoContext) -> None:
    sources = {}
    for language in LANGUAGES:
        for entry in read_content(language, "model-letters", world.today):
            model = LegalRemedies if entry.key == REMEDIES else LetterTemplate
            source = sources.get(entry.key)
            one = source.copy_for_translation(world.locales[language]) if source else model()
            sources.setdefault(entry.key, _write(one, entry, world.locales[language]))


def _write(one, entry: ContentEntry, locale):
    one.locale, one.key, one.name, one.text = locale, entry.key, entry["name"], _rich(entry.body)
    if isinstance(one, LegalRemedies):
        one.authority, one.days = entry["authority"], 30
    else:
        one.subject, one.for_agents = entry["subject"], entry.key not in BY_SERVICES
    one.team = Team.objects.filter(key=TEAMS.get(entry.key, "")).first()
    one.save()
    return one


def _rich(body: str) -> str:
    return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in body.split("\n\n"))
