"""Cases in any situation: ``CaseFactory(taken=True)``, ``CaseFactory(refused=True, late=True)``."""

from copy import copy
from datetime import timedelta
from uuid import uuid4

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from eservices.cases import actions, process
from eservices.cases.actors import Applicant
from eservices.cases.models import (
    CallbackRequest,
    Case,
    CaseRelation,
    ConcernedPerson,
    Role,
    Team,
    TeamMember,
)
from eservices.cases.states import CaseState
from eservices.formbuilder.models import Form
from eservices.submissions.actions import submit
from eservices.submissions.models import StoredFile, Submission
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.submissions import (
    ANSWERS,
    DraftFactory,
    FormFactory,
    FormVersionFactory,
    certificate,
    sent,
)

DECISION = {"key": "decision", "type": "decision"}
SITUATIONS = ("taken", "asked", "answered", "accepted", "refused", "withdrawn")


class TeamFactory(factory.django.DjangoModelFactory):
    """The team of the certificate."""

    class Meta:
        model = Team
        django_get_or_create = ["key"]

    key = "habitants"
    name = "Habitants"


def member(role: Role = Role.LEAD, team: Team | None = None, **fields):
    """Create an agent of a team, by default with the role that may decide."""
    agent = UserFactory(**{"is_staff": True, "password": PASSWORD, "roles": ["agents"]} | fields)
    # In bulk: at each saved member, Wagtail would read the whole team again for its index of references.
    TeamMember.objects.bulk_create([TeamMember(team=team or TeamFactory(), user=agent, role=role)])
    return agent


class CaseFactory:
    """Factory that opens a case by a submission and changes its situation by actions.

    ``stages`` replaces the decision by other stages, ``settings`` adds settings of the service, ``asks`` adds
    questions; ``user`` is the signed-in applicant, ``language`` that of the submission; ``email=""`` removes the e-mail
    address, ``adresse`` in ``answers`` adds the postal address; ``late``, ``today`` or ``deadline`` change the
    deadline; ``advanced=False`` leaves the process as it is after the submission.
    """

    def __new__(
        cls,
        *,
        stages=None,
        email="elodie@courriel.example",
        user=None,
        advanced=True,
        rehearsal=False,
        **fields,
    ):
        situations = [name for name in SITUATIONS if fields.pop(name, False)]
        TeamFactory()
        kind = "rehearsal" if rehearsal else "published"
        said = {key: fields.pop(key, {}) for key in ("answers", "settings", "asks")}
        case = cls._open(stages, email, user, kind, fields.pop("language", "fr"), **said)
        if advanced:
            process.advance_case(case.pk)
        for situation in situations:
            getattr(cls, f"_{situation}")(case)
        if situations:
            process.advance_case(case.pk)
        return moved(case, **fields)

    @staticmethod
    def _open(stages, email, user, kind, language, answers, settings, asks) -> Case:
        content = certificate(stages=[DECISION] if stages is None else stages)
        content["steps"][0]["fields"] += asks
        content["settings"] |= settings
        content["texts"]["fr"] |= {
            "stage.decision": "Contrôle par nos soins",
            "stage.check": "Vos indications",
            "stage.papers": "Vos pièces",
        }
        contact = content["steps"][3]["fields"]
        contact[0]["required"] = bool(email)
        if "adresse" in answers:
            contact.append({"key": "adresse", "type": "address"})
            content["settings"]["applicant"]["address"] = "adresse"
        version = FormVersionFactory(content=content, kind=kind)
        given = {key: one for step in ANSWERS.values() for key, one in step.items()}
        submission = sent(
            version=version,
            user=user,
            language=language,
            answers=given | {"courriel": email or None, "adresse": answers.get("adresse")},
        )
        case = submission.case
        if answers:
            submission.answers |= answers
            submission.save()
            case.search_text = actions.case_search_lines(case)
            case.save()
        return case

    @staticmethod
    def _taken(case):
        actions.take_case(actor=member(), case=case)

    @staticmethod
    def _asked(case):
        actions.ask_applicant(actor=member(), case=case, text="Il manque la page 3 du bail.")

    @staticmethod
    def _answered(case):
        CaseFactory._asked(case)
        actions.answer_question(actor=applicant(case), case=case, text="La voici.")

    @staticmethod
    def _accepted(case):
        actions.accept_case(actor=member(), case=case)

    @staticmethod
    def _refused(case):
        actions.refuse_case(actor=member(), case=case, reason="Vous n’habitez pas à Orvenay.")

    @staticmethod
    def _withdrawn(case):
        actions.withdraw_request(actor=applicant(case), case=case)


