"""Golden files of PyTorch, the numbers that are in them, and files that lie.

Made with PyTorch 2.15.0 and Python 3.11: python make_pytorch.py
Writes into pytorch/:
* types.pt          every element type that PyTorch saves and a tensor can hold
* views.pt          transposed, sliced, expanded, shared, empty and scalar tensors, and a parameter
* state.pt          a module's state dict; state4.pt the same with pickle protocol 4
* stream.pt         the same in the format of before PyTorch 1.6
* big.pt, bigstream.pt  views.pt and stream.pt as a big-endian machine writes them
* checkpoint.pt     a training checkpoint of a data-parallel module
* damaged/*.pt      archives that lie: see below
* expected.json     shapes and elements by file and name
Tolerance: none; every element converts exactly, float64 by rounding to float32.
"""
import io
import json
import os
import pickle
import struct
import sys
import zipfile

import torch

torch.manual_seed(0)
torch.set_num_threads(1)
os.makedirs("pytorch/damaged", exist_ok=True)
expected = {}


def save(name, value, tensors, **options):
    torch.save(value, f"pytorch/{name}.pt", **options)
    expected[name] = describe(tensors)


def describe(tensors):
    return {
        key: {"shape": list(t.shape), "values": [float(x) for x in t.detach().to(torch.float64).reshape(-1)]}
        for key, t in tensors.items()
    }


every = {
    "bool": torch.tensor([True, False]), "u8": torch.tensor([0, 255], dtype=torch.uint8),
    "i8": torch.tensor([-128, 127], dtype=torch.int8), "i16": torch.tensor([-32768, 1], dtype=torch.int16),
    "i32": torch.tensor([-(2**31), 1], dtype=torch.int32), "i64": torch.tensor([-(2**53), 1]),
    "u16": torch.tensor([1, 65535], dtype=torch.uint16), "u32": torch.tensor([1, 2**32 - 1], dtype=torch.uint32),
    "f16": torch.tensor([0.1, -65504], dtype=torch.float16), "bf16": torch.tensor([0.1, -3e38], dtype=torch.bfloat16),
    "f32": torch.tensor([0.1, -3e38]), "f64": torch.tensor([0.1, -1e30], dtype=torch.float64).float().double(),
    "f8e4m3": torch.tensor([0.5, -448]).to(torch.float8_e4m3fn), "f8e5m2": torch.tensor([0.5, -57344]).to(torch.float8_e5m2),
}
save("types", every, every)

base = torch.arange(24.0).reshape(2, 3, 4)
views = {
    "base": base, "transposed": base.permute(2, 0, 1), "slice": base[1, 1:, ::2], "expanded": base[0, 0, :1].expand(3, 2),
    "empty": torch.zeros(0, 5), "scalar": torch.tensor(2.5), "parameter": torch.nn.Parameter(torch.tensor([1.0, -2.0])),
    "last": base[1, 2, 3], "half": torch.tensor([[0.5, 1.5], [2.5, 3.5]], dtype=torch.float16).t(),
}
save("views", views, views)

module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
state = module.state_dict()
save("state", state, state)
save("state4", state, state, pickle_protocol=4)
save("stream", state, state, _use_new_zipfile_serialization=False)
save(
    "checkpoint",
    {
        "epoch": 3, "name": "run", "losses": [1.5, 0.25], "best": None, "state_dict": {f"module.{k}": v for k, v in state.items()},
        "optimizer": {"state": {0: {"exp_avg": torch.ones(3), "step": torch.tensor(4.0)}}, "param_groups": [{"lr": 1e-3}]},
    },
    state,
)


def members(name):
    with zipfile.ZipFile(f"pytorch/{name}.pt") as archive:
        return {info.filename.split("/", 1)[1]: archive.read(info) for info in archive.infolist()}


