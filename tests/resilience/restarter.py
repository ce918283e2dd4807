"""A management command that is restarted when it is killed: ``python -m tests.resilience.restarter PIDFILE …``.

The parent loads the project once and forks, so that a killed worker is back within milliseconds.
"""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import django

from tests.resilience import shared_clock


def main() -> None:
    pid_file, *command = sys.argv[1:]
    django.setup()
    shared_clock.install()
    from django.core.management import call_command
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 - loads every view before the first fork
    child, ended = os.getpid(), False

    def end(*_):
        nonlocal ended
        ended = True
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGTERM, end)
    while not ended:
        child = os.fork()
        if not child:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            call_command(*command)
            os._exit(0)
        Path(pid_file).write_text(str(child))
        if ended:  # the signal arrived during the fork and reached only the child before this one
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
