"""Writes the JSON Schema of service definitions, as it stands in ``docs/service-definition.schema.json``."""

from django.core.management.base import BaseCommand

from eservices.catalogue.files import written
from eservices.catalogue.schema import published


class Command(BaseCommand):
    help = "Writes the JSON Schema of service definitions."

    def handle(self, **options):
        self.stdout.write(written(published()), ending="")
