"""Golden numbers for linear algebra.

Made with numpy 2.4.6 (float64), scikit-learn 1.9.1 and PyTorch 2.15.0 (gradients, float64):
python make_linear_algebra.py > linear_algebra.json
Tolerance: 2e-6 relative to the largest entry (float32 results). Vectors are compared up to the sign that Rhumb fixes.
"""
import json
import sys

import numpy as np
import torch
from sklearn.decomposition import PCA

rng = np.random.default_rng(0)


def rounded(a):
    return np.asarray(a, dtype=np.float32).astype(np.float64)


cases = {}


def keep(name, **arrays):
    cases[name] = {k: {"shape": list(np.shape(v)), "values": np.ravel(v).tolist()} for k, v in arrays.items()}


def gradient(function, *inputs):
    leaves = [torch.tensor(a, requires_grad=True) for a in inputs]
    result = function(*leaves)
    weights = torch.tensor([((i * 7 + 3) % 11) / 11 - 0.4 for i in range(result.numel())], dtype=torch.float64)
    (result.flatten() * weights).sum().backward()
    return [leaf.grad.numpy() for leaf in leaves]


tall = rounded(rng.normal(size=(5, 3)))
wide = rounded(rng.normal(size=(3, 6)))
square = rounded(rng.normal(size=(4, 4)))
symmetric = rounded(square + square.T)
positive = rounded(square @ square.T + np.eye(4))
sides = rounded(rng.normal(size=(4, 2)))
for name, a in (("tall", tall), ("wide", wide), ("square", square)):
    keep(f"svd {name}", a=a, s=np.linalg.svd(a, compute_uv=False),
         ds=gradient(lambda x: torch.linalg.svdvals(x), a)[0])
keep("eigh", a=symmetric, values=np.linalg.eigh(symmetric)[0])
keep("solve", a=square, b=sides, x=np.linalg.solve(square, sides), inverse=np.linalg.inv(square),
     det=np.linalg.det(square))
da, db = gradient(torch.linalg.solve, square, sides)
keep("solve gradient", da=da, db=db)
keep("cholesky", a=positive, l=np.linalg.cholesky(positive), da=gradient(torch.linalg.cholesky, positive)[0])
keep("lstsq tall", a=tall, b=rounded(rng.normal(size=(5, 2))), x=0)
cases["lstsq tall"]["x"] = {"shape": [3, 2], "values": np.linalg.lstsq(
    tall, np.reshape(cases["lstsq tall"]["b"]["values"], (5, 2)), rcond=None)[0].ravel().tolist()}
keep("lstsq wide", a=wide, b=sides[:3], x=np.linalg.lstsq(wide, sides[:3], rcond=None)[0])
deficient = np.outer([1.0, 2.0, 3.0, 4.0], [1.0, -1.0, 2.0])
keep("lstsq deficient", a=deficient, b=sides, x=np.linalg.lstsq(deficient, sides, rcond=None)[0],
     pinv=np.linalg.pinv(deficient))
keep("norms", a=tall, spectral=np.linalg.norm(tall, 2), nuclear=np.linalg.norm(tall, "nuc"),
     one=np.linalg.norm(tall, 1), infinity=np.linalg.norm(tall, np.inf))
rows = rounded(rng.normal(size=(12, 4)) @ np.diag([3.0, 1.0, 0.5, 0.1]) + 2)
pca = PCA(n_components=2, svd_solver="full").fit(rows)
signs = np.sign(pca.components_[range(2), np.argmax(np.abs(pca.components_), axis=1)])
keep("pca", rows=rows, mean=pca.mean_, components=pca.components_ * signs[:, None], variance=pca.explained_variance_,
     ratio=pca.explained_variance_ratio_, projected=pca.transform(rows) * signs)
json.dump(cases, sys.stdout, separators=(",", ":"))
