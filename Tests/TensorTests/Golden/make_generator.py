"""Golden numbers for Generator: what PyTorch's CPU generator gives.

Made with PyTorch 2.15.0 (CPU, AVX-512 machine): python make_generator.py > generator.json
Tolerance: uniforms, integers, permutations and choices equal; normals 1e-6 (absolute and relative).

Each stream is a seed and a list of consecutive draws. Long draws are kept as their first and last 20 entries.
"""
import json
import sys

import torch

KEEP = 20


def kept(values):
    values = values.tolist()
    return values if len(values) <= 2 * KEEP else values[:KEEP] + values[-KEEP:]


def draw(kind, count, low=None, high=None):
    entry = {"kind": kind, "count": count}
    if low is not None:
        entry["low"], entry["high"] = low, high
    if kind == "rand":
        values = torch.rand(count)
    elif kind == "randn":
        values = torch.randn(count)
    elif kind == "uniform":
        values = torch.empty(count).uniform_(low, high)
    elif kind == "normal":
        values = torch.empty(count).normal_(low, high)
    elif kind == "randint":
        values = torch.randint(low, high, (count,))
    elif kind == "randperm":
        values = torch.randperm(count)
    elif kind == "bernoulli":
        values = torch.bernoulli(torch.linspace(0, 1, count)).long()
    elif kind == "multinomial":
        values = torch.multinomial(torch.arange(7.0).remainder(4), count, replacement=True)
    entry["values"] = kept(values)
    return entry


def stream(seed, *draws):
    torch.manual_seed(seed)
    return {"seed": str(seed), "draws": [draw(*d) for d in draws]}


sizes = [1, 2, 15, 16, 17, 31, 32, 100, 1000, 65537]
streams = []
for seed in [0, 1, 42, 2**31 + 7, 2**32 - 1, 2**32 + 5, 2**63 + 11, 2**64 - 1]:
    few = sizes if seed in (0, 42) else [1, 15, 17, 100]
    streams += [stream(seed, (kind, n)) for kind in ("rand", "randn") for n in few]
# What one call leaves behind for the next: words, and the cached second normal.
streams.append(stream(7, ("randn", 1), ("randn", 1), ("randn", 3), ("rand", 5), ("randn", 2), ("randn", 16),
                      ("randn", 15), ("randn", 17), ("randn", 1), ("rand", 1000), ("randn", 15), ("randn", 33)))
streams.append(stream(8, ("uniform", 9, -2.5, 4.0), ("normal", 7, 3.0, 0.25), ("normal", 40, -1.0, 2.0),
                      ("uniform", 30, 10.0, 11.0)))
streams.append(stream(9, ("randint", 12, 0, 10), ("randint", 12, -5, 1000), ("randint", 6, 0, 2**28),
                      ("randint", 6, 0, 2**31), ("randint", 6, 0, 2**32 - 1), ("randint", 6, 0, 2**32),
                      ("randint", 6, -(2**62), 2**62), ("randint", 6, -5, 2**63 - 1), ("randn", 3)))
streams.append(stream(10, ("randperm", 0), ("randperm", 1), ("randperm", 2), ("randperm", 33), ("randperm", 5000),
                      ("randint", 3, 0, 100)))
streams.append(stream(11, ("bernoulli", 60), ("multinomial", 40), ("randn", 2), ("multinomial", 2)))
json.dump({"torch": torch.__version__, "keep": KEEP, "streams": streams}, sys.stdout, indent=None,
          separators=(",", ":"))
