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


