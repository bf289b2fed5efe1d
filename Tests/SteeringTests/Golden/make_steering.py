"""Golden numbers for the steering mathematics, by PyTorch and scikit-learn.

    python make_steering.py > steering.json

The inputs come from a linear congruential generator that the Swift test repeats, so only results are stored.
Tolerance: 1e-5 relative for rewards and directions, 1e-4 for the fitted directions (scikit-learn's own convergence).
"""
import json
import numpy as np
import sklearn
import torch
from sklearn.covariance import ledoit_wolf
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

state = 42


def rows(n, width):
    """n unit rows of float32, from x -> x * 6364136223846793005 + 1442695040888963407 (mod 2**64), top 24 bits."""
    global state
    out = np.empty((n, width), dtype=np.float64)
    for i in range(n):
        for j in range(width):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            out[i, j] = (state >> 40) / 2**24 - 0.5
    x = torch.tensor(out, dtype=torch.float32)
    return torch.nn.functional.normalize(x, dim=1)


width = 12
shift = torch.zeros(width)
shift[0] = 0.6
unit = lambda x: torch.nn.functional.normalize(x, dim=-1)
safe, unsafe = unit(rows(5, width) + shift), unit(rows(3, width) - shift)
z, x = rows(6, width), rows(6, width)

difference = safe.mean(0) - unsafe.mean(0)
v = unit(difference)
result = {
    "versions": {"torch": torch.__version__, "sklearn": sklearn.__version__, "numpy": np.__version__},
    "meanDifference": difference.norm().item(),
    "mean": v.tolist(),
}

s, u = safe.double().numpy(), unsafe.double().numpy()
residuals = np.concatenate([s - s.mean(0), u - u.mean(0)])
covariance, _ = ledoit_wolf(residuals, assume_centered=True)
lda = np.linalg.solve(covariance, s.mean(0) - u.mean(0))
result["lda"] = (lda / np.linalg.norm(lda)).tolist()
logistic = LogisticRegression(C=1.0, tol=1e-12, max_iter=10000).fit(np.concatenate([s, u]), [1] * 5 + [0] * 3).coef_[0]
result["logistic"] = (logistic / np.linalg.norm(logistic)).tolist()

for mode in ("translation", "projection"):
    for alpha in (0.5, 1.5):
        zv = z @ v
        moved = z + alpha * v if mode == "translation" else z - zv[:, None] * v + alpha * v
        steered = unit(moved)
        leaf = x.clone().requires_grad_()
        reward = (leaf * steered).sum(1)
        reward.sum().backward()
        result[f"{mode}_{alpha}"] = {
            "steered": steered.flatten().tolist(),
            "reward": reward.tolist(),
            "gradient": leaf.grad.flatten().tolist(),
        }

scores = [round(float(value), 2) for value in (z @ v)] + [0.1, 0.1, -0.3]
labels = [1, 0, 1, 1, 0, 0, 1, 0, 0]
result["auc"] = {"scores": scores, "labels": labels, "value": roc_auc_score(labels, scores)}
print(json.dumps(result, indent=1))
