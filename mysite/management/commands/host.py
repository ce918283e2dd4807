"""The parent of many communes on one host, which loads the code once.

It forks the site of a commune when somebody asks for it, and visits each for its jobs and tasks.

HUP replaces the code without a pause. Needs the settings mysite.settings.host.
"""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ...hosting.addresses import build_addresses
from ...hosting.commune_process import SHARED
from ...hosting.host_processes import HostProcesses
from ...processes import preload_site

OF_THE_CODE = {"COMMUNE_LANGUAGE"}  # of the few texts that are translated while the code loads


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # each commune has its own: commune --of NAME doctor

    def add_arguments(self, parser):
        parser.add_argument(
            "--communes", type=Path, default="/etc/commune/communes", help="Folder of NAME.env."
        )
        parser.add_argument("--sockets", type=Path, default="/run/commune-host", help="Folder of NAME.sock.")
        parser.add_argument("--every", type=int, default=120, help="Seconds between two visits of a commune.")
        parser.add_argument("--idle", type=int, default=600, help="Seconds after which an unused site ends.")
        parser.add_argument("--visits", type=int, default=3, help="Visits at the same time, in each lane.")
        parser.add_argument("--try", action="store_true", dest="try_only", help="Load the code and end.")

    def handle(self, *, communes, sockets, every, idle, visits, try_only, **options):
        if settings.SETTINGS_MODULE != "mysite.settings.host":
            raise CommandError(
                "Set DJANGO_SETTINGS_MODULE=mysite.settings.host: this process is of no commune."
            )
        if wrong := sorted(settings.GIVEN - SHARED - OF_THE_CODE):
            raise CommandError(
                f"{', '.join(wrong)}: settings of a commune are in its own file in {communes}, not here."
            )
        for folder in (communes, sockets):
            if not folder.is_dir():
                raise CommandError(f"There is no folder {folder}.")
        preload_site()
        build_addresses()
        if not try_only:
            HostProcesses(communes, sockets, every=every, idle=idle, visits=visits).run()
