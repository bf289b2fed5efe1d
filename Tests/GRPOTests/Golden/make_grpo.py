"""Golden numbers of GRPO updates, by PyTorch.

The method is written out from its formulas (Kumar et al. 2026, arXiv 2605.18719) around a small UNet of diffusers with
random weights: DDIM steps at eta = 1 with classifier-free guidance, log-probabilities averaged over the dimensions,
advantages within groups, the clipped objective, AdamW after clipping the gradient. Two updates each
  full:  of all weights, without KL;
  lora:  of adapters by PEFT (rank 4, alpha 8, with an up matrix that is not 0), with a KL to the model without them.
The reader must agree to 1e-5 in loss, gradients and updated weights, and to 1e-6 in the ratios before an update.

    python make_grpo.py    # PyTorch 2.15, diffusers 0.42.1, peft 0.21.2; writes grpo.safetensors beside itself
"""

import json
import math
import os

import diffusers
import peft
import safetensors.torch
import torch

torch.set_num_threads(1)
torch.manual_seed(20)

STEPS, GROUP, PROMPTS = 4, 3, 2
GUIDANCE, CLIP, RATE, LONGEST = 5.0, 1e-4, 1e-4, 0.5
CONFIG = dict(
    sample_size=8, in_channels=4, out_channels=4, block_out_channels=[8, 8], layers_per_block=1,
    down_block_types=["CrossAttnDownBlock2D", "DownBlock2D"], up_block_types=["UpBlock2D", "CrossAttnUpBlock2D"],
    cross_attention_dim=8, norm_num_groups=4, attention_head_dim=2)
TARGETS = ["to_q", "to_k", "to_v", "to_out.0"]

betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
alphas = torch.cumprod(1 - betas, 0)
timesteps = [i * (1000 // STEPS) + 1 for i in reversed(range(STEPS))]


def transition(epsilon, x, t):
    """Mean and sigma of the DDIM step at eta = 1, from the predicted noise."""
    before = t - 1000 // STEPS
    a, b = alphas[t], alphas[before] if before >= 0 else alphas[0]
    sigma = math.sqrt((1 - b) / (1 - a) * (1 - a / b))
    original = (x - math.sqrt(1 - a) * epsilon) / math.sqrt(a)
    return math.sqrt(b) * original + math.sqrt(1 - b - sigma**2) * epsilon, sigma


def guided(unet, x, t, context, empty):
    both = unet(torch.cat([x, x]), t, torch.cat([context, empty.expand_as(context)])).sample
    conditional, unconditional = both.chunk(2)
    return unconditional + GUIDANCE * (conditional - unconditional)


def log_probability(x, mean, sigma):
    return (-((x - mean) ** 2) / (2 * sigma**2) - math.log(sigma) - 0.5 * math.log(2 * math.pi)).mean((1, 2, 3))


def fresh(weights):
    unet = diffusers.UNet2DConditionModel(**CONFIG)
    unet.load_state_dict(weights)
    return unet.eval()


def run(unet, parameters, reference, kl):
    """Samples, then makes two updates; everything the reader needs."""
    out = {"sample.0": torch.randn(PROMPTS * GROUP, 4, 8, 8)}
    context = torch.randn(PROMPTS, 5, 8).repeat_interleave(GROUP, 0)
    empty = torch.randn(1, 5, 8)
    rewards = torch.rand(PROMPTS, GROUP)
    out |= {"context": context[::GROUP].clone(), "empty": empty, "rewards": rewards}
    x, old = out["sample.0"], []
    with torch.no_grad():
        for i, t in enumerate(timesteps):
            mean, sigma = transition(guided(unet, x, t, context, empty), x, t)
            following = mean + sigma * torch.randn_like(x)
            old.append(log_probability(following, mean, sigma))
            out[f"sample.{i + 1}"], out[f"mean.{i}"] = following, mean
            x = following
    spread = rewards.std(1, keepdim=True) + 1e-8
    advantages = ((rewards - rewards.mean(1, keepdim=True)) / spread).clamp(-2.5, 2.5).flatten()
    out |= {"advantages": advantages, "log_probabilities": torch.stack(old)}
    optimiser = torch.optim.AdamW(parameters.values(), lr=RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-4)
    for update in range(2):
        optimiser.zero_grad()
        losses, ratios, divergences = [], [], []
        for i, t in enumerate(timesteps[:-1]):  # the last step is not trained
            x, following = out[f"sample.{i}"], out[f"sample.{i + 1}"]
            mean, sigma = transition(guided(unet, x, t, context, empty), x, t)
            ratio = torch.exp(log_probability(following, mean, sigma) - old[i])
            loss = torch.max(-advantages * ratio, -advantages * ratio.clamp(1 - CLIP, 1 + CLIP))
            if kl > 0:
                with torch.no_grad(), reference():
                    there, _ = transition(guided(unet, x, t, context, empty), x, t)
                divergence = ((mean - there) ** 2 / (2 * sigma**2)).mean((1, 2, 3))
                loss = loss + kl * divergence
                divergences.append(divergence.detach())
            losses.append(loss)
            ratios.append(ratio.detach())
        loss = torch.stack(losses).mean()
        loss.backward()
        out[f"loss.{update}"], out[f"ratio.{update}"] = loss.detach(), torch.stack(ratios)
        if divergences:
            out[f"kl.{update}"] = torch.stack(divergences).mean()
        out[f"norm.{update}"] = torch.nn.utils.clip_grad_norm_(parameters.values(), LONGEST)
        if update == 0:
            out |= {f"gradient.{name}": p.grad.clone() for name, p in parameters.items()}
        optimiser.step()
    out |= {f"updated.{name}": p.detach().clone() for name, p in parameters.items()}
    print({k: v.tolist() for k, v in out.items() if k.split(".")[0] in ("loss", "norm", "kl", "ratio")})
    return out


weights = fresh(diffusers.UNet2DConditionModel(**CONFIG).state_dict()).state_dict()
tensors = {f"weight.{name}": value for name, value in weights.items()}

unet = fresh(weights)
full = run(unet, dict(unet.named_parameters()), None, 0.0)
tensors |= {f"full.{name}": value for name, value in full.items()}

unet = fresh(weights)
unet.requires_grad_(False)
unet.add_adapter(peft.LoraConfig(r=4, lora_alpha=8, target_modules=TARGETS))
adapters = {name.replace(".default", ""): p for name, p in unet.named_parameters() if "lora_" in name}
for name, p in adapters.items():
    if "lora_B" in name:
        torch.nn.init.normal_(p, std=0.05)
    tensors[f"adapter.{name}"] = p.detach().clone()


class disabled:
    def __enter__(self):
        unet.disable_adapters()

    def __exit__(self, *_):
        unet.enable_adapters()


lora = run(unet, adapters, disabled, 0.1)
tensors |= {f"lora.{name}": value for name, value in lora.items()}

tensors = {name: value.detach().to(torch.float32).contiguous().clone() for name, value in tensors.items()}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "grpo.safetensors")
metadata = {"config": json.dumps(CONFIG), "torch": torch.__version__, "diffusers": diffusers.__version__, "peft": peft.__version__}
safetensors.torch.save_file(tensors, path, metadata=metadata)
print(sum(v.numel() for k, v in tensors.items() if k.startswith("weight.")), os.path.getsize(path))
