
def prepare(work):
    kind, batch, dtype = parts(work)
    if KINDS[kind]["round"]:
        return grpo_round(kind, batch)
    if KINDS[kind]["sample"]:
        network, decoder = model(kind).part, model(DECODER)
        for part in [network, decoder]:
            part.to(memory_format=torch.channels_last)
        def predict(*values):
            return network(*values, return_dict=False)[0]
        return torch.inference_mode()(sampling(kind, predict, decoder))
    dtype = getattr(torch, dtype)
    gradients = KINDS[kind]["gradients"]
    network = model(kind).to(memory_format=torch.channels_last)
    if gradients:
        network.requires_grad_(True)
    else:
        network = network.to(dtype)
    values = [value if gradients else value.to(dtype) for value in inputs(kind, batch)]
    values[0] = values[0].to(memory_format=torch.channels_last)
    def run():
        if not gradients:
            with torch.inference_mode():
                return network(*values).float().permute(0, 2, 3, 1).numpy()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
            loss = network(*values).float().square().mean()
        loss.backward()
        gradient = network.part.conv_in.weight.grad.contiguous()
        network.zero_grad()
        return gradient.numpy()
    return run

converse(version(torch).replace("torch", "PyTorch"),
         [version(diffusers), torch.backends.cpu.get_cpu_capability()], prepare, measure)
