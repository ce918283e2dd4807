"""Cases in any situation: ``CaseFactory(taken=True)``, ``CaseFactory(refused=True, late=True)``."""

from datetime import timedelta

import factory
from django.utils import timezone

from eservices.cases import actions, process
from eservices.cases.actors import Applicant
from eservices.cases.models import Case, Role, Team, TeamMember
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.submissions import FormVersionFactory, certificate, sent

DECISION = {"key": "decision", "type": "decision"}
SITUATIONS = ("taken", "asked", "answered", "accepted", "refused", "withdrawn")


class TeamFactory(factory.django.DjangoModelFactory):
    """The team that the certificate names."""

    class Meta:
        model = Team
        django_get_or_create = ["key"]

    key = "habitants"
    name = "Habitants"


def member(role: Role = Role.LEAD, team: Team | None = None, **fields):
    """An agent of a team, who may decide unless ``role`` says less."""
    agent = UserFactory(**{"is_staff": True, "password": PASSWORD, "roles": ["agents"]} | fields)
    TeamMember.objects.create(team=team or TeamFactory(), user=agent, role=role)
    return agent


class CaseFactory:
    """Opens a case as sending does, then leads it into a situation by the actions people take.

    ``stages`` lays other stages than a decision; ``email=""`` takes the address away; ``late``, ``today`` or
    ``deadline`` move the deadline; ``advanced=False`` leaves the process where sending left it.
    """

    def __new__(
        cls, *, stages=None, email="elodie@courriel.example", advanced=True, rehearsal=False, **fields
    ):
        situations = [name for name in SITUATIONS if fields.pop(name, False)]
        TeamFactory()
        case = cls._open(stages, email, "rehearsal" if rehearsal else "published", fields.pop("answers", {}))
        if advanced:
            process.advance(case.pk)
        for situation in situations:
            getattr(cls, f"_{situation}")(case)
        if situations:
            process.advance(case.pk)
        return cls._moved(Case.objects.get(pk=case.pk), **fields)

    @staticmethod
    def _open(stages, email, kind, answers) -> Case:
        content = certificate(stages=[DECISION] if stages is None else stages)
        content["texts"]["fr"]["stage.decision"] = "Contrôle par nos soins"
        version = FormVersionFactory(content=content, kind=kind)
        submission = sent(version=version)
        submission.answers |= answers
        submission.email = email
        submission.save()
        case = submission.case
        case.search_text = actions.search_text(case)
        case.save()
        return case

    @staticmethod
    def _moved(case: Case, *, late=False, today=False, **fields) -> Case:
        if late:
            fields["deadline"] = timezone.now() - timedelta(days=2)
        if today:
            fields["deadline"] = timezone.localtime().replace(hour=23, minute=30)
        Case.objects.filter(pk=case.pk).update(**fields)
        return Case.objects.get(pk=case.pk)

    @staticmethod
    def _taken(case):
        actions.take(actor=member(), case=case)

    @staticmethod
    def _asked(case):
        actions.ask(actor=member(), case=case, text="Il manque la page 3 du bail.")

    @staticmethod
    def _answered(case):
        CaseFactory._asked(case)
        actions.answer(actor=applicant(case), case=case, text="La voici.")

    @staticmethod
    def _accepted(case):
        actions.accept(actor=member(), case=case)

    @staticmethod
    def _refused(case):
        actions.refuse(actor=member(), case=case, reason="Vous n’habitez pas à Orvenay.")

    @staticmethod
    def _withdrawn(case):
        actions.withdraw(actor=applicant(case), case=case)


def applicant(case: Case) -> Applicant:
    """Whoever holds the link that was mailed."""
    return Applicant(link=case.links.filter(mailed=True).first())
