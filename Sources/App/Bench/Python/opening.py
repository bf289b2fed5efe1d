THREADS = __THREADS__
os.environ["OMP_NUM_THREADS"] = str(THREADS)
try:
    import logging, warnings
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    import numpy, torch
    __IMPORTS__
except ImportError as error:
    answer({"missing": str(error)})
    sys.exit()
torch.set_num_threads(THREADS)

def version(module):
    return f"{module.__name__} {module.__version__.split('+')[0].split('-')[0]}"

state, block = 1, numpy.empty(1000003, numpy.float32)
for index in range(len(block)):
    state = (state * 1664525 + 1013904223) & 0xffffffff
    block[index] = (state - (1 << 32) if state >> 31 else state) / 2147483648

def numbers(shape, scale, start=0):
    return torch.from_numpy(numpy.resize(numpy.roll(block, -start), shape) * numpy.float32(scale))

def fill(model):
    for name, parameter in list(model.named_parameters()):
        shape = tuple(parameter.shape)
        if len(shape) >= 2:
            value = numbers(shape, (3 / numpy.prod(shape[1:])) ** 0.5)
        else:
            value = torch.full(shape, 1.0 if "norm" in name and name.endswith("weight") else 0.0)
        owner, _, last = name.rpartition(".")
        setattr(model.get_submodule(owner), last, torch.nn.Parameter(value, requires_grad=False))
    return model

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))

def forget_peak():
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")

# What `measure` is to `converse`: the result is an array, summed up so that a difference in any number shows.
def measure(run, last):
    if last < 0.25:
        run()
    forget_peak()
    start = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - start
    weights = 1 + numpy.arange(result.size) % 7
    return {"seconds": seconds, "memory": peak(),
            "result": float((abs(result.astype("float64").ravel()) * weights).sum())}


