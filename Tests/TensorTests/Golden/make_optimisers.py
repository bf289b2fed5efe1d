"""Golden numbers for the optimisers, averages and schedules: ten steps on a small problem.

Made with PyTorch 2.15.0, diffusers 0.42.1 and open_clip_torch 3.3.0: python make_optimisers.py > optimisers.json
Problem: loss = mean((tanh(x w + b) - y)^2). Tolerance: 2e-6 absolute (float32, other order of summation).
"""
import json
import sys

import torch
from diffusers.training_utils import EMAModel
from open_clip_train.scheduler import cosine_lr
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.manual_seed(0)
x, y = torch.randn(6, 4), torch.randn(6, 3)
w0, b0 = torch.randn(4, 3), torch.randn(3)


def run(make, clip=None, schedule=None, average=None):
    model = torch.nn.ParameterDict({"w": torch.nn.Parameter(w0.clone()), "b": torch.nn.Parameter(b0.clone())})
    optimiser = make([model["w"], model["b"]])
    adjust = cosine_lr(optimiser, 0.1, 3, 10) if schedule else None
    ema = None
    if average == "warm":
        ema = EMAModel([model["w"], model["b"]], decay=0.35)
    elif average == "plain":
        ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
        ema.update_parameters(model)  # the first call copies
    losses, norms, rates = [], [], []
    for step in range(10):
        if adjust:
            rates.append(adjust(step))
        optimiser.zero_grad()
        loss = ((torch.tanh(x @ model["w"] + model["b"]) - y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        if clip:
            norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), clip).item())
        optimiser.step()
        if average == "warm":
            ema.step([model["w"], model["b"]])
        elif average == "plain":
            ema.update_parameters(model)
    result = {"w": model["w"].flatten().tolist(), "b": model["b"].tolist(), "losses": losses, "norms": norms,
              "rates": rates}
    if average == "warm":
        result["average"] = torch.cat([p.flatten() for p in ema.shadow_params]).tolist()
    elif average == "plain":
        result["average"] = torch.cat([ema.module["w"].flatten(), ema.module["b"]]).tolist()
    return result


json.dump({
    "x": x.flatten().tolist(), "y": y.flatten().tolist(), "w": w0.flatten().tolist(), "b": b0.tolist(),
    "runs": {
        "adamw": run(lambda p: torch.optim.AdamW(p, lr=0.05, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1)),
        "adamw clipped": run(lambda p: torch.optim.AdamW(p, lr=0.05), clip=0.1),
        "adamw groups": run(lambda p: torch.optim.AdamW([{"params": [p[0]], "weight_decay": 0.5},
                                                          {"params": [p[1]], "weight_decay": 0.0}], lr=0.05)),
        "adamw scheduled": run(lambda p: torch.optim.AdamW(p, lr=0.1), schedule=True, average="warm"),
        "sgd": run(lambda p: torch.optim.SGD(p, lr=0.3), average="plain"),
        "sgd momentum": run(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05)),
        "sgd nesterov": run(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8, weight_decay=0.01, nesterov=True)),
    },
}, sys.stdout, separators=(",", ":"))
