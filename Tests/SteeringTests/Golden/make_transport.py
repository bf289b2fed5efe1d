"""Golden maps between two spaces, by scikit-learn and SciPy.

Made with scikit-learn 1.9 and SciPy 1.17:  python make_transport.py > transport.json

b is a noisy linear image of a.
The ridge is RidgeCV's with an intercept, which chooses λ by leaving one row out; the rotation is
scipy.linalg.orthogonal_procrustes' of the centred rows. A direction is carried by the matrix alone. On every fifth
row, held out, the cosine between carried and true rows is computed as the documentation of `transport` says.
"""
import json

import numpy as np
from scipy.linalg import orthogonal_procrustes
from sklearn.linear_model import RidgeCV

rng = np.random.default_rng(11)
ROWS, A, B = 60, 12, 9
LAMBDAS = [10 ** (k / 2) for k in range(-8, 5)]


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).round(4)


hidden = rng.normal(size=(ROWS, 6))
a = unit(hidden @ rng.normal(size=(6, A)) + 0.3 * rng.normal(size=(ROWS, A)) + 0.5)
b = unit(hidden @ rng.normal(size=(6, B)) + 0.3 * rng.normal(size=(ROWS, B)) - 0.2)
turned = unit((a - 0.1) @ np.linalg.qr(rng.normal(size=(A, A)))[0] + 0.05 * rng.normal(size=(ROWS, A)))
v = rng.normal(size=A)
v = (v / np.linalg.norm(v)).round(6)
v /= np.linalg.norm(v)


def ridge(x, y):
    model = RidgeCV(alphas=LAMBDAS, fit_intercept=True).fit(x, y)
    return model.coef_.T, float(model.alpha_)


def rotation(x, y):
    return orthogonal_procrustes(x - x.mean(0), y - y.mean(0))[0], None


def case(method, x, y):
    matrix, strength = method(x, y)
    held = np.arange(ROWS) % 5 == 4
    part, _ = method(x[~held], y[~held])
    p, q = (x[held] - x[~held].mean(0)) @ part, y[held] - y[~held].mean(0)
    cosine = float(np.mean((p * q).sum(1) / np.linalg.norm(p, axis=1) / np.linalg.norm(q, axis=1)))
    there = v @ part
    correlation = float(np.corrcoef(x[held] @ v, y[held] @ there)[0, 1])
    carried = v @ matrix
    return {
        "lambda": strength, "carried": [round(float(c), 6) for c in carried / np.linalg.norm(carried)],
        "cosine": round(cosine, 6), "correlation": round(correlation, 6),
    }


print(json.dumps({
    "rows": ROWS, "a": a.ravel().tolist(), "b": b.ravel().tolist(), "turned": turned.ravel().tolist(), "v": v.tolist(),
    "ridge": case(ridge, a, b), "procrustes": case(rotation, a, turned),
}))
