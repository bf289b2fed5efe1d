"""Golden numbers for t-SNE, by scikit-learn.

Made with scikit-learn 1.9.1 and NumPy 2.x:  python make_tsne.py > tsne.json
Descent ends in one of many local minima, so the divergences of several starts are given; the tests allow 3 % beyond their
range, 0.01 on the trustworthiness, 1e-4 relative on the affinities. The descent under test starts from the components.
"""
import json

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities
from sklearn.metrics import pairwise_distances
from scipy.spatial.distance import squareform

SEED, COUNT, DIMENSIONS, PERPLEXITY = 7, 160, 12, 20

rng = np.random.default_rng(SEED)
centres = rng.normal(size=(4, DIMENSIONS)) * 2.5
cluster = np.arange(120) % 4
blobs = centres[cluster] + rng.normal(size=(120, DIMENSIONS)) * (0.5 + 0.4 * cluster)[:, None]
t = np.linspace(0, 2 * np.pi, 40)
loop = np.zeros((40, DIMENSIONS))
loop[:, 0], loop[:, 3], loop[:, 7] = 6 * np.cos(t), 6 * np.sin(t), 2 * np.sin(2 * t)
loop += rng.normal(size=loop.shape) * 0.15
points = np.concatenate([blobs, loop]).round(3).astype(np.float32)

def fit(init, seed):
    return TSNE(
        perplexity=PERPLEXITY, method="exact", init=init, learning_rate="auto", random_state=seed).fit(points)


model = fit("pca", SEED)
others = [fit("random", seed) for seed in range(4)]
affinities = squareform(_joint_probabilities(pairwise_distances(points, squared=True), PERPLEXITY, 0))
components = PCA(n_components=2).fit_transform(points)

print(json.dumps({
    "dimensions": DIMENSIONS,
    "perplexity": PERPLEXITY,
    "points": [round(float(v), 3) for v in points.ravel()],
    "divergences": [round(float(m.kl_divergence_), 6) for m in [model, *others]],
    "trustworthiness": round(float(trustworthiness(points, model.embedding_, n_neighbors=10)), 6),
    "affinities_of_first": [float(f"{v:.6g}") for v in affinities[0]],
    "components": [[round(float(v), 4) for v in column] for column in components.T],
}))
