"""Golden pickles of numpy's arrays, as Q16's `prompts.p` is one, and their elements; and some that must be refused.

Made with numpy 2.4.6 and Python 3.11: python make_pickles.py
Writes pickles/*.p and pickles.json. Tolerance: none; float64 is rounded to float32.
"""
import json
import os
import pickle

import numpy as np

os.makedirs("pickles", exist_ok=True)
values = {}


def write(name, blob):
    with open(f"pickles/{name}.p", "wb") as f:
        f.write(blob)


def plain(value):
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        numbers = array.astype(np.float32) if array.dtype.kind == "f" else array.astype(np.int64)
        return {"shape": list(array.shape), "values": numbers.ravel().tolist()}
    if isinstance(value, dict):
        return {"record": [[str(k), plain(v)] for k, v in value.items()]}
    if isinstance(value, (list, tuple)):
        return {"list": [plain(v) for v in value]}
    return {"plain": value}


def keep(name, value, protocol, old=False):
    blob = pickle.dumps(value, protocol=protocol)
    if old:  # As numpy before version 2 named the module; protocols 2 and 3 write it as a line.
        assert b"numpy._core" in blob
        blob = blob.replace(b"numpy._core", b"numpy.core")
    write(name, blob)
    values[name] = plain(value)


# The layout of Q16's prompts: two soft prompts in CLIP's space, float16 or float32.
prompts = (np.arange(16).reshape(2, 8) / 8 - 1).astype(np.float32)
for protocol in (2, 3, 4, 5):
    keep(f"prompts{protocol}", prompts, protocol)
keep("prompts_old", prompts.astype(np.float16), 3, old=True)
keep("prompts_python2", prompts, 2, old=True)
keep("fortran", np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)), 4)
keep("fortran5", np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)), 5)
keep("big_endian", np.arange(4).astype(">i4"), 4)
keep("booleans", np.array([True, False]), 4)
keep("double", np.array([[0.1, 2.5]]), 4)
keep("scalar", np.float64(0.25), 4)
keep("empty", np.zeros((0, 3), np.float32), 4)
keep("nested", {"a": [np.arange(2), (1, 2.5, "x", None, True)], 3: {"b": prompts[0]}}, 4)


class Runs:
    def __reduce__(self):
        return os.system, ("true",)


write("runs", pickle.dumps(Runs(), protocol=4))
write("objects", pickle.dumps(np.array([{}], dtype=object), protocol=4))
write("texts", pickle.dumps(np.array(["a"]), protocol=4))
write("complex", pickle.dumps(np.ones(2, np.complex128), protocol=4))
write("dates", pickle.dumps(np.array(["2020-01-01"], dtype="datetime64[D]"), protocol=4))
write("set", pickle.dumps({1, 2}, protocol=4))
write("short", pickle.dumps(prompts, protocol=4)[:-20])
write("followed", pickle.dumps(prompts, protocol=4) + b"more")
knot = []
knot.append(knot)
write("knot", pickle.dumps(knot, protocol=4))
deep = [1]
for _ in range(40):
    deep = [deep, deep]
write("shared", pickle.dumps(deep, protocol=4))
with open("pickles.json", "w") as f:
    json.dump(values, f)
