"""Command that serves a double of another system, so that a supplier can see both sides of an interface."""

from django.core.management.base import BaseCommand

from eservices.connectors.doubles.business_double import BusinessDouble, BusinessServer


class Command(BaseCommand):
    help = "Serve a double of business software on this machine. It stores nothing and registers nobody."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=["business"])
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8700)
        parser.add_argument("--token", default="double", help="bearer token that it wants")
        parser.add_argument(
            "--delay", type=float, default=0, help="seconds until it decides; 0: it answers at once"
        )
        parser.add_argument("--require", action="append", default=[], help="a field without which it refuses")
        parser.add_argument("--longest", type=int, default=100, help="characters of a field that it accepts")

    def handle(self, *args, **options):
        double = BusinessDouble(
            options["token"], options["delay"], tuple(options["require"]), options["longest"]
        )
        server = BusinessServer(double, options["host"], options["port"])
        host, port = server.server_address[:2]
        self.stdout.write(f"A double of business software listens at http://{host}:{port}. Ctrl-C ends it.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("It has forgotten everything.")
        finally:
            server.server_close()
