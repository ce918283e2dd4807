"""What reports hear: a case is erased, or goes on as another; the subjects of reports change, and search with them."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from eservices.cases.signals import case_erased, case_merged
from home.search import drop
from home.signals import search_rebuilt

from . import actions, search
from .models import ReportCategory


@receiver(case_erased, dispatch_uid="reports.erase")
def erase_report(sender, case, actor, **kwargs) -> None:
    actions.erase(actor=actor, case=case)


@receiver(case_merged, dispatch_uid="reports.carry_over")
def carry_over(sender, case, other, actor, **kwargs) -> None:
    actions.carry_over(actor=actor, case=case, other=other)


@receiver(post_save, sender=ReportCategory, dispatch_uid="reports.find")
def find_category(sender, instance, **kwargs) -> None:
    search.keep_category(instance)


@receiver(post_delete, sender=ReportCategory, dispatch_uid="reports.lose")
def lose_category(sender, instance, **kwargs) -> None:
    drop(instance)


@receiver(search_rebuilt, dispatch_uid="reports.find_all")
def find_all(sender, **kwargs) -> None:
    search.keep_all()
