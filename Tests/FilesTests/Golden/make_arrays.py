"""Golden .npy files of every element type, order and version, and their elements.

Made with numpy 2.4.6: python make_arrays.py
Writes arrays/*.npy and arrays.json. Tolerance: none; float64 is rounded to float32.
"""
import json
import os

import numpy as np
from numpy.lib import format as npy

os.makedirs("arrays", exist_ok=True)
values = {}


def keep(name, array, version=None):
    with open(f"arrays/{name}.npy", "wb") as f:
        npy.write_array(f, array, version=version)
    numbers = array.astype(np.float32) if array.dtype.kind == "f" else array.astype(np.int64)
    values[name] = {"shape": list(array.shape), "values": numbers.ravel().tolist()}


base = np.arange(-3, 9).reshape(3, 4)
for code in ("<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8"):
    keep(code.replace("<", "little_").replace(">", "big_"), (base * (1.5 if "f" in code else 1)).astype(code))
for code in ("u1", "<u2", ">u4", "<u8"):
    keep(code.replace("<", "little_").replace(">", "big_"), np.abs(base).astype(code))
keep("bool", base > 2)
keep("fortran", np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4)))
keep("fortran_big", np.asfortranarray(np.arange(6).reshape(2, 3).astype(">i2")))
keep("scalar", np.float32(2.5).reshape(()))
keep("vector", np.arange(5, dtype=np.int64))
keep("empty", np.zeros((0, 3), dtype=np.float32))
keep("version2", base.astype("<f4"), version=(2, 0))
keep("version3", base.astype("<f4"), version=(3, 0))
np.save("arrays/complex.npy", np.ones(2, dtype=np.complex64))
np.save("arrays/records.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4", (2,))]))
np.save("arrays/objects.npy", np.array([{}], dtype=object), allow_pickle=True)
np.save("arrays/dates.npy", np.array(["2020-01-01"], dtype="datetime64[D]"))
with open("arrays.json", "w") as f:
    json.dump(values, f, separators=(",", ":"))
