"""Actions of page checks: check pages and external links."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from eservices.accounts.models import User
from home.links import videos

from .. import link_checker, page_reader
from ..content_checks import rules
from ..models import ExternalLink, PageCheck

RECHECK_AFTER = timedelta(days=1)
ASK_AGAIN_AFTER, ASK_SOON_AFTER = timedelta(days=7), timedelta(hours=6)


@transaction.atomic
def run_page_checks(*, actor: User | None, check: PageCheck, now: datetime) -> PageCheck:
    """Check a page as it is published, and save its external links."""
    check = PageCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
    content = page_reader.read_page(check.page.specific)
    check.record_findings(rules.run_rules(content))
    check.checked_at, check.due_at = now, now + RECHECK_AFTER
    check.save()
    _remember(check, page_reader.external_urls(content), now)
    return check


def recheck_soon(pages: Iterable[Page]) -> None:
    """Let the next job check the pages, whose findings may have changed."""
    PageCheck.objects.filter(page__in=pages).update(due_at=timezone.now())


def schedule_recheck(page: Page) -> None:
    """Let the next job check a page that was published."""
    PageCheck.objects.update_or_create(page_id=page.pk, defaults={"due_at": timezone.now()})


def check_links(links: list[ExternalLink], now: datetime) -> None:
    """Request each address.

    If all of several fail, the site's own connection is taken to be down, and their results are not recorded.
    """
    answers = [(link, link_checker.link_error(videos.oembed_url(link.url))) for link in links]
    if len(answers) > 1 and all(fault for _link, fault in answers):
        answers = [(link, None) for link, _fault in answers]
    for link, fault in answers:
        _answered(link, fault, now)


def delete_unused_links() -> None:
    """Delete addresses that no page links to any more."""
    ExternalLink.objects.filter(checks=None).delete()


def _answered(link: ExternalLink, fault: str | None, now: datetime) -> None:
    """Save the result for a link. ``fault``: the error, "" if the address answers, None if unknown."""
    if fault is not None:
        was_silent = link.is_silent
        link.failures = min(link.failures + 1, 99) if fault else 0
        link.fault = fault[:200]
        if was_silent != link.is_silent:
            PageCheck.objects.filter(addresses=link).update(due_at=now)
    link.checked_at = now
    link.due_at = now + (ASK_AGAIN_AFTER if fault == "" else ASK_SOON_AFTER)
    link.save()


def _remember(check: PageCheck, urls: set[str], now: datetime) -> None:
    digests = {ExternalLink.digest_of(url): url for url in urls}
    rows = [ExternalLink(digest=digest, url=digests[digest], due_at=now) for digest in sorted(digests)]
    ExternalLink.objects.bulk_create(rows, ignore_conflicts=True)
    check.addresses.set(ExternalLink.objects.filter(digest__in=digests))
