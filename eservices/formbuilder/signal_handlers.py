"""Signal handlers that invalidate the caches of forms and reference tables."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from home.caching import site_version

from .models import Form, FormVersion, HouseNumber, ReferenceRow, ReferenceTable


@receiver([post_save, post_delete], sender=Form)
@receiver([post_save, post_delete], sender=FormVersion)
@receiver([post_save, post_delete], sender=ReferenceTable)
@receiver([post_save, post_delete], sender=ReferenceRow)
@receiver([post_save, post_delete], sender=HouseNumber)
def invalidate_cached_forms(**kwargs):
    site_version.invalidate_site()
