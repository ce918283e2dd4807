"""Residents with identity proofs of each kind, and one who waits for a posted code."""

from datetime import timedelta

from eservices.accounts import actions as accounts
from eservices.accounts.models import IdentityLevel, IdentityProof
from eservices.register import actions
from eservices.register.models import ResidentRecord
from eservices.register.persons import DeclaredPerson

from ... import clock, people
from ..context import DemoContext
from .residents import resident_by_name

ASKS = "peter.schmid@courriel.example"  # requests a code, which is in the print queue
SEEN_BY = "sophie.aubert@orvenay.example"


def build(world: DemoContext) -> None:
    with clock.clock_at(clock.local_moment(world.today - timedelta(days=200), 10)):
        for one in people.SIGN_INS:
            if one.known:
                prove_identity(one, world)
    with clock.clock_at(clock.local_moment(world.today - timedelta(days=1), 16)):
        person = resident_by_name(*world.user(ASKS).get_full_name().split(" "))
        said = DeclaredPerson(person.given_names, person.family_name, person.birth_date)
        actions.post_code(actions.request_code(actor=world.user(ASKS), said=said, language="de").pk)


def prove_identity(one: people.SignIn, world: DemoContext) -> None:
    """Prove that the account belongs to the person of the register with this name."""
    user, person = world.user(one.email), resident_by_name(*one.name.split(" "))
    vouched = one.known == IdentityProof.Means.PROVIDER
    accounts.prove_identity(
        actor=world.user(SEEN_BY) if one.known == IdentityProof.Means.COUNTER else None,
        user=user,
        means=one.known,
        given_names=person.given_names,
        family_name=person.family_name,
        birth_date=person.birth_date,
        level=IdentityLevel.ASSURED if vouched else IdentityLevel.KNOWN,
    )
    user.assured = vouched
    actions.refresh_record(ResidentRecord.objects.get(user=user).pk)
