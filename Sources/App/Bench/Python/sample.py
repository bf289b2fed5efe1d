DECODER = "__DECODER__"
betas = torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000, dtype=torch.float64) ** 2
alphas = torch.cumprod(1 - betas, 0)

def timesteps_of(steps):
    return [index * (1000 // steps) + 1 for index in reversed(range(steps))]

def sampling(kind, predict, decode, steps=__STEPS__, guidance=__GUIDANCE__):
    settings = KINDS[kind]
    side, config = settings["side"], settings["config"]
    shape = (1, settings["tokens"], config["cross_attention_dim"])
    contexts = torch.cat([numbers(shape, 1.7), numbers(shape, 1.7, 500)])
    noise = numbers((1, side, side, config["in_channels"]), 1.7).permute(0, 3, 1, 2).contiguous()

    def run():
        x = noise
        for t in timesteps_of(steps):
            conditional, unconditional = predict(torch.cat([x, x]), torch.tensor([t]), contexts).chunk(2)
            epsilon = unconditional + guidance * (conditional - unconditional)
            a, b = alphas[t].item(), alphas[max(t - 1000 // steps, 0)].item()
            original = (x - (1 - a) ** 0.5 * epsilon) / a ** 0.5
            x = b ** 0.5 * original + (1 - b) ** 0.5 * epsilon
        return decode(x).permute(0, 2, 3, 1).numpy()
    return run


