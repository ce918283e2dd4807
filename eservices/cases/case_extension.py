"""The part of this app in its own extension points."""

from collections.abc import Iterable, Iterator, Mapping

from django.utils.functional import Promise

from eservices.accounts.models import User

from . import archive_files, event_labels
from .desk.case import panels
from .extension_points import ArchiveFile, CaseExtension, Panel, RetentionBlocker
from .models import Case
from .retention import blockers


class OwnCaseExtension(CaseExtension):
    """Events, panels, retention blockers and archived files of cases."""

    def event_labels(self) -> Mapping[str, str | Promise]:
        return event_labels.EVENT_LABELS

    def panels(self, case: Case, user: User) -> Iterable[Panel]:
        return panels.own_panels(case, user)

    def retention_blockers(self) -> Mapping[str, RetentionBlocker]:
        return blockers.OWN_BLOCKERS

    def archive_files(self, case: Case) -> Iterator[ArchiveFile]:
        return archive_files.archive_case_files(case)
