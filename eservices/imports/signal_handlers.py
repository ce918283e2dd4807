"""Signal handlers of imports: what is erased here is forgotten here too."""

from django.dispatch import receiver

from eservices.cases.signals import case_erased

from . import actions


@receiver(case_erased, dispatch_uid="imports.erase_reference")
def erase_reference_of_case(sender, case, actor, **kwargs) -> None:
    """Erase the old reference of a case and its lines in reports, in the transaction that erases the case."""
    actions.erase_reference(kind="cases", pk=str(case.pk))
