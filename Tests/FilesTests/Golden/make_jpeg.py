"""What Pillow's JPEG makes of a picture: the pixels after writing it with standard settings and reading it back.

Made with Pillow 13.0.0: python make_jpeg.py
Writes jpeg_round_trip.json. Channel c of the pixel at column x, row y is (40 c + 9 x + 13 y + x y) mod 256.
Tolerance: 1 (codecs may round differently).
"""
import io
import json

from PIL import Image

W, H = 19, 13
source = Image.new("RGB", (W, H))
source.putdata([tuple((40 * c + 9 * x + 13 * y + x * y) % 256 for c in range(3)) for y in range(H) for x in range(W)])
file = io.BytesIO()
source.save(file, "JPEG")
with Image.open(file) as read:
    rgb = list(read.convert("RGB").tobytes())
with open("jpeg_round_trip.json", "w") as out:
    json.dump({"width": W, "height": H, "rgb": rgb}, out, separators=(",", ":"))
