"""Command that serves a double of another system, so that a supplier can see both sides of an interface."""

from django.core.management.base import BaseCommand, CommandError

from eservices.connectors.doubles.business_double import BusinessDouble
from eservices.connectors.doubles.json_server import DoubleServer, JsonDouble
from eservices.connectors.doubles.register_double import RegisterDouble

NAMES = {"business": "business software", "register": "a population register"}


class Command(BaseCommand):
    help = "Serve a double of another system on this machine. It stores nothing, and its people are invented."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=list(NAMES))
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8700)
        parser.add_argument("--token", default="double", help="bearer token that it wants")
        group = parser.add_argument_group("of business software")
        group.add_argument(
            "--delay", type=float, default=0, help="seconds until it decides; 0: it answers at once"
        )
        group.add_argument("--require", action="append", default=[], help="a field without which it refuses")
        group.add_argument("--longest", type=int, default=100, help="characters of a field that it accepts")

    def handle(self, *args, **options):
        try:
            server = DoubleServer(make_double(options), options["host"], options["port"])
        except OSError as fault:
            raise CommandError(f"It cannot listen at port {options['port']}: {fault.strerror}.") from fault
        self.stdout.write(f"A double of {NAMES[options['kind']]} listens at {server.url}. Ctrl-C ends it.")
        self.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("It has forgotten everything.")
        finally:
            server.server_close()


def make_double(options) -> JsonDouble:
    """Return the double that the options of the command ask for."""
    if options["kind"] == "register":
        return RegisterDouble(options["token"])
    return BusinessDouble(options["token"], options["delay"], tuple(options["require"]), options["longest"])
