"""Problem reports in any situation."""

import io

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image
from wagtail.models import Locale

from eservices.cases import process
from eservices.reports import actions, photos
from eservices.reports.models import ProblemCategory, ProblemReport
from tests.factories.cases import TeamFactory

LAKE = {"lat": 46.5101, "lon": 6.4982}  # Rue du Lac


class ReportCategoryFactory(factory.django.DjangoModelFactory):
    """The category of street lamps, which the road team repairs."""

    class Meta:
        model = ProblemCategory
        django_get_or_create = ["name", "locale"]

    locale = factory.LazyFunction(lambda: Locale.objects.get_or_create(language_code="fr")[0])
    name = "Éclairage"
    icon = "lamp"
    promise = "Une lampe est réparée en quatre jours."
    team = factory.LazyFunction(lambda: TeamFactory(key="voirie", name="Voirie"))


def photo(name: str = "IMG_4711.jpg", *, where: tuple | None = None, size=(64, 48)) -> SimpleUploadedFile:
    """Return a photo as from a phone: with its make and, if ``where`` is given, the place in its EXIF."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Telefon AG"
    if where:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        for names, value, letters in (("Latitude", where[0], "NS"), ("Longitude", where[1], "EW")):
            degrees, rest = divmod(abs(value), 1)
            minutes, rest = divmod(rest * 60, 1)
            gps[ExifTags.GPS[f"GPS{names}"]] = (degrees, minutes, round(rest * 60, 4))
            gps[ExifTags.GPS[f"GPS{names}Ref"]] = letters[value < 0]
    drawn = io.BytesIO()
    Image.new("RGB", size, "navy").save(drawn, "JPEG", exif=exif)
    return SimpleUploadedFile(name, drawn.getvalue(), "image/jpeg")


def reported(
    *, pictured: bool = False, place: dict | None = None, email: str = "", **fields
) -> ProblemReport:
    """Create a problem report that no agent has treated yet."""
    category = fields.pop("category", None) or ReportCategoryFactory()
    kept = actions.store_photo(actor=None, photo=photos.clean_photo(photo())[0]) if pictured else None
    given = {"address": "Rue du Lac 14", **LAKE} if place is None else place
    report = actions.create_report(
        actor=None, category=category, place=given, photo=kept, email=email, language="fr", **fields
    )
    process.advance_case(report.case_id)
    return ProblemReport.objects.select_related("case").get(pk=report.pk)
