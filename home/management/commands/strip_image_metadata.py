"""Removal of metadata from images that were stored without the removal at upload."""

from django.core.management.base import BaseCommand
from django.db import transaction
from wagtail.images import get_image_model
from wagtail.users.models import UserProfile

from ...images.metadata import strip, strip_portrait
from ...untrusted_files.inspection import CannotOpen


class Command(BaseCommand):
    help = (
        "Removes GPS and other metadata from images, their renditions and portraits of staff in the storage."
    )

    def handle(self, **options):
        changed = failed = 0
        for image in get_image_model().objects.order_by("pk").iterator():
            try:
                with transaction.atomic():
                    changed += self.strip(image)
            except (CannotOpen, OSError) as fault:
                failed += 1
                self.stderr.write(f"{image.pk} {image.title}: {fault}")
        for profile in UserProfile.objects.exclude(avatar="").order_by("pk"):
            try:
                with transaction.atomic():
                    if strip_portrait(profile.avatar):
                        profile.save(update_fields=["avatar"])
                        changed += 1
            except (CannotOpen, OSError) as fault:
                failed += 1
                self.stderr.write(f"{profile.avatar.name}: {fault}")
        self.stdout.write(f"{changed} images stripped, {failed} could not be read.")

    def strip(self, image) -> bool:
        if not strip(image):
            return False
        image.save()
        for rendition in image.renditions.all():  # one by one, so that each file is deleted with its row
            rendition.delete()
        return True
