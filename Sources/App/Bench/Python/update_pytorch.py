
import math
CONFIG = json.loads(r'''__CONFIG__''')
ROWS = json.loads(r'''__ROWS__''')
STEPS, RANK, OLD, ADVANTAGE = __STEPS__, __RANK__, __OLD__, __ADVANTAGE__
SIDE, TOKENS, CLIP = __SIDE__, __TOKENS__, __CLIP__

frozen = None

def base():
    global frozen
    if frozen is None:
        with torch.device("meta"):
            network = UNet2DConditionModel(**CONFIG)
        frozen = fill(network)
        frozen.to(memory_format=torch.channels_last)
        frozen.enable_gradient_checkpointing()
        frozen.train()
    return frozen

def prepare(work):
    if work not in ROWS:
        raise NotImplementedError("in float32 alone")
    network = base()
    if getattr(network, "peft_config", None):
        network.delete_adapters("default")
    network.add_adapter(peft.LoraConfig(r=RANK, lora_alpha=RANK, target_modules=ROWS[work], lora_dropout=0.0))
    # In the order of the layers' names, down before up.
    modules = sorted((name, module) for name, module in network.named_modules() if hasattr(module, "lora_A"))
    matrices = [half["default"].weight for _, module in modules for half in (module.lora_A, module.lora_B)]
    sample = numbers((1, SIDE, SIDE, CONFIG["in_channels"]), 1.7).permute(0, 3, 1, 2)
    following = numbers((1, SIDE, SIDE, CONFIG["in_channels"]), 1.7, 1000).permute(0, 3, 1, 2)
    context = numbers((1, TOKENS, CONFIG["cross_attention_dim"]), 1.7)
    t = timesteps_of(STEPS)[0]
    a, b = alphas[t].item(), alphas[max(t - 1000 // STEPS, 0)].item()
    sigma = math.sqrt((1 - b) / (1 - a) * (1 - a / b))

    def run():
        with torch.no_grad():
            for index, matrix in enumerate(matrices):
                scale = (3 / matrix.shape[1]) ** 0.5 * (1 if index % 2 == 0 else 0.1)
                matrix.copy_(numbers(tuple(matrix.shape), scale, 1000 * index))
        optimiser = torch.optim.AdamW(matrices, lr=__RATE__, weight_decay=__DECAY__)
        optimiser.zero_grad()
        epsilon = network(sample, t, context, return_dict=False)[0]
        original = (sample - math.sqrt(1 - a) * epsilon) / math.sqrt(a)
        mean = math.sqrt(b) * original + math.sqrt(1 - b - sigma ** 2) * epsilon
        density = (-((following - mean) ** 2) / (2 * sigma ** 2) - math.log(sigma)
                   - 0.5 * math.log(2 * math.pi)).mean((1, 2, 3))
        ratio = torch.exp(density - OLD)
        loss = torch.max(-ADVANTAGE * ratio, -ADVANTAGE * ratio.clamp(1 - CLIP, 1 + CLIP)).mean()
        loss.backward()
        numpy.save(__FILE__, torch.cat([matrix.grad.flatten() for matrix in matrices]).numpy())
        torch.nn.utils.clip_grad_norm_(matrices, __LONGEST__)
        optimiser.step()
        return loss.detach().reshape(1).numpy()
    return run

converse(version(torch).replace("torch", "PyTorch"),
         [version(peft), version(diffusers), torch.backends.cpu.get_cpu_capability()], prepare, measure)