def write(name, entries, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(f"pytorch/{name}.pt", "w", compression) as archive:
        for key, data in entries.items():
            archive.writestr(zipfile.ZipInfo(f"archive/{key}", (1980, 1, 1, 0, 0, 0)), data, compression)


def swapped(data, size):
    return b"".join(data[i : i + size][::-1] for i in range(0, len(data), size))


# As a big-endian machine writes them: the elements of every storage are swapped.
entries = members("views")
entries["byteorder"] = b"big"
half = views["half"].t().numpy().tobytes()
for key in [k for k in entries if k.startswith("data/")]:
    entries[key] = swapped(entries[key], 2 if entries[key] == half else 4)
write("big", entries)
expected["big"] = expected["views"]

with open("pytorch/stream.pt", "rb") as file:
    data = file.read()
stream = io.BytesIO(data)


class Reader(pickle.Unpickler):
    def find_class(self, module, name):
        return (module, name) if name.endswith("Storage") else super().find_class(module, name)

    def persistent_load(self, parts):
        dtype = torch.int64 if parts[1][1] == "LongStorage" else torch.float32
        element[parts[2]] = dtype.itemsize
        return torch.storage.TypedStorage(
            wrap_storage=torch.UntypedStorage(parts[4] * dtype.itemsize), dtype=dtype, _internal=True)


element = {}
for _ in range(4):
    Reader(stream).load()
head = data[: stream.tell()]
keys = Reader(stream).load()
tail = data[len(head) : stream.tell()]
body = b""
for key in keys:
    (count,) = struct.unpack("<q", stream.read(8))
    body += struct.pack(">q", count) + swapped(stream.read(count * element[key]), element[key])
assert stream.read() == b""
mark = b"little_endian"
where = head.index(mark) + len(mark)
flag = head.index(b"\x88", where)
with open("pytorch/bigstream.pt", "wb") as file:
    file.write(head[:flag] + b"\x89" + head[flag + 1 :] + tail + body)
expected["bigstream"] = expected["stream"]

# Archives that lie.
plain = {"w": torch.arange(6.0).reshape(2, 3)}
torch.save(plain, "pytorch/plain.pt")
entries = members("plain")
os.remove("pytorch/plain.pt")


def lying(name, **changes):
    write(f"damaged/{name}", {**entries, **{k.replace("__", "/").replace("_", "."): v for k, v in changes.items()}})


def pickled(old, new):
    assert entries["data.pkl"].count(old) == 1, (old, entries["data.pkl"])
    return entries["data.pkl"].replace(old, new)


lying("short_storage", data__0=entries["data/0"][:-4])
lying("long_storage", data__0=entries["data/0"] + b"\0\0\0\0")
lying("large_shape", data_pkl=pickled(b"K\x02K\x03\x86", b"K\x02K\xff\x86"))
lying("huge_shape", data_pkl=pickled(b"K\x02K\x03\x86", b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86"))
lying("large_stride", data_pkl=pickled(b"K\x03K\x01\x86", b"K\x04K\x01\x86"))
# 0 × 2⁴⁰ × 2⁴⁰ elements: none, but steps between them that overflow.
large = b"\x8a\x06" + (1 << 40).to_bytes(6, "little")
lying("empty_huge", data_pkl=pickled(b"K\x02K\x03\x86", b"K\x00" + 2 * large + b"\x87")
      .replace(b"K\x03K\x01\x86", b"K\x01K\x01K\x01\x87"))
lying("byteorder", byteorder=b"middle")
lying("negative_offset", data_pkl=pickled(b"QK\x00", b"QJ\xff\xff\xff\xff"))
write("damaged/compressed", entries, zipfile.ZIP_DEFLATED)
write("damaged/no_pickle", {k: v for k, v in entries.items() if k != "data.pkl"})
write("damaged/no_storage", {k: v for k, v in entries.items() if k != "data/0"})


class Hostile:
    def __reduce__(self):
        return os.system, ("echo this must never run",)


lying("code", data_pkl=pickle.dumps({"w": Hostile()}, protocol=2))
write("damaged/checksum", entries)
with open("pytorch/damaged/checksum.pt", "rb") as file:
    data = bytearray(file.read())
where = data.index(entries["data/0"])
data[where] ^= 1
with open("pytorch/damaged/checksum.pt", "wb") as file:
    file.write(data)

with open("pytorch/expected.json", "w") as file:
    json.dump(expected, file, separators=(",", ":"))
print("PyTorch", torch.__version__, "Python", sys.version.split()[0])
