"""Golden numbers for UMAP, by umap-learn, on the points of tsne.json.

Made with umap-learn 0.5 and scikit-learn 1.9:  python make_umap.py > umap.json

The descent is random, so the quality
of several seeds is given: the trustworthiness, and the share of the ten nearest neighbours in space that are among
the ten nearest on the map. The tests allow 0.01 and 0.03 below the worst of them. The graph, the curve and the
neighbours are not random, and must agree.
"""
import json
import pathlib

import numpy as np
import umap
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors
from umap.umap_ import find_ab_params, fuzzy_simplicial_set

NEIGHBOURS = 15
golden = json.loads((pathlib.Path(__file__).parent / "tsne.json").read_text())
points = np.array(golden["points"], dtype=np.float32).reshape(-1, golden["dimensions"])
distances, indices = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(points).kneighbors(points)
graph, _, _ = fuzzy_simplicial_set(
    points, NEIGHBOURS, np.random.RandomState(0), "euclidean", knn_indices=indices, knn_dists=distances.astype(np.float32))
graph = graph.tocoo()
edges = sorted((int(i), int(j), float(f"{w:.6g}")) for i, j, w in zip(graph.row, graph.col, graph.data) if w > 0)


def kept(a, b, k=10):
    near = [NearestNeighbors(n_neighbors=k).fit(p).kneighbors(return_distance=False) for p in (a, b)]
    return float(np.mean([len(set(x) & set(y)) / k for x, y in zip(*near)]))


start = PCA(n_components=2).fit_transform(points)
qualities = []
for seed, init in [(0, start), (1, start), (2, start), (3, "spectral"), (4, "spectral")]:
    plane = umap.UMAP(n_neighbors=NEIGHBOURS, min_dist=0.1, init=init, random_state=seed).fit_transform(points)
    qualities.append([round(float(trustworthiness(points, plane, n_neighbors=10)), 6), round(kept(points, plane), 6)])
curves = []
for minimum in [0.0, 0.1, 0.25, 0.5, 0.8]:
    a, b = find_ab_params(1.0, minimum)
    curves.append([minimum, round(float(a), 6), round(float(b), 6)])
print(json.dumps({
    "neighbours": NEIGHBOURS,
    "nearest_of_first": [indices[0].tolist()[1:], [float(f"{v:.6g}") for v in distances[0][1:]]],
    "edge_count": len(edges),
    "edges_of_some": [e for e in edges if e[0] in (0, 50, 130)],
    "weight": round(float(sum(e[2] for e in edges)), 4),
    "curves": curves,
    "qualities": qualities,
}))
