"""What pictures look like, by NumPy: edge energy, colourfulness (Hasler and Suesstrunk 2003, as in their paper's
formula for natural images), root mean variance within groups. Writes structure.golden.json.

    python make_structure.py
"""
import json

import numpy as np

WIDTH, HEIGHT = 7, 5


def picture(number):
    c, y, x = np.meshgrid(np.arange(3), np.arange(HEIGHT), np.arange(WIDTH), indexing="ij")
    return ((c * 7 + y * 3 + x * 5 + number * (x + 2 * c)) % 11) / 10


pictures = np.stack([picture(number) for number in range(4)])


def edges(image):
    grey = np.tensordot([0.299, 0.587, 0.114], image, axes=1)
    return np.hypot(np.diff(grey, axis=1)[:-1], np.diff(grey, axis=0)[:, :-1]).mean()


def colours(image):
    r, g, b = 255 * image
    rg, yb = r - g, (r + g) / 2 - b
    return np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())


groups = pictures.reshape(2, 2, 3, HEIGHT, WIDTH)
with open("structure.golden.json", "w") as file:
    json.dump({
        "edges": float(np.mean([edges(p) for p in pictures])),
        "colours": float(np.mean([colours(p) for p in pictures])),
        "diversity": float(np.mean(np.sqrt(groups.var(axis=1, ddof=1).mean(axis=(1, 2, 3))))),
    }, file)
