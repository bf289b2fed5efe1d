"""Golden numbers of the algorithms beside GRPO, by PyTorch.

Each loss is written out from its paper around the small UNet of make_grpo.py (its weights are read from
grpo.safetensors): the same latents, noise, contexts and scores go in, and out come the loss, the norm of the gradient
before clipping, some gradients and the weights after one step of AdamW.

  nft     DiffusionNFT (arXiv 2509.16117, equation 5), beta 0.7, weight "adaptive" and "none"
  awm     Advantage Weighted Matching (arXiv 2509.25050), old policy a little off the new one, clipped at 0.004
  dpo     Diffusion-DPO (arXiv 2311.12908, equation 14; as in train_diffusion_dpo.py of diffusers), best against worst
  sft     the loss of pretraining, weight "min_snr"
  esd     ESD (arXiv 2303.07345, equation 5), negative guidance 1.5
  reward  DRaFT-2 (arXiv 2309.17400): back through two deterministic DDIM steps with guidance, a decoder that is 1x1,
          and a reward linear in the pixels

The reader must agree to 1e-5.

    python make_algorithms.py    # PyTorch 2.15, diffusers 0.42.1; writes algorithms.safetensors beside itself
"""

import json
import math
import os

import diffusers
import safetensors.torch
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(21)

here = os.path.dirname(os.path.abspath(__file__))
STEPS, GROUP, PROMPTS, RATE, LONGEST = 4, 3, 2, 1e-4, 0.5
N = GROUP * PROMPTS
KEPT = ["conv_in.weight", "conv_out.bias", "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight",
        "down_blocks.0.attentions.0.proj_in.weight", "time_embedding.linear_1.weight"]

with safetensors.safe_open(os.path.join(here, "grpo.safetensors"), "pt") as file:
    CONFIG = json.loads(file.metadata()["config"])
    weights = {k[7:]: file.get_tensor(k) for k in file.keys() if k.startswith("weight.")}

betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
alphas = torch.cumprod(1 - betas, 0)
timesteps = [i * (1000 // STEPS) + 1 for i in reversed(range(STEPS))]


def fresh(shift=0.0):
    """The UNet, all weights times 1 + shift."""
    unet = diffusers.UNet2DConditionModel(**CONFIG)
    unet.load_state_dict({k: v * (1 + shift) for k, v in weights.items()})
    return unet.eval()


def predict(unet, x, t, context):
    return unet(x, torch.as_tensor(t), context).sample


shared = {
    "latents": torch.randn(N, 4, 8, 8), "context": torch.randn(PROMPTS, 5, 8), "empty": torch.randn(1, 5, 8),
    "rewards": torch.rand(PROMPTS, GROUP),
    "noise": torch.randn(N, 4, 8, 8),
}
times = torch.tensor([751, 501, 251, 1, 900, 333])
shared["times"] = times
context = shared["context"].repeat_interleave(GROUP, 0)
signal, deviation = alphas[times].sqrt().float().view(-1, 1, 1, 1), (1 - alphas[times]).sqrt().float().view(-1, 1, 1, 1)
noisy = signal * shared["latents"] + deviation * shared["noise"]
to_clean = ((1 - alphas[times]) / alphas[times]).float()
snr = (alphas[times] / (1 - alphas[times])).float()


def advantages(limit):
    r = shared["rewards"]
    return ((r - r.mean(1, keepdim=True)) / (r.std(1, keepdim=True) + 1e-8)).clamp(-limit, limit).flatten()


def squares(x):
    return x.pow(2).mean((1, 2, 3))


out = {f"shared.{k}": v for k, v in shared.items()}


def update(name, loss_of):
    """One step of AdamW along the gradient of a loss of the UNet."""
    unet = fresh()
    parameters = dict(unet.named_parameters())
    optimiser = torch.optim.AdamW(parameters.values(), lr=RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-4)
    loss = loss_of(unet)
    loss.backward()
    out[f"{name}.loss"] = loss.detach()
    out[f"{name}.norm"] = torch.nn.utils.clip_grad_norm_(parameters.values(), LONGEST)
    for key in KEPT:
        out[f"{name}.gradient.{key}"] = parameters[key].grad.clone()
    optimiser.step()
    for key in KEPT:
        out[f"{name}.updated.{key}"] = parameters[key].detach().clone()
    print(name, loss.item(), out[f"{name}.norm"].item())


# The old policy of nft and awm, and the frozen start of dpo and esd, are another UNet than the trained one.
with torch.no_grad():
    old = predict(fresh(0.01), noisy, times, context)
out["shared.old"] = old


def nft(adaptive):
    beta, r = 0.7, 0.5 + advantages(1.0) / 2

    def error(prediction):
        plain = squares(prediction - shared["noise"])
        if not adaptive:
            return plain
        size = (to_clean.sqrt() * (prediction - shared["noise"]).abs().mean((1, 2, 3))).detach().clamp(min=1e-5)
        return to_clean * plain / size

    def loss(unet):
        new = predict(unet, noisy, times, context)
        positive, negative = (1 - beta) * old + beta * new, (1 + beta) * old - beta * new
        return (r * error(positive) + (1 - r) * error(negative)).mean()

    return loss


def awm(unet):
    limit, advantage = 0.004, advantages(2.5)
    new = -squares(predict(unet, noisy, times, context) - shared["noise"])
    ratio = torch.exp(new + squares(old - shared["noise"]))
    out["awm.ratio"] = ratio.detach()
    return torch.max(-advantage * ratio, -advantage * ratio.clamp(1 - limit, 1 + limit)).mean()


def dpo(unet):
    beta, losses = 200.0, []
    start = fresh(0.01)
    for group in range(PROMPTS):
        rows = shared["rewards"][group]
        better, worse = group * GROUP + rows.argmax().item(), group * GROUP + rows.argmin().item()
        t, noise = times[better], shared["noise"][better : better + 1]
        both = torch.stack([shared["latents"][better], shared["latents"][worse]])
        x = alphas[t].sqrt().float() * both + (1 - alphas[t]).sqrt().float() * noise
        c = context[[better, worse]]
        model = squares(predict(unet, x, t, c) - noise)
        with torch.no_grad():
            reference = squares(predict(start, x, t, c) - noise)
        inside = -0.5 * beta * ((model[0] - model[1]) - (reference[0] - reference[1]))
        losses.append(-F.logsigmoid(inside))
    return torch.stack(losses).mean()


def sft(unet):
    return (squares(predict(unet, noisy, times, context) - shared["noise"]) * to_clean * snr.clamp(max=5)).mean()


def esd(unet):
    eta, start, t = 1.5, fresh(0.01), timesteps[1]
    x = shared["latents"]
    with torch.no_grad():
        asked, free = predict(start, x, t, context), predict(start, x, t, shared["empty"].expand_as(context))
        wanted = free - eta * (asked - free)
    return squares(predict(unet, x, t, context) - wanted).mean()


decoder = torch.randn(3, 4) * 0.1
probe = torch.randn(3, 8, 8)
out["reward.decoder"], out["reward.probe"] = decoder, probe


def reward(unet):
    x = shared["latents"]
    for t in timesteps[-2:]:
        both = unet(torch.cat([x, x]), t, torch.cat([context, shared["empty"].expand_as(context)])).sample
        conditional, unconditional = both.chunk(2)
        epsilon = unconditional + 5.0 * (conditional - unconditional)
        before = t - 1000 // STEPS
        a, b = alphas[t], alphas[before] if before >= 0 else alphas[0]
        original = (x - math.sqrt(1 - a) * epsilon) / math.sqrt(a)
        x = math.sqrt(b) * original + math.sqrt(1 - b) * epsilon
    pixels = (torch.einsum("oc,nchw->nohw", decoder, x) * 0.5 + 0.5).clamp(0, 1)
    return -(pixels * probe).mean((1, 2, 3)).mean()


update("nft", nft(True))
update("nft_plain", nft(False))
update("awm", awm)
update("dpo", dpo)
update("sft", sft)
update("esd", esd)
update("reward", reward)

tensors = {k: v.detach().to(torch.float32).contiguous().clone() for k, v in out.items()}
path = os.path.join(here, "algorithms.safetensors")
safetensors.torch.save_file(tensors, path, metadata={"torch": torch.__version__, "diffusers": diffusers.__version__})
print(os.path.getsize(path))
