
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
