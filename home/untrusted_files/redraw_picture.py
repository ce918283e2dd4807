"""Program that re-encodes a picture: ``python redraw_picture.py OPTIONS <FILE``, OPTIONS as JSON.

A separate program with little memory and time and without access to the site: a picture is untrusted and may exploit
its reader. Writes a line of JSON, then the picture: upright, with its colour profile, without any other metadata.

OPTIONS: ``formats`` that may be read, ``most_pixels`` by format, ``largest`` (longer side in pixels, 0 for as it is),
``format`` to write ("" for the one it has), ``quality``. The line: ``error`` ("", "damaged", "too_large"), ``format``,
``width``, ``height`` and ``place`` (latitude and longitude in the EXIF, or null).
"""

import io
import json
import resource
import sys
import warnings

from PIL import ExifTags, Image, ImageOps, JpegImagePlugin

SECONDS, MEMORY = 10, 768 * 1024**2  # seconds of processor time; bytes in all
# Entries of Pillow's ``info`` that affect how the pixels look.
LOOK = ("transparency", "icc_profile", "background", "duration", "loop", "disposal", "blend", "gamma")


class TooLarge(Exception):
    """The picture has more pixels than the format allows."""


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def redraw(file, options: dict) -> tuple[dict, bytes]:
    """Return the data of a picture and the re-encoded picture. Raise ``TooLarge``."""
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is lower
    if "HEIF" in options["formats"]:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    with Image.open(file, formats=options["formats"]) as picture:
        kind = "JPEG" if picture.format == "MPO" else picture.format
        frames = 1 if kind in ("JPEG", "HEIF", "TIFF") else getattr(picture, "n_frames", 1)
        if picture.width * picture.height * frames > options["most_pixels"][kind]:
            raise TooLarge
        place, target = place_of(picture), options["format"] or kind
        if frames > 1 and target == kind:
            drawn, more = draw_frames(picture)
        else:
            drawn, more = draw(picture, target, options["largest"]), {}
        written = io.BytesIO()
        drawn.save(written, target, **saving(picture, kind, target, options["quality"]), **more)
    about = {"error": "", "format": target, "width": drawn.width, "height": drawn.height, "place": place}
    return about, written.getvalue()


def draw(picture: Image.Image, target: str, largest: int) -> Image.Image:
    if largest:
        picture.draft("RGB", (largest, largest))
    picture.load()
    orientation = picture.getexif().get(ExifTags.Base.Orientation, 1)
    drawn = picture.convert("RGBA") if largest and picture.mode == "P" else picture
    if largest:  # first, so that the rest is done on a small picture
        drawn.thumbnail((largest, largest))
    if target == "JPEG" and picture.mode not in ("RGB", "L", "CMYK"):
        drawn = flat(drawn)
    drawn.getexif()[ExifTags.Base.Orientation] = orientation
    return bare(ImageOps.exif_transpose(drawn))


def flat(picture: Image.Image) -> Image.Image:
    """Return a picture without transparency, on white."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    whole = picture if picture.mode == "RGBA" else picture.convert("RGBA")
    on_white = Image.new("RGB", whole.size, "white")
    on_white.paste(whole, mask=whole)
    on_white.info = picture.info
    return on_white


def bare(picture: Image.Image) -> Image.Image:
    """Remove the metadata of a picture."""
    picture.info = {name: picture.info[name] for name in LOOK if name in picture.info}
    return picture


def draw_frames(picture: Image.Image) -> tuple[Image.Image, dict]:
    frames = []
    for number in range(picture.n_frames):
        picture.seek(number)
        frames.append(bare(picture.copy()))
    return frames[0], {"save_all": True, "append_images": frames[1:]}


def saving(picture: Image.Image, kind: str, target: str, quality: int) -> dict:
    """Return the options to write a picture. A JPEG keeps its quantization tables, and so its quality."""
    colours = picture.info.get("icc_profile")
    options = {"icc_profile": colours} if colours else {}
    if target == kind == "JPEG" and not quality:
        sampling = JpegImagePlugin.get_sampling(picture)
        return options | {"qtables": picture.quantization, "subsampling": sampling}
    if target == "JPEG":
        return options | {"quality": quality or 90, "optimize": True}
    return options | {"quality": quality or 90} if target in ("WEBP", "AVIF") else options


def place_of(picture: Image.Image) -> list[float] | None:
    """Return latitude and longitude in the EXIF; None if they are missing or invalid."""
    try:
        gps = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        lat = degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef] == "S")
        lon = degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef] == "W")
    except Exception:  # EXIF data may be malformed in many ways
        return None
    return [lat, lon] if abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0, 0) else None


def degrees(parts, negative: bool) -> float:
    whole, minutes, seconds = (float(part) for part in parts)
    found = round(whole + minutes / 60 + seconds / 3600, 6)
    return -found if negative else found


def main() -> None:
    limit()
    try:
        about, content = redraw(sys.stdin.buffer, json.loads(sys.argv[1]))
    except (TooLarge, Image.DecompressionBombError, MemoryError):
        about, content = {"error": "too_large"}, b""
    except Exception as fault:  # a file may be made to break any part of the decoder
        about, content = {"error": "damaged"}, b""
        print(f"{type(fault).__name__}: {fault}", file=sys.stderr)
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
