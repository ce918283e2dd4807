"""Register of processing activities (GDPR art. 30, Swiss FADP art. 12), computed from the services as they are now."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eservices.cases.logic.retention_rules import parse_rule
from eservices.cases.models import Team
from eservices.cases.retention.due_cases import versions_in_force
from eservices.connectors.webhooks.models import WebhookEndpoint
from eservices.formbuilder.definition import FormDefinition, StageDefinition
from eservices.formbuilder.models import FormVersion
from eservices.payments.providers import available_providers

from .data_categories import categories_of
from .models import ProcessingNote
from .standing_activities import standing_activities


@dataclass(frozen=True)
class ProcessingActivity:
    """An entry of the register. ``secret``: questions whose answers are specially protected here."""

    key: str
    name: str
    purpose: str
    legal_basis: str
    people: str
    categories: list[str]
    secret: list[str]
    recipients: list[str]
    retention: str
    remarks: str
    questions: list[str]

    @property
    def gaps(self) -> list[str]:
        """The sentences on all that the commune has to add or decide."""
        return [
            *([] if self.legal_basis else [_("The legal basis is missing.")]),
            *(
                []
                if self.retention
                else [_("There is no retention rule: closed requests are kept for ever.")]
            ),
        ]


def processing_activities(language: str) -> list[ProcessingActivity]:
    """Return the register: services by name, then what the site does besides."""
    notes = {note.key: note for note in ProcessingNote.objects.all()}
    teams = {team.key: team.name_in(language) for team in Team.objects.all()}
    hooks = list(WebhookEndpoint.objects.enabled().prefetch_related("services"))
    services = [_service(version, language, teams, notes, hooks) for version in versions_in_force().values()]
    return [*sorted(services, key=lambda one: one.name.casefold()), *_standing(notes)]


def _service(
    version: FormVersion,
    language: str,
    teams: dict[str, str],
    notes: dict[str, ProcessingNote],
    hooks: list[WebhookEndpoint],
) -> ProcessingActivity:
    definition, key = version.definition, f"service-{version.form.slug}"
    note = notes.get(key, ProcessingNote(key=key))
    name = definition.title(language)
    fields = [one for one in definition.fields.values() if one.type not in ("static_text", "group")]
    labels = {one.key: definition.text(f"field.{one.key}.label", language) or one.key for one in fields}
    return ProcessingActivity(
        key=key,
        name=name,
        purpose=note.purpose or _("Treating requests for “%(service)s”") % {"service": name},
        legal_basis=note.legal_basis,
        people=_("Applicants, and people whom they name"),
        categories=categories_of(fields),
        secret=[labels[one.key] for one in fields if one.secret],
        recipients=list(
            dict.fromkeys([*_recipients(definition, language, teams), *_listeners(version, hooks)])
        ),
        retention=_retention(definition, labels),
        remarks=note.remarks,
        questions=list(labels.values()),
    )


def _recipients(definition: FormDefinition, language: str, teams: dict[str, str]) -> Iterator[str]:
    """Yield who gets data of a request: teams, consulted offices, and systems behind its stages."""
    if team := teams.get(definition.settings.get("team", "")):
        yield _("Team %(team)s") % {"team": team}
    if definition.fees:
        yield from (str(provider.label) for provider in available_providers())
    for stage in definition.stages:
        yield from _stage_recipients(stage, definition, language, teams)


def _listeners(version: FormVersion, hooks: list[WebhookEndpoint]) -> Iterator[str]:
    """Yield the systems that are told of events of the service, by references only."""
    for hook in hooks:
        services = {form.pk for form in hook.services.all()}
        if not services or version.form_id in services:
            yield _("%(name)s (references, by webhook to %(place)s)") % {
                "name": hook.name,
                "place": _host(hook.url),
            }


def _stage_recipients(
    stage: StageDefinition, definition: FormDefinition, language: str, teams: dict[str, str]
) -> Iterator[str]:
    match stage.type:
        case "register":
            yield _("Population register")
        case "filing":
            yield _("Document management (%(place)s)") % {"place": _host(settings.GED_URL)}
        case "team":
            if team := teams.get(stage.settings.get("team", "")):
                yield _("Team %(team)s") % {"team": team}
        case "outside":
            yield definition.text(f"stage.{stage.key}.name", language) or str(stage.settings.get("name", ""))
        case "opinions":
            for office in stage.settings.get("asked", []):
                yield office.get("name") or teams.get(office.get("team", ""), "")


def _host(address: str) -> str:
    """Return the host of an address; its scheme if it has none, as a folder."""
    parts = urlsplit(address)
    return parts.hostname or parts.scheme


def _retention(definition: FormDefinition, labels: dict[str, str]) -> str:
    """Return the retention of closed requests and of single answers; "" without a rule."""
    rule = parse_rule(definition.settings)
    if rule is None:
        return ""
    after = ngettext(
        "%(n)s month after the end, then %(then)s", "%(n)s months after the end, then %(then)s", rule.months
    )
    texts = [after % {"n": rule.months, "then": rule.disposition_words}]
    for field in definition.fields.values():
        if field.retention > 0:
            single = ngettext("“%(question)s”: %(n)s day", "“%(question)s”: %(n)s days", field.retention)
            texts.append(single % {"question": labels.get(field.key, field.key), "n": field.retention})
    return "; ".join(texts)


def _standing(notes: dict[str, ProcessingNote]) -> Iterator[ProcessingActivity]:
    for one in standing_activities():
        note = notes.get(one.key, ProcessingNote(key=one.key))
        yield ProcessingActivity(
            key=one.key,
            name=str(one.name),
            purpose=note.purpose or str(one.purpose),
            legal_basis=note.legal_basis,
            people=str(one.people),
            categories=[str(category) for category in one.categories],
            secret=[],
            recipients=list(_senders(one.key)),
            retention=str(one.retention),
            remarks=note.remarks,
            questions=[],
        )


def _senders(key: str) -> Iterator[str]:
    """Yield the services outside of the commune that a standing activity uses, by the settings."""
    if key in ("newsletter", "deliveries", "waste", "participation", "accounts"):
        yield _("Mail server")
    if key == "newsletter" and settings.NEWSLETTER_BACKEND == "mailchimp":
        yield "Mailchimp"
    if key == "channels" and settings.VAPID_PRIVATE_KEY:
        yield _("Push services of the browsers")
    if key in ("channels", "deliveries") and settings.SMS_GATEWAY != settings.SMS_MAILBOX:
        yield _("SMS gateway (%(name)s)") % {"name": _host(settings.SMS_URL) or settings.SMS_GATEWAY}
    if key == "accounts" and settings.OIDC_ISSUER:
        yield _("Identity provider (%(name)s)") % {"name": _host(settings.OIDC_ISSUER)}
    if key == "backups" and settings.BACKUP_URL:
        yield _("Place of the backups (%(name)s)") % {"name": _host(settings.BACKUP_URL)}
