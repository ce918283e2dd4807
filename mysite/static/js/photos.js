// A photo that is too large is drawn smaller, as JPEG. What the camera wrote beside it goes along, such as the place;
// the server removes what is not for others.

const LARGEST = 2560; // pixels of the longer side
const QUALITIES = [0.85, 0.6];

/** A smaller copy of `file` within `most` bytes; the file itself where it is small enough, or no photo to be drawn. */
export async function shrink(file, most) {
  if (file.size <= most || !file.type.startsWith("image/")) return file;
  const picture = await createImageBitmap(file).catch(() => null); // upright
  if (!picture) return file;
  const scale = Math.min(1, LARGEST / Math.max(picture.width, picture.height));
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.width * scale, height: picture.height * scale });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // under what is transparent
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const exif = await exifOf(file);
  for (const quality of QUALITIES) {
    const drawn = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (drawn && drawn.size + exif.length <= most) {
      const name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
      return new File([drawn.slice(0, 2), exif, drawn.slice(2)], name, { type: "image/jpeg" });
    }
  }
  return file;
}

/** The segment of a JPEG with what the camera wrote, without the turn, as the copy is upright. */
async function exifOf(file) {
  const bytes = new Uint8Array(await file.slice(0, 131_072).arrayBuffer());
  const view = new DataView(bytes.buffer);
  try {
    if (view.getUint16(0) !== 0xffd8) return new Uint8Array();
    for (let at = 2; view.getUint8(at) === 0xff && view.getUint8(at + 1) !== 0xda; at += 2 + view.getUint16(at + 2)) {
      if (view.getUint16(at) !== 0xffe1 || view.getUint32(at + 4) !== 0x45786966) continue;
      setUpright(view, at + 10);
      return bytes.slice(at, at + 2 + view.getUint16(at + 2));
    }
  } catch {
    // It is damaged: the picture goes without.
  }
  return new Uint8Array();
}

function setUpright(view, tiff) {
  const little = view.getUint16(tiff) === 0x4949;
  const first = tiff + view.getUint32(tiff + 4, little);
  for (let entry = 0; entry < view.getUint16(first, little); entry++) {
    const at = first + 2 + 12 * entry;
    if (view.getUint16(at, little) === 0x0112) view.setUint16(at + 8, 1, little);
  }
}
