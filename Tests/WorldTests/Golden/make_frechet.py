"""Fréchet distances between small sets of features, for FrechetDistance.

numpy and scipy (versions in the result), seed 0. Compared to 1e-4 relative. From this folder:

    python make_frechet.py > frechet.golden.json
"""
import json

import numpy
import scipy
from scipy.linalg import sqrtm

random = numpy.random.default_rng(0)


def distance(a, b):
    ca, cb = numpy.cov(a, rowvar=False), numpy.cov(b, rowvar=False)
    root = sqrtm(ca @ cb)
    shift = a.mean(0) - b.mean(0)
    return float(shift @ shift + numpy.trace(ca) + numpy.trace(cb) - 2 * numpy.trace(root).real)


cases = []
for n, m, width in [(40, 30, 5), (12, 50, 4), (25, 25, 3)]:
    mix = random.normal(size=(width, width))
    a = numpy.round(random.normal(size=(n, width)) @ mix, 3)
    b = numpy.round(random.normal(size=(m, width)) + 0.5, 3)
    cases.append({"width": width, "a": a.ravel().tolist(), "b": b.ravel().tolist(), "distance": distance(a, b)})
print(json.dumps({"numpy": numpy.__version__, "scipy": scipy.__version__, "cases": cases}))
