"""Trajectories of DEIS, DPM-Solver (its SDE and singlestep forms), KDPM2 and TCD of diffusers 0.42.1 with PyTorch
2.15.0, for SamplerTests.

    python make_solvers.py           # writes solvers.golden.json beside itself

As make_samplers.py, whose `run` it takes; TCD's entries have the eta of their steps. Tolerance 1e-5 of a call's largest
value.
"""
import os

here = os.path.dirname(os.path.abspath(__file__))
source = open(os.path.join(here, "make_samplers.py")).read()
__file__ = os.path.join(here, "make_samplers.py")
exec(source.split('\nSD = dict')[0], globals())

from diffusers import (
    DEISMultistepScheduler, DPMSolverMultistepScheduler, DPMSolverSinglestepScheduler, KDPM2AncestralDiscreteScheduler,
    KDPM2DiscreteScheduler, TCDScheduler)

for kind in [DPMSolverMultistepScheduler, DPMSolverSinglestepScheduler, KDPM2AncestralDiscreteScheduler, TCDScheduler]:
    sys.modules[kind.__module__].randn_tensor = lambda shape, **options: pattern(100 + call[0])


def numbers(tensor):
    return [float(f"{v:.7g}") for v in tensor.reshape(-1).tolist()]


def tcd(config, steps, eta):
    class WithEta(TCDScheduler):
        def step(self, output, timestep, sample, **options):
            return super().step(output, timestep, sample, eta=eta, **options)

    WithEta.__name__ = "TCDScheduler"
    return dict(run(WithEta, config, steps), eta=eta)


SD = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
MIN = dict(final_sigmas_type="sigma_min")
made = []
for prediction in ["epsilon", "v_prediction", "sample"]:
    for spacing in ["leading", "trailing", "linspace"]:
        config = dict(SD, prediction_type=prediction, timestep_spacing=spacing) | (
            dict(steps_offset=1) if spacing == "leading" else {})
        made.append(run(DEISMultistepScheduler, dict(config, solver_order=3), 5))
        made.append(run(DPMSolverMultistepScheduler, dict(config, algorithm_type="sde-dpmsolver++"), 4))
        if prediction != "sample":
            made.append(run(KDPM2DiscreteScheduler, config, 3))
            made.append(run(KDPM2AncestralDiscreteScheduler, config, 3))
    made.append(run(DPMSolverSinglestepScheduler, dict(SD, prediction_type=prediction), 5))
    made.append(tcd(dict(prediction_type=prediction), 4, 0.3))
for kind in [DEISMultistepScheduler, KDPM2DiscreteScheduler, KDPM2AncestralDiscreteScheduler]:
    made += [run(kind, dict(SD, use_karras_sigmas=True), 16), run(kind, SD, 1), run(kind, SD, 25)]
for order in [1, 2, 3]:
    made.append(run(DEISMultistepScheduler, dict(SD, solver_order=order, lower_order_final=False), 6))
    for algorithm in ["dpmsolver++", "sde-dpmsolver++", "dpmsolver", "sde-dpmsolver"]:
        end = {} if algorithm.endswith("++") else MIN
        for solver in ["midpoint", "heun"]:
            config = dict(SD, algorithm_type=algorithm, solver_order=order, solver_type=solver, **end)
            if order > 1 or solver == "midpoint":
                if order < 3 or algorithm != "sde-dpmsolver":
                    made.append(run(DPMSolverMultistepScheduler, config, 16))
                if not algorithm.startswith("sde"):
                    made.append(run(DPMSolverSinglestepScheduler, config, 13))
for steps in [1, 2, 3, 4, 6]:
    made.append(run(DPMSolverSinglestepScheduler, dict(SD, solver_order=3), steps))
made += [
    run(DPMSolverSinglestepScheduler, dict(SD, solver_order=3, solver_type="heun", **MIN), 6),
    run(DPMSolverSinglestepScheduler, dict(SD, solver_order=2, use_karras_sigmas=True, lower_order_final=True), 6),
    run(DPMSolverSinglestepScheduler, dict(SD, lambda_min_clipped=-3.0), 5),
    run(DPMSolverMultistepScheduler, dict(SD, algorithm_type="sde-dpmsolver++", use_karras_sigmas=True, solver_order=3), 8),
    run(DPMSolverMultistepScheduler, dict(
        SD, algorithm_type="sde-dpmsolver++", lower_order_final=False, euler_at_final=True, **MIN), 5),
    run(DPMSolverMultistepScheduler, dict(SD, algorithm_type="deis", solver_type="bh2", solver_order=3, **MIN), 6),
    run(DEISMultistepScheduler, dict(SD, algorithm_type="dpmsolver++", solver_type="bh1"), 3),
]
for steps, eta in [(1, 0.3), (2, 0.0), (4, 1.0), (8, 0.3), (50, 0.7)]:
    made.append(tcd({}, steps, eta))
made.append(tcd(dict(SD, original_inference_steps=20, rescale_betas_zero_snr=True, prediction_type="v_prediction"), 4, 0.5))
with open(os.path.join(here, "solvers.golden.json"), "w") as file:
    json.dump(made, file, separators=(",", ":"))
    file.write("\n")
print(len(made), os.path.getsize(file.name))