def moved(case: Case, *, late=False, today=False, **fields) -> Case:
    """Change the deadline of a case, or set a state without an action. Return the case, read again."""
    if late:
        fields["deadline"] = timezone.now() - timedelta(days=2)
    if today:
        fields["deadline"] = timezone.localtime().replace(hour=23, minute=59, second=59)
    if fields.get("state") == CaseState.CLOSED:
        fields["closed_at"] = timezone.now()
    if fields:
        Case.objects.filter(pk=case.pk).update(**fields)
    return Case.objects.get(pk=case.pk)


def copies(case: Case, count: int) -> None:
    """Create ``count`` copies of a case."""
    submissions, cases = [], []
    for number in range(count):
        submission, one = copy(case.submission), copy(case)
        submission.pk, submission.draft_id = uuid4(), None
        one.pk, one.submission, one.reference = uuid4(), submission, f"C{number}-{uuid4().hex[:16]}"
        submissions.append(submission)
        cases.append(one)
    Submission.objects.bulk_create(submissions)
    Case.objects.bulk_create(cases)


def applicant(case: Case) -> Applicant:
    """Return the applicant, by the status link that was e-mailed."""
    return Applicant(link=case.links.filter(mailed=True).first())


class PersonFactory(factory.django.DjangoModelFactory):
    """Another person whom a case concerns."""

    class Meta:
        model = ConcernedPerson

    field = "enfants"
    place = factory.Sequence(int)
    name = "Lina Marchetti"


def stored(case, **fields) -> StoredFile:
    """Create a file of the submission."""
    row = StoredFile(
        submission=case.submission, name="bail.pdf", content_type="application/pdf", size=9, digest="0" * 64
    )
    for name, value in fields.items():
        setattr(row, name, value)
    row.content.save("bail.pdf", ContentFile(b"%PDF-1.7\n"), save=False)
    row.save()
    return row


class CallBackFactory(factory.django.DjangoModelFactory):
    """A request for a call."""

    class Meta:
        model = CallbackRequest

    phone = "+41790000000"
    wish = "demain matin"


def tied(case: Case) -> Case:
    """Create another case with a relation to this one."""
    other = CaseFactory()
    CaseRelation.objects.create(first=case, second=other, author=member())
    return other


def asking_papers(case: Case) -> Case:
    """Change the answers so that the form asks for enclosures. Return the same case."""
    case.submission.answers |= {"pour": "autre"}
    case.submission.save()
    return case


def another_service() -> Form:
    """Create another published form with the same questions."""
    form = FormFactory(slug="permis")
    FormVersionFactory(form=form, content=certificate(slug="permis"))
    return form


HOUSEHOLD = {
    "key": "enfants",
    "type": "group",
    "settings": {"persons": True},
    "fields": [{"key": "enfant", "type": "person", "required": True}],
}


def household(*names: str, **fields) -> Case:
    """Create a case that concerns several people, each given by first and last name."""
    TeamFactory()
    content = certificate(stages=[DECISION])
    content["steps"][1]["fields"].append(HOUSEHOLD)
    version = FormVersionFactory(content=content)
    rows = [{"enfant": dict(zip(("first_name", "last_name"), name.split(), strict=True))} for name in names]
    draft = DraftFactory(complete=True, version=version, **fields)
    draft.answers |= {"enfants": rows}
    draft.save()
    case = submit(actor=None, draft=draft).case
    process.advance_case(case.pk)
    return Case.objects.get(pk=case.pk)
