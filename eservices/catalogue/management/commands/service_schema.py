"""Output of the JSON Schema of service definitions, the same as ``docs/service-definition.schema.json``."""

from django.core.management.base import BaseCommand

from ...definition.files import serialize_definition
from ...definition.schema import published_schema


class Command(BaseCommand):
    help = "Writes the JSON Schema of service definitions."

    def handle(self, **options):
        self.stdout.write(serialize_definition(published_schema()), ending="")
