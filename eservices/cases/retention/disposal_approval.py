"""The approval of disposals: a worker carries out what is approved."""

from collections.abc import Iterable
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from ..exceptions import IllegalTransition
from ..models import Disposal, DisposalItem
from .due_cases import DueCases
from .tasks import dispose_of_case

MAX_CASES = 200  # cases on one list; nobody reads longer ones


@transaction.atomic
def approve_disposal(*, actor: User, due: DueCases, authority: str, references: Iterable[str]) -> Disposal:
    """Record that ``authority`` approves the disposal of the named cases; a worker carries it out.

    Cases that are not due any more are left out, such as those with a new legal hold.
    """
    authority = authority.strip()[:120]
    if not authority:
        raise IllegalTransition(_("Enter in whose name you approve."))
    if not (references := list(references)):
        raise IllegalTransition(_("Tick at least one case."))
    cases = list(due.cases.filter(reference__in=references)[:MAX_CASES])
    if not cases:
        raise IllegalTransition(_("No case on this list can be approved any more."))
    disposal = Disposal.objects.create(
        form=due.version.form,
        disposition=due.rule.disposition,
        months=due.rule.months,
        authority=authority,
        approved_by=actor,
    )
    try:
        with transaction.atomic():
            DisposalItem.objects.bulk_create(DisposalItem(disposal=disposal, case=case) for case in cases)
    except IntegrityError:
        raise IllegalTransition(_("This list has just been approved by another person.")) from None
    for item in disposal.items.all():
        transaction.on_commit(partial(dispose_of_case.enqueue, item.pk), robust=True)
    return disposal
