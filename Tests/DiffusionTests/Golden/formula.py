"""Weights and inputs by formula, the same as Formula.swift makes, so that golden files hold results alone."""
import numpy as np
import torch


def stream(name, count):
    """`count` numbers in -1..1 by Knuth's generator, started with the FNV-1a hash of the name."""
    start = 0xCBF29CE484222325
    for byte in name.encode():
        start = (start ^ byte) * 0x100000001B3 % 2**64
    # The state after n steps is factor[n] * start + term[n]; each round doubles how many steps are known.
    factor = np.array([6364136223846793005], dtype=np.uint64)
    term = np.array([1442695040888963407], dtype=np.uint64)
    while len(factor) < count:
        factor, term = (
            np.concatenate([factor, factor * factor[-1]]), np.concatenate([term, factor * term[-1] + term]))
    states = factor[:count] * np.uint64(start) + term[:count]
    return (states >> np.uint64(40)).astype(np.float64) / 2**23 - 1


def values(name, shape):
    count = int(np.prod(shape))
    centre, spread = 0.0, 0.2
    if "norm" in name:
        centre, spread = (1.0, 0.4) if name.endswith("weight") else (0.0, 0.2)
    elif "embedding" in name and "time" not in name:
        spread = 0.7
    elif name.endswith("weight"):
        spread = 2.0 / np.sqrt(count / shape[0])
    return (centre + spread * stream(name, count)).reshape(shape)


def fill(model):
    """Gives every parameter its values and returns the shapes by name."""
    state = {name: torch.tensor(values(name, tuple(old.shape)), dtype=torch.float32)
             for name, old in model.state_dict().items()}
    model.load_state_dict(state)
    return {name: list(tensor.shape) for name, tensor in state.items()}


def normal(name, *shape):
    """An input of about unit variance, given in the order of `shape`."""
    return torch.tensor(1.7 * stream(name, int(np.prod(shape))), dtype=torch.float32).reshape(shape)


def numbers(tensor):
    """A flat list of values with seven digits."""
    return [float(f"{value:.7g}") for value in tensor.detach().float().contiguous().reshape(-1).tolist()]


def gradients(model):
    """Of every parameter's gradient its norm, its product with a pseudo-random vector, and some elements."""
    found = {}
    for name, parameter in model.named_parameters():
        flat = parameter.grad.reshape(-1).double().numpy()
        places = sorted({int(place) for place in np.linspace(0, flat.size - 1, 3)})
        found[name] = {
            "norm": float(f"{np.linalg.norm(flat):.7g}"),
            "product": float(f"{flat @ stream('probe ' + name, flat.size):.7g}"),
            "elements": [[place, float(f"{flat[place]:.7g}")] for place in places],
        }
    return found
