"""Lists the rows whose e-mail address has no normal form, or not its normal form because another row has it."""

from django.apps import apps
from django.core.management.base import BaseCommand

from eservices.accounts.email_addresses import NoNormalForm, normal_form
from eservices.accounts.fields import EmailAddressField


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        for model in apps.get_models():
            for field in model._meta.local_fields:
                if isinstance(field, EmailAddressField):
                    self._list(model, field.attname)

    def _list(self, model, field: str) -> None:
        rows = model._base_manager.exclude(**{field: ""}).order_by("pk").values_list("pk", field)
        for key, address in rows.iterator(chunk_size=2000):
            try:
                known = normal_form(address) == address
            except NoNormalForm:
                known = False
            if not known:
                self.stdout.write(f"{model._meta.label} {key}: {field} {address}")
