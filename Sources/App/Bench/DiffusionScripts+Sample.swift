/// The Python sides of one sample of the miniature, on the settings of `MiniatureSample`.
extension DiffusionScripts {
    /// The noise levels, and the way from noise to a picture: `predict(x, t, contexts)` gives the noise, `decode(x)`
    /// the picture.
    static var schedule: String {
        """
        DECODER = "\(DiffusionKind.miniatureDecoding.rawValue)"
        betas = torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000, dtype=torch.float64) ** 2
        alphas = torch.cumprod(1 - betas, 0)

        def timesteps_of(steps):
            return [index * (1000 // steps) + 1 for index in reversed(range(steps))]

        def sampling(kind, predict, decode, steps=\(MiniatureSample.steps), guidance=\(MiniatureSample.guidance)):
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


        """
    }

    /// The two networks of a sample in OpenVINO, as functions from tensors to a tensor that lasts until the next call.
    static var compiledParts: String {
        """
        class Guided(torch.nn.Module):
            def __init__(self, part):
                super().__init__()
                self.part = part
            def forward(self, sample, timestep, context):
                return self.part(sample, timestep.expand(sample.shape[0]), context, return_dict=False)[0]

        def compiled(network, examples):
            converted = openvino.convert_model(
                network, example_input=examples, input=[list(example.shape) for example in examples])
            request = openvino.Core().compile_model(converted, "CPU", {
                "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": THREADS,
                "PERFORMANCE_HINT": "LATENCY"}).create_infer_request()
            def run(*values):
                arrays = [value.contiguous().numpy() for value in values]
                for index, array in enumerate(arrays):
                    request.set_input_tensor(index, openvino.Tensor(array, shared_memory=True))
                request.infer()
                return torch.from_numpy(request.get_output_tensor().data)
            return run

        def compiled_parts(kind):
            latents, contexts = inputs(kind, 2)
            return (compiled(Guided(model(kind).part), (latents, torch.tensor([500]), contexts)),
                    compiled(model(DECODER), (latents[:1].contiguous(),)))


        """
    }
}
