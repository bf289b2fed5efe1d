"""Optimal transport between Gaussians, by SciPy 1.17's sqrtm and scikit-learn 1.9's ledoit_wolf, for GaussianTransportTests.

    python make_gaussian_transport.py     # writes gaussian-transport.json beside itself

Rows from a seed, float64; tolerance 1e-5 of the largest value. `steered` is normalize(z + g (T(z) - z)) with g = 1 where
z . v < 0.1, and with g = sigmoid((0.1 - z . v) / 0.2).
"""
import json
import os

import numpy as np
from scipy.linalg import inv, sqrtm
from sklearn.covariance import ledoit_wolf

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(3)
WIDTH = 6


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


safe = unit(rng.normal(size=(12, WIDTH)) @ rng.normal(size=(WIDTH, WIDTH)) + rng.normal(size=WIDTH))
unsafe = unit(rng.normal(size=(7, WIDTH)) @ rng.normal(size=(WIDTH, WIDTH)) + rng.normal(size=WIDTH))
rows = unit(rng.normal(size=(5, WIDTH)))
v = unit(safe.mean(0) - unsafe.mean(0))


def covariance(side):
    return ledoit_wolf(side - side.mean(0), assume_centered=True)[0]


root = sqrtm(covariance(unsafe)).real
matrix = inv(root) @ sqrtm(root @ covariance(safe) @ root).real @ inv(root)
# It carries the one covariance to the other.
assert np.allclose(matrix @ covariance(unsafe) @ matrix, covariance(safe))
carried = (rows - unsafe.mean(0)) @ matrix + safe.mean(0)
safety = rows @ v
hard = (safety < 0.1).astype(float)[:, None]
soft = 1 / (1 + np.exp(-(0.1 - safety) / 0.2))[:, None]
assert 0 < hard.sum() < 5


def numbers(array):
    return [float(f"{value:.8g}") for value in np.asarray(array).reshape(-1)]


golden = {name: numbers(value) for name, value in {
    "safe": safe, "unsafe": unsafe, "rows": rows, "v": v, "carried": carried,
    "hard": unit(rows + hard * (carried - rows)), "soft": unit(rows + soft * (carried - rows))}.items()}
with open(os.path.join(here, "gaussian-transport.json"), "w") as file:
    json.dump(golden | {"width": WIDTH}, file, separators=(",", ":"))
    file.write("\n")
