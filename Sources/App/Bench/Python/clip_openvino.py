
def prepare(work):
    tower, values, dtype = parts(work)
    converted = openvino.convert_model(tower, example_input=values, input=[list(values.shape)])
    compiled = openvino.Core().compile_model(converted, "CPU", {
        "INFERENCE_PRECISION_HINT": "f32" if dtype == "float32" else "bf16",
        "INFERENCE_NUM_THREADS": THREADS, "PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()
    shared = values.numpy()
    request.set_input_tensor(openvino.Tensor(shared, shared_memory=True))
    def run():
        request.infer()
        return request.get_output_tensor().data
    # The tensor only looks at the array.
    run.keeps = shared
    return run

converse(version(openvino).replace("openvino", "OpenVINO"), [version(transformers), version(torch)],
         prepare, measure)
