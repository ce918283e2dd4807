"""Pictures as Wagtail images. They are drawn in parallel, because compression is slow."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from django.core.files.images import ImageFile
from wagtail.images import get_image_model

from ...pictures import PORTRAITS, SCENES, draw_portrait, draw_scene
from ...pictures.scenes import PORTRAIT_SIZE, SIZE
from ..context import DemoContext


def build(world: DemoContext) -> None:
    with ThreadPoolExecutor(2) as pool:
        scenes = dict(zip(SCENES, pool.map(draw_scene, SCENES), strict=True))
        faces = dict(zip(PORTRAITS, pool.map(draw_portrait, PORTRAITS), strict=True))
    for name, content in scenes.items():
        title, alt, *_drawing = SCENES[name]
        world.images[name] = _keep(name, title, alt, content, SIZE)
    for name, content in faces.items():
        title = PORTRAITS[name]["name"]
        world.images[name] = _keep(name, title, f"Portrait dessiné de {title}", content, PORTRAIT_SIZE)


def _keep(name: str, title: str, alt: str, content: bytes, size: tuple[int, int]):
    image = get_image_model()(title=title, description=alt, width=size[0], height=size[1])
    image.file.save(f"{name}.png", ImageFile(BytesIO(content), name=f"{name}.png"), save=False)
    image.file_size = len(content)
    image.save()
    return image
