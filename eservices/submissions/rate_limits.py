"""Rate limits for starting, saving, uploading and sending: high enough for a library with one connection.

Agents who apply for people are exempt. The page shows visitors above a limit when to continue, and they lose nothing.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from home.localization.times import format_time
from home.web import rate_limits


class RateLimitExceeded(Exception):
    """The rate limit is reached; ``seconds`` until the next attempt."""

    def __init__(self, seconds: int):
        super().__init__(seconds)
        self.seconds = seconds

    @property
    def hour(self) -> str:
        return format_time(
            timezone.now() + timedelta(seconds=self.seconds + 59)
        )  # rounded up to the next minute

    @property
    def message(self) -> str:
        return _("There were too many attempts. Try again at %(hour)s. Your entries are still here.") % {
            "hour": self.hour
        }


class WaitingRateLimit(rate_limits.RateLimit):
    """A rate limit that reports how long to wait."""

    def count(self, who: str, by: int = 1) -> None:
        """Count ``by`` more, or raise ``RateLimitExceeded``."""
        if not self.allows(who, by):
            raise RateLimitExceeded(self.seconds_left(who))


BEGIN = WaitingRateLimit("draft-begin", 300)  # by client
SAVE = WaitingRateLimit(
    "draft-save", 2_000
)  # by draft: an applicant who types all the time saves every two seconds
SAVE_CALLER = WaitingRateLimit("draft-save-caller", 40_000)
UPLOAD = WaitingRateLimit("draft-upload", 200)  # by draft
UPLOAD_CALLER = WaitingRateLimit("draft-upload-caller", 2_000)
TYPED_CALLER = WaitingRateLimit(
    "draft-typed-caller", 100_000_000, rate_limits.DAY
)  # characters of unvalidated answers, by client
FILES_CALLER = WaitingRateLimit(
    "draft-bytes-caller", 2 * 1024**3, rate_limits.DAY
)  # bytes of files, by client
WAIT = WaitingRateLimit("draft-unsaved", 60)  # by client: data posted signed out is stored in sessions
SEND = WaitingRateLimit("send-caller", 200)
SEND_EMAIL = WaitingRateLimit("send-email", 20)  # by e-mail address, which gets a message each time
ANSWER = WaitingRateLimit("answer-case", 60)  # by case: answers and messages with their files
JOIN = WaitingRateLimit("join-case", 10)  # by account, so that codes cannot be guessed
RESUME_EMAIL = WaitingRateLimit("resume-email", 10)  # by address; the limit per draft is in actions


def count_page_post(request, filing, growth: int = 0) -> None:
    """Count a posted page of a form, by which the draft grows by ``growth`` characters, and its files."""
    if filing.for_somebody:
        return
    caller = rate_limits.client_address(request)
    if filing.draft is None:
        BEGIN.count(caller)
    else:
        SAVE.count(filing.draft.secret)
        SAVE_CALLER.count(caller)
    for _file in range(sum(len(files) for _name, files in request.FILES.lists())):
        UPLOAD.count(filing.draft.secret if filing.draft else caller)
        UPLOAD_CALLER.count(caller)
    if growth:
        TYPED_CALLER.count(caller, growth)
    sending_files(request)


def sending_files(request) -> None:
    """Count the size of files sent with a step or a message about a case."""
    if size := sum(one.size for _name, files in request.FILES.lists() for one in files):
        FILES_CALLER.count(rate_limits.client_address(request), size)


def may_wait(request) -> bool:
    """Count data posted by a signed-out visitor. Return whether it may be stored in a session."""
    return WAIT.allows_client(request)


def count_submission(request, filing) -> None:
    """Count a submission that is about to be sent."""
    if filing.for_somebody:
        return
    SEND.count(rate_limits.client_address(request))
    if email := filing.progress.email:
        SEND_EMAIL.count(rate_limits.normalize_mailbox(email))
