"""Golden safetensors files, and the numbers that are in them.

Made with safetensors 0.8.0, PyTorch 2.15.0, huggingface_hub 2.4.0: python make_safetensors.py
Writes types.safetensors (every element type PyTorch can write), types.json (the elements as numbers, NaN and the
infinities as texts) and shards/ (a set with its index; layer i is 4 × (i + 1), filled with i).
Tolerance: none; every element converts exactly, float64 by rounding to float32.
"""
import json
import math
import os

import torch
from huggingface_hub import save_torch_state_dict
from safetensors.torch import save_file

torch.manual_seed(0)


def number(x):
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    return int(x) if isinstance(x, bool) else x


every_byte = torch.arange(256, dtype=torch.uint8)
tensors = {
    "bool": torch.tensor([True, False, True]),
    "u8": every_byte.reshape(16, 16),
    "i8": every_byte.view(torch.int8),
    "u16": torch.tensor([0, 1, 65535], dtype=torch.uint16),
    "i16": torch.tensor([-32768, -1, 32767], dtype=torch.int16),
    "u32": torch.tensor([0, 4294967295], dtype=torch.uint32),
    "i32": torch.tensor([-2147483648, 2147483647], dtype=torch.int32),
    "u64": torch.tensor([0, 2**63 - 1], dtype=torch.uint64),
    "i64": torch.tensor([-(2**63), 2**63 - 1]),
    # Every 97th half covers zeros, subnormals, normals, infinities and NaN.
    "f16": torch.cat([torch.arange(-32768, 32768, 97, dtype=torch.int16),
                      torch.tensor([0x7C00, -0x400, 0x7E00, 1, 0x3FF], dtype=torch.int16)]).view(torch.float16),
    "bf16": torch.randn(3, 5).bfloat16(),
    "f32": torch.randn(2, 3, 4),
    "f64": torch.randn(7, dtype=torch.float64),
    "f8_e4m3": every_byte.view(torch.float8_e4m3fn),
    "f8_e5m2": every_byte.view(torch.float8_e5m2),
    "f8_e4m3fnuz": every_byte.view(torch.float8_e4m3fnuz),
    "f8_e5m2fnuz": every_byte.view(torch.float8_e5m2fnuz),
    "f8_e8m0": every_byte.view(torch.float8_e8m0fnu),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 4),
}
save_file({k: t.clone() for k, t in tensors.items()}, "types.safetensors", metadata={"format": "pt", "note": "é"})
values = {}
for name, t in tensors.items():
    flat = t.to(torch.float32) if t.dtype.is_floating_point else t
    values[name] = {"shape": list(t.shape), "values": [number(x) for x in flat.flatten().tolist()]}
with open("types.json", "w") as f:
    json.dump(values, f, separators=(",", ":"))

os.makedirs("shards", exist_ok=True)
state = {f"layer.{i}.weight": torch.full((4, i + 1), float(i)) for i in range(6)}
save_torch_state_dict(state, "shards", max_shard_size=128)
