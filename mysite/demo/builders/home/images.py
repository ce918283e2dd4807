"""Pictures as Wagtail images."""

from io import BytesIO

from django.core.files.images import ImageFile
from wagtail.images import get_image_model

from ...pictures import PORTRAITS, SCENES, read_picture
from ..context import DemoContext


def build(world: DemoContext) -> None:
    for name, (title, alt) in SCENES.items():
        world.images[name] = _keep(name, title, alt)
    for name, person in PORTRAITS.items():
        world.images[name] = _keep(name, person, f"Portrait dessiné de {person}")


def _keep(name: str, title: str, alt: str):
    file = ImageFile(BytesIO(read_picture(name)), name=f"{name}.webp")
    size = {"width": file.width, "height": file.height, "file_size": file.size}
    image = get_image_model()(title=title, description=alt, file=file, **size)
    image.save()
    return image
