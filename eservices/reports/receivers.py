"""What reports hear from below: a case is erased, or goes on as another."""

from django.dispatch import receiver

from eservices.cases.signals import case_erased, case_merged

from . import actions


@receiver(case_erased, dispatch_uid="reports.erase")
def erase_report(sender, case, actor, **kwargs) -> None:
    actions.erase(actor=actor, case=case)


@receiver(case_merged, dispatch_uid="reports.carry_over")
def carry_over(sender, case, other, actor, **kwargs) -> None:
    actions.carry_over(actor=actor, case=case, other=other)
