"""Checkpoints with more in them than tensors, by PyTorch 2.15.0 and numpy: pytorch/lightning.ckpt and pytorch/scripted.pt.

    python make_checkpoints.py

`lightning.ckpt` is laid out as PyTorch Lightning's are: callbacks as objects of its classes (which need not be
installed: stand-ins carry their names), numbers of numpy's, an optimizer, and the weights under `state_dict`.
`scripted.pt` is a TorchScript archive: modules as objects, and code in compressed entries. What they hold is in
checkpoints.json.
"""
import argparse
import collections
import json
import os
import sys
import types

import numpy as np
import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def stand_in(module, name):
    """A class of that name in a module of that name."""
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:end]), types.ModuleType(".".join(parts[:end])))
    made = type(name, (), {"__module__": module})
    setattr(sys.modules[module], name, made)
    return made


callback = stand_in("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint")()
callback.best, callback.limits = np.float64(0.25), {"a", "b"}
weights = {
    "model.diffusion_model.out.2.weight": torch.arange(6.0).reshape(2, 3) / 4,
    "first_stage_model.decoder.conv_in.bias": torch.tensor([1.5, -2.0], dtype=torch.float16),
}
counts = collections.defaultdict(dict)
counts["step"]["exp_avg"] = 3
checkpoint = {
    "epoch": 3, "global_step": 875000, "pytorch-lightning_version": "1.4.2", "state_dict": weights,
    "callbacks": {type(callback): {"monitor": "val/loss", "best_model_score": np.float64(0.5), "itself": callback}},
    "lr_schedulers": [np.arange(3)], "optimizer_states": [counts], "hyper_parameters": argparse.Namespace(rate=1e-4),
}
torch.save(checkpoint, "pytorch/lightning.ckpt")


class Inner(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3) - 2.5)
        self.sizes = [1, 2]

    def forward(self, x):
        return x @ self.weight.T


class Outer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = Inner(), torch.nn.Linear(2, 1)
        self.register_buffer("input_resolution", torch.tensor(224))

    def forward(self, x):
        return self.second(self.first(x))


model = Outer()
with torch.no_grad():
    model.second.weight.copy_(torch.tensor([[0.5, 1.0]]))
    model.second.bias.copy_(torch.tensor([0.25]))
torch.jit.script(model).save("pytorch/scripted.pt")


def held(tensors):
    return {name: [list(t.shape), t.double().reshape(-1).tolist()] for name, t in tensors.items()}


with open("checkpoints.json", "w") as file:
    json.dump({"lightning.ckpt": held(weights), "scripted.pt": held(model.state_dict())}, file)
