import math
STEPS, GROUP = __STEPS__, __GROUP__
UPDATES, GUIDANCE = __UPDATES__, __GUIDANCE__
CLIP, RATE, DECAY = __CLIP__, __RATE__, __DECAY__
LONGEST = __LONGEST__

timesteps = timesteps_of(STEPS)

def transition(epsilon, x, t):
    before = t - 1000 // STEPS
    a, b = alphas[t].item(), alphas[max(before, 0)].item()
    sigma = math.sqrt((1 - b) / (1 - a) * (1 - a / b))
    original = (x - math.sqrt(1 - a) * epsilon) / math.sqrt(a)
    return math.sqrt(b) * original + math.sqrt(1 - b - sigma ** 2) * epsilon, sigma

def log_probability(x, mean, sigma):
    density = -((x - mean) ** 2) / (2 * sigma ** 2) - math.log(sigma) - 0.5 * math.log(2 * math.pi)
    return density.mean((1, 2, 3))

def grpo_round(kind, batch):
    settings = KINDS[kind]
    side, config, tokens = settings["side"], settings["config"], settings["tokens"]
    network = model(kind).part.to(memory_format=torch.channels_last).requires_grad_(True)
    start = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    width = config["cross_attention_dim"]
    context = numbers((batch // GROUP, tokens, width), 1.7).repeat_interleave(GROUP, 0)
    both_contexts = torch.cat([context, numbers((1, tokens, width), 1.7, 500).expand_as(context)])
    noise = [numbers((batch, side, side, config["in_channels"]), 1.7, 1000 * index).permute(0, 3, 1, 2)
             for index in range(STEPS + 1)]
    rewards = torch.from_numpy(block[:batch].copy()).reshape(-1, GROUP)
    advantages = (rewards - rewards.mean(1, keepdim=True)) / (rewards.std(1, keepdim=True) + 1e-8)
    advantages = advantages.clamp(-2.5, 2.5).flatten()

    def step(x, t):
        both = network(torch.cat([x, x]), t, both_contexts, return_dict=False)[0]
        conditional, unconditional = both.chunk(2)
        return transition(unconditional + GUIDANCE * (conditional - unconditional), x, t)

    def run():
        network.load_state_dict(start)
        optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
        samples, old = [noise[0]], []
        with torch.no_grad():
            for index, t in enumerate(timesteps):
                mean, sigma = step(samples[-1], t)
                samples.append(mean + sigma * noise[index + 1])
                old.append(log_probability(samples[-1], mean, sigma))
        lengths = []
        for index in range(UPDATES):
            optimiser.zero_grad()
            mean, sigma = step(samples[index], timesteps[index])
            ratio = torch.exp(log_probability(samples[index + 1], mean, sigma) - old[index])
            clipped = ratio.clamp(1 - CLIP, 1 + CLIP)
            torch.max(-advantages * ratio, -advantages * clipped).mean().backward()
            lengths.append(torch.nn.utils.clip_grad_norm_(network.parameters(), LONGEST))
            optimiser.step()
        return torch.stack(lengths).numpy()
    return run


