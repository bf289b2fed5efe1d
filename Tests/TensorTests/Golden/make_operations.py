"""Golden numbers for the engine's network operations, by PyTorch.

    python make_operations.py > operations.json

Inputs come from a linear congruential generator that the Swift test repeats, so only results are stored.
Activations are channels-last ([batch, height, width, channels]). Tolerance: 1e-5 of the largest value.
"""
import json
import torch
import torch.nn.functional as F

state = 7


def draw(*shape):
    """Uniform in [-1, 1) from x -> x * 6364136223846793005 + 1442695040888963407 (mod 2**64), top 24 bits."""
    global state
    count = 1
    for size in shape:
        count *= size
    values = []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        values.append((state >> 40) / 2**23 - 1)
    return torch.tensor(values, dtype=torch.float32).reshape(shape).requires_grad_()


results = {"torch": torch.__version__}


def record(name, inputs, function, sample=64):
    """Result and gradients of sum(result * (0.1, 0.2, …, 0.7 repeating)); a sample of each, evenly spaced."""
    output = function(*inputs)
    weights = torch.tensor([(i % 7 + 1) / 10 for i in range(output.numel())]).reshape(output.shape)
    gradients = torch.autograd.grad((output * weights).sum(), inputs)
    pick = lambda t: t.detach().contiguous().flatten()[:: max(1, t.numel() // sample)].tolist()
    results[name] = {"shape": list(output.shape), "output": pick(output), "gradients": [pick(g) for g in gradients]}


nchw = lambda t: t.permute(0, 3, 1, 2)
nhwc = lambda t: t.permute(0, 2, 3, 1)

x, w, b = draw(2, 9, 8, 6), draw(5, 6, 3, 3), draw(5)
record("conv2d", [x, w, b], lambda x, w, b: nhwc(F.conv2d(nchw(x), w, b, padding=1)))
record("conv2d stride", [x, w, b], lambda x, w, b: nhwc(F.conv2d(F.pad(nchw(x), (0, 1, 0, 1)), w, b, stride=2)))
record("conv2d dilation", [x, w, b], lambda x, w, b: nhwc(F.conv2d(nchw(x), w, b, padding=2, dilation=2)))

x, w, b = draw(2, 5, 4, 12), draw(12), draw(12)
record("group_norm", [x, w, b], lambda x, w, b: nhwc(F.group_norm(nchw(x), 3, w, b, 1e-5)))
record("layer_norm", [x, w, b], lambda x, w, b: F.layer_norm(x, [12], w, b, 1e-5))
record("softmax", [x], lambda x: F.softmax(x, 1))
record("log_softmax", [x], lambda x: F.log_softmax(x, -1))

x, w, b = draw(3, 7, 16), draw(10, 16), draw(10)
for name, activation in {
    "identity": lambda t: t, "relu": F.relu, "gelu": F.gelu, "geluTanh": lambda t: F.gelu(t, approximate="tanh"),
    "quickGELU": lambda t: t * torch.sigmoid(1.702 * t), "silu": F.silu,
}.items():
    record(f"linear {name}", [x, w, b], lambda x, w, b: activation(F.linear(4 * x, w, b)))

q, k, v = draw(2, 3, 7, 8), draw(2, 3, 7, 8), draw(2, 3, 7, 8)
record("attention", [q, k, v], lambda q, k, v: F.scaled_dot_product_attention(q, k, v))
record("attention causal", [q, k, v], lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True))

x = draw(2, 7, 5, 3)
for mode in ("nearest", "bilinear", "bicubic"):
    for height, width in ((14, 10), (4, 9), (3, 2)):
        for antialias in (False, True) if mode != "nearest" else (False,):
            options = {} if mode == "nearest" else {"antialias": antialias, "align_corners": False}
            record(
                f"{mode} {height}x{width} {'antialias' if antialias else 'plain'}", [x],
                lambda x: nhwc(F.interpolate(nchw(x), (height, width), mode=mode, **options)))

print(json.dumps(results))
