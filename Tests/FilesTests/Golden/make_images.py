"""Golden pictures, and their pixels as Pillow sees them.

Made with Pillow 13.0.0 and numpy 2.4.6: python make_images.py
Writes images/*.png, images/*.jpg and images.json: width, height and the red, green and blue values (0…255) of each
pixel, in rows. Transparency is laid on white; EXIF orientation is applied. 16-bit PNGs are written by hand here, because Pillow
keeps no 16-bit colour. Tolerance: 0.001 for PNG, 1 for JPEG (decoders may round differently).
"""
import json
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

os.makedirs("images", exist_ok=True)
rng = np.random.default_rng(0)
W, H = 7, 5
pictures = {}


def keep(name, values):
    values = np.asarray(values, dtype=np.float64)
    pictures[name] = {"width": values.shape[1], "height": values.shape[0],
                      "rgb": [round(float(v) * 255, 3) for v in values.flatten()]}


def on_white(rgba):
    rgba = np.asarray(rgba, dtype=np.float64)
    alpha = rgba[..., 3:]
    return rgba[..., :3] * alpha + (1 - alpha)


def save_png(name, image):
    image.save(f"images/{name}.png")
    keep(f"{name}.png", on_white(np.asarray(image.convert("RGBA")) / 255))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(name, colour, samples, extra=b""):
    """A 16-bit PNG; samples [H, W, channels]."""
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    with open(f"images/{name}.png", "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, 16, colour, 0, 0, 0)) + extra
                + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


rgb = rng.integers(0, 256, (H, W, 3), dtype=np.uint8)
rgba = rng.integers(0, 256, (H, W, 4), dtype=np.uint8)
save_png("rgb8", Image.fromarray(rgb))
save_png("rgba8", Image.fromarray(rgba))
save_png("grey8", Image.fromarray(rgb[..., 0]))
save_png("grey_alpha8", Image.fromarray(rgba[..., :2], "LA"))
save_png("grey1", Image.fromarray(rgb[..., 0]).convert("1"))
palette = Image.fromarray(rgb).quantize(5)
save_png("palette", palette)
palette.save("images/palette_transparent.png", transparency=2)
keep("palette_transparent.png", on_white(np.asarray(Image.open("images/palette_transparent.png").convert("RGBA")) / 255))

deep = rng.integers(0, 65536, (H, W, 4), dtype=np.uint16)
raw_png("rgb16", 2, deep[..., :3])
keep("rgb16.png", deep[..., :3] / 65535)
raw_png("rgba16", 6, deep)
keep("rgba16.png", on_white(deep / 65535))
raw_png("grey16", 0, deep[..., :1])
keep("grey16.png", np.repeat(deep[..., :1] / 65535, 3, axis=2))

y, x = np.mgrid[0:18, 0:20]
smooth = np.stack([x * 12, y * 14, 255 - x * 6 - y * 6], axis=2).clip(0, 255).astype(np.uint8)
photo = Image.fromarray(smooth)


def save_jpeg(name, image, **options):
    image.save(f"images/{name}.jpg", **options)
    seen = ImageOps.exif_transpose(Image.open(f"images/{name}.jpg")).convert("RGB")
    keep(f"{name}.jpg", np.asarray(seen) / 255)


save_jpeg("colour", photo, quality=80)
save_jpeg("progressive", photo, quality=90, progressive=True, subsampling=0)
save_jpeg("grey", photo.convert("L"))
save_jpeg("cmyk", photo.convert("CMYK"), quality=95)
for orientation in (2, 3, 4, 5, 6, 7, 8):
    exif = Image.Exif()
    exif[0x0112] = orientation
    save_jpeg(f"orientation{orientation}", photo.resize((8, 6)), exif=exif, quality=90)
photo.save("images/not.gif")
# The orientation of a PNG: before the pixels, and (5) behind them, where ISO 15948 lets it stand too.
for orientation in (2, 3, 4, 5, 6, 7, 8):
    exif = Image.Exif()
    exif[0x0112] = orientation
    name = f"orientation{orientation}.png"
    Image.fromarray(rgb).save(f"images/{name}", exif=exif)
    if orientation == 5:
        data = open(f"images/{name}", "rb").read()
        at = data.index(b"eXIf") - 4
        length = 12 + struct.unpack(">I", data[at:at + 4])[0]
        moved, rest = data[at:at + length], data[:at] + data[at + length:]
        open(f"images/{name}", "wb").write(rest[:-12] + moved + rest[-12:])
    keep(name, np.asarray(ImageOps.exif_transpose(Image.open(f"images/{name}"))) / 255)
with open("images.json", "w") as f:
    json.dump(pictures, f, separators=(",", ":"))
