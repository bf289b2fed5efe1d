import Files
import Diffusion

/// The Python sides of the benchmark of diffusion models.
enum DiffusionScripts {
    /// PyTorch as its users run it: diffusers' models, converted to the element type for inference, under autocast for
    /// gradients; channels innermost in memory, which is the faster of its two layouts.
    static func pyTorch(threads: Int) throws -> String {
        try shared(threads: threads, imports: []) + round + """

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
            """
    }

    /// A round of GRPO from the formulas of the method, on the settings of `GRPORound`.
    private static var round: String {
        let options = GRPORound.options
        return """
            import math
            STEPS, GROUP = \(options.steps), \(options.group)
            UPDATES, GUIDANCE = \(options.updates), \(options.guidance)
            CLIP, RATE, DECAY = \(options.clip), \(options.rate), \(options.decay)
            LONGEST = \(options.gradientNorm)

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


            """
    }

    /// OpenVINO from the same modules, the precision forced to what the row asks for.
    static func openVINO(threads: Int) throws -> String {
        try shared(threads: threads, imports: ["import openvino"]) + compiledParts + """

            def prepare(work):
                kind, batch, dtype = parts(work)
                if KINDS[kind]["gradients"] or KINDS[kind]["round"]:
                    raise NotImplementedError("OpenVINO has no gradients")
                if KINDS[kind]["sample"]:
                    return sampling(kind, *compiled_parts(kind))
                values = inputs(kind, batch)
                network = model(kind)
                converted = openvino.convert_model(
                    network, example_input=tuple(values), input=[list(value.shape) for value in values])
                del network
                compiled = openvino.Core().compile_model(converted, "CPU", {
                    "INFERENCE_PRECISION_HINT": "f32" if dtype == "float32" else "bf16",
                    "INFERENCE_NUM_THREADS": THREADS, "PERFORMANCE_HINT": "LATENCY"})
                del converted
                request = compiled.create_infer_request()
                arrays = [value.numpy() for value in values]
                for index, array in enumerate(arrays):
                    request.set_input_tensor(index, openvino.Tensor(array, shared_memory=True))
                def run():
                    request.infer()
                    return request.get_output_tensor().data.transpose(0, 2, 3, 1)
                # The tensors only look at the arrays.
                run.keeps = arrays
                return run

            converse(version(openvino).replace("openvino", "OpenVINO"), [version(diffusers), version(torch)],
                     prepare, measure)
            """
    }

    private static func shared(threads: Int, imports: [String]) throws -> String {
        let classes = ["import diffusers", "from diffusers import AutoencoderKL, UNet2DConditionModel"]
        return try PeerScript.opening(threads: threads, imports: classes + imports) + """
            KINDS = json.loads(r'''\(kinds().text())''')

            class UNet(torch.nn.Module):
                def __init__(self, part):
                    super().__init__()
                    self.part = part
                    self.register_buffer("timestep", torch.tensor([500]), persistent=False)
                def forward(self, sample, context):
                    return self.part(sample, self.timestep.expand(sample.shape[0]), context, return_dict=False)[0]

            class Decoder(torch.nn.Module):
                def __init__(self, part):
                    super().__init__()
                    self.part = part
                def forward(self, latents):
                    return self.part.decode(latents, return_dict=False)[0]

            def model(kind):
                made = UNet2DConditionModel if KINDS[kind]["tokens"] else AutoencoderKL
                with torch.device("meta"):
                    network = made(**KINDS[kind]["config"])
                network = fill(network.eval())
                return UNet(network) if KINDS[kind]["tokens"] else Decoder(network)

            def inputs(kind, batch):
                kind = KINDS[kind]
                side, config = kind["side"], kind["config"]
                channels = config["in_channels"] if kind["tokens"] else config["latent_channels"]
                values = [numbers((batch, side, side, channels), 1.7).permute(0, 3, 1, 2).contiguous()]
                if kind["tokens"]:
                    values.append(numbers((batch, kind["tokens"], config["cross_attention_dim"]), 1.7))
                return values

            def parts(work):
                kind, batch, dtype = work.split(", ")
                return kind, int(batch.split(" ")[1]), dtype

            """ + schedule
    }

    /// What the scripts have to know of each kind of work.
    private static func kinds() throws -> JSON {
        .object(
            try DiffusionKind.allCases.map { kind in
                let (config, side, tokens) =
                    switch kind.model {
                    case .unet(let c, let side, let tokens): (try FileContents.json(c), side, tokens)
                    case .autoencoder(let c, let side): (try FileContents.json(c), side, 0)
                    }
                return JSON.Member(
                    kind.rawValue,
                    [
                        "config": config, "side": .integer(side), "tokens": .integer(tokens),
                        "gradients": .bool(kind.wantsGradients), "round": .bool(kind == .round),
                        "sample": .bool(kind == .sample),
                    ])
            })
    }
}
