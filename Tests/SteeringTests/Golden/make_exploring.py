"""Golden numbers for what is found out about directions, by scikit-learn, SciPy and concept-erasure.

    python make_exploring.py > exploring.json

The inputs come from the linear congruential generator of make_steering.py, which the Swift test repeats, so only results
are stored; resamples are the draws of torch.randint. Agreement: LASSO 1e-6, LEACE 1e-4 (float32), the bootstrap's own
values 1e-9, SciPy's interval with other draws 0.02, exact p-values 1e-12.
"""
import json
import warnings

import numpy as np
import scipy
import sklearn
import torch
from concept_erasure import LeaceFitter
from scipy.stats import bootstrap, permutation_test
from sklearn.linear_model import Lasso
from sklearn.metrics import roc_auc_score

warnings.filterwarnings("ignore")
state = 42
width = 12


def numbers(n):
    global state
    out = np.empty(n)
    for i in range(n):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        out[i] = (state >> 40) / 2**24 - 0.5
    return out


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def rows(n):
    return unit(numbers(n * width).reshape(n, width).astype(np.float32))


shift = np.zeros(width, dtype=np.float32)
shift[0] = 0.25
safe, unsafe = unit(rows(5) + shift), unit(rows(4) - shift)
concepts, z = rows(9), rows(6)
prompts_safe, prompts_unsafe = unit(rows(14) + shift * 0.5), unit(rows(11) - shift * 0.5)
result = {"versions": {"torch": torch.__version__, "sklearn": sklearn.__version__, "scipy": scipy.__version__}}

s64, u64 = safe.astype(np.float64), unsafe.astype(np.float64)
difference = s64.mean(0) - u64.mean(0)
v = unit(difference)

# SpLiCE: concepts less their mean.
centred = unit(concepts.astype(np.float64) - concepts.astype(np.float64).mean(0))
result["sparse"] = []
for penalty in (0.02, 0.1, 0.3):
    fit = Lasso(alpha=penalty / width, positive=True, fit_intercept=False, tol=1e-14, max_iter=1000000)
    fit.fit(centred.T, v)
    total = fit.coef_ @ centred
    size = np.linalg.norm(total)
    result["sparse"].append({
        "penalty": penalty, "weights": fit.coef_.tolist(), "cosine": float(total @ v / size) if size > 0 else 0.0})

# AUC of each on each.
w = unit(prompts_safe.astype(np.float64).mean(0) - prompts_unsafe.astype(np.float64).mean(0))
groups = [(s64, u64), (prompts_safe.astype(np.float64), prompts_unsafe.astype(np.float64))]
result["auc"] = [
    [roc_auc_score([1] * len(a) + [0] * len(b), np.concatenate([a @ d, b @ d])) for a, b in groups] for d in (v, w)]
result["cosines"] = [[1.0, float(v @ w)], [float(v @ w), 1.0]]

# The bootstrap of AUC, with torch's draws and with SciPy's own.
a, b = groups[1][0] @ v, groups[1][1] @ v


def auc(x, y):
    # As the fraction that it is: half pairs of all pairs, without the last bit's noise, which would break ties.
    pairs = 2 * len(x) * len(y)
    return np.round(roc_auc_score([1] * len(x) + [0] * len(y), np.concatenate([x, y])) * pairs) / pairs


def fast(x, y, axis=-1):
    x, y = np.asarray(x), np.asarray(y)
    gap = x[..., :, None] - y[..., None, :]
    pairs = 2 * gap.shape[-1] * gap.shape[-2]
    return np.round(((gap > 0) + 0.5 * (gap == 0)).mean(axis=(-2, -1)) * pairs) / pairs


torch.manual_seed(7)
values = []
for _ in range(500):
    i, j = torch.randint(0, len(a), (len(a),)).numpy(), torch.randint(0, len(b), (len(b),)).numpy()
    values.append(auc(a[i], b[j]))
given = iter(values)
# SciPy's own interval from these values: the resampled statistic is replaced, the jackknife is its own.
import scipy.stats._resampling as resampling

ends = [
    scipy.stats.bootstrap(
        (a, b), fast, method="BCa", n_resamples=0, vectorized=True, confidence_level=0.9,
        bootstrap_result=type("Result", (), {
            "bootstrap_distribution": np.array(values), "standard_error": 0, "confidence_interval": None})())
]
interval = ends[0].confidence_interval
own = bootstrap((a, b), fast, method="BCa", n_resamples=20000, vectorized=True, confidence_level=0.9,
                rng=np.random.default_rng(0)).confidence_interval
result["bootstrap"] = {
    "auc": auc(a, b), "first": values[:8], "mean": float(np.mean(values)),
    "percentile": np.quantile(values, [0.05, 0.95]).tolist(), "accelerated": [float(interval.low), float(interval.high)],
    "scipy": [float(own.low), float(own.high)],
}

# The cone: torch's draws again.
torch.manual_seed(3)
angles = []
for _ in range(300):
    i, j = torch.randint(0, 5, (5,)).numpy(), torch.randint(0, 4, (4,)).numpy()
    d = unit(s64[i].mean(0) - u64[j].mean(0))
    angles.append(float(np.degrees(2 * np.arcsin(np.linalg.norm(d - v) / 2))))
result["cone"] = {"first": angles[:8], "cone": float(np.quantile(angles, 0.95))}


def distance(x, y, axis=0):
    return np.linalg.norm(np.mean(x, axis=0) - np.mean(y, axis=0))


everything = np.concatenate([s64, u64])


def split_distance(x, y):
    return distance(everything[np.asarray(x, dtype=int)], everything[np.asarray(y, dtype=int)])


exact = permutation_test((np.arange(5), np.arange(5, 9)), split_distance, vectorized=False, alternative="greater",
                         n_resamples=np.inf)
result["permutation"] = {"p": float(exact.pvalue), "deals": int(len(exact.null_distribution))}

# LEACE.
x = torch.tensor(np.concatenate([groups[1][0], groups[1][1]]), dtype=torch.float64)
labels = torch.tensor([0.0] * 14 + [1.0] * 11, dtype=torch.float64)
eraser = LeaceFitter.fit(x, labels, shrinkage=True).eraser
result["leace"] = eraser(torch.tensor(z, dtype=torch.float64)).flatten().tolist()

# Modes.
zv = z.astype(np.float64) @ v
steps = {
    "ablation": -zv, "amplification": 0.7 * zv, "clamp": np.maximum(0.2 - zv, 0),
    "amplification_negative": -0.4 * zv}
result["modes"] = {
    name: unit(z.astype(np.float64) + step[:, None] * v).flatten().tolist() for name, step in steps.items()}
print(json.dumps(result))
