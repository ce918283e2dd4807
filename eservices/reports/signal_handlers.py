"""Signal handlers for erased and merged cases, and for the search entries of categories."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from eservices.cases.signals import case_erased, case_merged
from home.caching import site_version
from home.search.index import unindex_object
from home.signals import search_rebuilt

from . import actions, search
from .models import ProblemCategory


@receiver(case_erased, dispatch_uid="reports.erase")
def erase_report(sender, case, actor, **kwargs) -> None:
    actions.erase_report(actor=actor, case=case)


@receiver(case_merged, dispatch_uid="reports.carry_over")
def move_followers_of_merged_case(sender, case, other, actor, **kwargs) -> None:
    actions.move_followers(actor=actor, case=case, other=other)


@receiver(post_save, sender=ProblemCategory, dispatch_uid="reports.find")
def index_category(sender, instance, **kwargs) -> None:
    search.index_category(instance)
    site_version.invalidate_site()  # the menu offers reports while there are categories


@receiver(post_delete, sender=ProblemCategory, dispatch_uid="reports.lose")
def unindex_category(sender, instance, **kwargs) -> None:
    unindex_object(instance)
    site_version.invalidate_site()


@receiver(search_rebuilt, dispatch_uid="reports.find_all")
def index_all_categories(sender, **kwargs) -> None:
    search.index_all_categories()
