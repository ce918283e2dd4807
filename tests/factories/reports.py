"""Reports of problems in town, in any situation."""

import io

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image
from wagtail.models import Locale

from eservices.cases import process
from eservices.reports import actions, photos
from eservices.reports.models import ProblemCategory, ProblemReport
from tests.factories.cases import TeamFactory

LAKE = {"lat": 46.5101, "lon": 6.4982}  # rue du Lac


class ReportCategoryFactory(factory.django.DjangoModelFactory):
    """Street lamps, which the road team mends."""

    class Meta:
        model = ProblemCategory
        django_get_or_create = ["name", "locale"]

    locale = factory.LazyFunction(lambda: Locale.objects.get_or_create(language_code="fr")[0])
    name = "Éclairage"
    icon = "lamp"
    promise = "Une lampe est réparée en quatre jours."
    team = factory.LazyFunction(lambda: TeamFactory(key="voirie", name="Voirie"))


def photo(name: str = "IMG_4711.jpg", *, where: tuple | None = None, size=(64, 48)) -> SimpleUploadedFile:
    """A photo as a telephone sends it: with its make, and the place where it was taken if ``where``."""
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
    """A report that waits for somebody to look at it."""
    category = fields.pop("category", None) or ReportCategoryFactory()
    kept = actions.store_photo(actor=None, photo=photos.clean_photo(photo())[0]) if pictured else None
    given = {"address": "Rue du Lac 14", **LAKE} if place is None else place
    report = actions.create_report(
        actor=None, category=category, place=given, photo=kept, email=email, language="fr", **fields
    )
    process.advance_case(report.case_id)
    return ProblemReport.objects.select_related("case").get(pk=report.pk)
