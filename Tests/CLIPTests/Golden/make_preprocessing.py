"""Golden preprocessed pictures, by transformers 5.23.0 with Pillow 13.0.0 and NumPy (Python 3.11).

    python make_preprocessing.py

Pictures come from a formula that PreprocessingTests.swift knows too. For each case a hash over the picture resized and
cropped to 8 bits, which must be equal, and some normalised values, equal to 1e-6.
"""
import json
import os

import numpy as np
from PIL import Image
from transformers import CLIPImageProcessorPil

here = os.path.dirname(os.path.abspath(__file__))


def picture(width, height):
    """Gradients, stripes and noise: red, green and blue by pixel."""
    y, x = np.mgrid[0:height, 0:width].astype(np.uint64)
    noise = (x * 2654435761 + y * 40503 * 65537 + 12345) % 2**32
    noise = (noise ^ (noise >> np.uint64(15))) * 2246822519 % 2**32 >> np.uint64(24)
    red = noise
    green = x * 255 // max(width - 1, 1)
    blue = np.where((x // 3 + y // 5) % 2 == 0, 255, y * 255 // max(height - 1, 1))
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def hashed(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def case(width, height, **options):
    processor = CLIPImageProcessorPil(**options)
    image = Image.fromarray(picture(width, height))
    raw = processor(image, do_rescale=False, do_normalize=False, return_tensors="np")["pixel_values"][0]
    pixels = processor(image, return_tensors="np")["pixel_values"][0]
    flat = pixels.reshape(-1)
    places = [int(p) for p in np.linspace(0, flat.size - 1, 12)]
    config = json.loads(processor.to_json_string())
    return {
        "width": width,
        "height": height,
        "config": config,
        "shape": list(pixels.shape),
        "hash": hashed(raw.astype(np.uint8).tobytes()),
        "values": [[p, float(flat[p])] for p in places],
    }


def size(edge):
    return {"size": {"shortest_edge": edge}, "crop_size": {"height": edge, "width": edge}}


def cases():
    return [
        case(640, 480),
        case(333, 517),
        case(224, 224),
        case(100, 37),
        case(1, 1, **size(16)),
        case(500, 3, **size(32)),
        case(1201, 899, **size(336)),
        case(64, 64, **size(64)),
        case(65, 64, **size(64)),
        case(96, 80, **size(64), resample=2),
        case(96, 80, **size(64), resample=1),
        case(96, 80, **size(64), resample=4),
        case(96, 80, **size(64), resample=5),
        case(31, 50, **size(64), resample=1),
        case(70, 50, size={"height": 40, "width": 60}, crop_size={"height": 33, "width": 47}),
        case(70, 50, size={"shortest_edge": 20}, crop_size={"height": 33, "width": 31}),
        case(40, 30, do_resize=False, crop_size={"height": 24, "width": 51}),
        case(40, 30, do_center_crop=False, size={"height": 17, "width": 19}, image_mean=[0.5] * 3, image_std=[0.5] * 3),
        case(40, 30, do_normalize=False, **size(16)),
        case(40, 30, do_rescale=False, **size(16)),
    ]

if __name__ == "__main__":
    with open(os.path.join(here, "preprocessing.golden.json"), "w") as file:
        json.dump(cases(), file, indent=0)
