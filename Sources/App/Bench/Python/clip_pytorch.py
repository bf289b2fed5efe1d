
def prepare(work):
    tower, values, dtype = parts(work)
    tower = tower.to(getattr(torch, dtype))
    if values.is_floating_point():
        values = values.to(getattr(torch, dtype))
    def run():
        with torch.inference_mode():
            return tower(values).float().numpy()
    return run

converse(version(torch).replace("torch", "PyTorch"),
         [version(transformers), torch.backends.cpu.get_cpu_capability()], prepare, measure)
