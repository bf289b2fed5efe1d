"""Trajectories of further schedulers of diffusers 0.42.1 with PyTorch 2.15.0, for SamplerTests.

    python make_samplers.py          # writes samplers.golden.json beside itself

As make_schedulers.py: nothing is drawn, starts, noises and the "model" are the sines of its `pattern`. A trajectory has
an entry for each call of the model; noise of call i is pattern(100 + i). Tolerance 1e-5 of a call's largest value.
"""
import json
import os
import sys

import torch

# Not to write its golden file again.
source = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "make_schedulers.py")).read()
exec(source.split("\ndef log_probability")[0], globals())
exec("def numbers" + source.split("\ndef numbers")[1].split("\n\n\n")[0], globals())

import diffusers
from diffusers import (
    DDPMScheduler, EulerAncestralDiscreteScheduler, HeunDiscreteScheduler, LCMScheduler, LMSDiscreteScheduler, PNDMScheduler,
    UniPCMultistepScheduler)

call = [0]
for kind in [DDPMScheduler, EulerAncestralDiscreteScheduler, LCMScheduler]:
    sys.modules[kind.__module__].randn_tensor = lambda shape, **options: pattern(100 + call[0])


def run(kind, config, steps):
    scheduler = kind(**config)
    scheduler.set_timesteps(steps)
    count = len(scheduler.timesteps)
    entry = {
        "config": dict(config, _class_name=kind.__name__), "steps": steps, "times": [float(t) for t in scheduler.timesteps],
        "initial_sigma": float(scheduler.init_noise_sigma), "samples": []}
    middle = scheduler.timesteps[count // 2 : count // 2 + 1]
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(count // 2)
    entry["noised"] = numbers(scheduler.add_noise(pattern(500), pattern(501), middle.repeat(SHAPE[0])))
    scheduler = kind(**config)
    scheduler.set_timesteps(steps)
    sample = pattern(0) * scheduler.init_noise_sigma
    for index, timestep in enumerate(scheduler.timesteps):
        call[0] = index
        output = model(scheduler.scale_model_input(sample, timestep), index)
        sample = scheduler.step(output, timestep, sample, return_dict=False)[0]
        entry["samples"].append(numbers(sample))
    if count > 12:
        entry["samples"] = entry["samples"][-1:]
    return entry


SD = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
made = []
for prediction in ["epsilon", "v_prediction", "sample"]:
    for spacing in ["leading", "trailing", "linspace"]:
        config = dict(SD, prediction_type=prediction, timestep_spacing=spacing) | (
            dict(steps_offset=1) if spacing == "leading" else {})
        made += [run(kind, config, 6) for kind in [HeunDiscreteScheduler, LMSDiscreteScheduler, UniPCMultistepScheduler]]
        made.append(run(DDPMScheduler, dict(config, clip_sample=False), 6))
        if prediction != "sample":
            made.append(run(EulerAncestralDiscreteScheduler, config, 6))
            # A step of PNDM's goes beyond the schedule where spacing is trailing.
            if spacing != "trailing":
                made.append(run(PNDMScheduler, dict(config, skip_prk_steps=True), 6))
    made.append(run(LCMScheduler, dict(SD, prediction_type=prediction), 4))
for kind in [HeunDiscreteScheduler, LMSDiscreteScheduler, UniPCMultistepScheduler]:
    made += [run(kind, dict(SD, use_karras_sigmas=True), 7), run(kind, SD, 25)]
made.append(run(HeunDiscreteScheduler, dict(SD, clip_sample=True, clip_sample_range=1.5), 5))
for order, solver in [(1, "bh2"), (2, "bh1"), (3, "bh2"), (3, "bh1")]:
    # Down to no noise at all bh1 is not a number.
    end = dict(final_sigmas_type="sigma_min") if solver == "bh1" else {}
    made.append(run(UniPCMultistepScheduler, dict(SD, solver_order=order, solver_type=solver, **end), 8))
made.append(run(UniPCMultistepScheduler, dict(SD, final_sigmas_type="sigma_min", lower_order_final=False), 5))
made.append(run(DDPMScheduler, dict(SD), 5))
made.append(run(DDPMScheduler, dict(SD, variance_type="fixed_large", clip_sample_range=2.0), 5))
for steps in [1, 2, 3, 4, 20]:
    made.append(run(PNDMScheduler, dict(SD, skip_prk_steps=True, steps_offset=1, set_alpha_to_one=False), steps))
made.append(run(PNDMScheduler, dict(SD, skip_prk_steps=True, set_alpha_to_one=True), 5))
made += [run(LCMScheduler, dict(SD), steps) for steps in [1, 2, 8]]
made.append(run(LCMScheduler, dict(SD, original_inference_steps=20, timestep_scaling=4.0, set_alpha_to_one=False), 5))
made.append(run(LCMScheduler, dict(SD, rescale_betas_zero_snr=True, prediction_type="v_prediction", clip_sample=True), 4))
made.append(run(EulerAncestralDiscreteScheduler, dict(SD), 25))
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "samplers.golden.json"), "w") as file:
    json.dump(made, file, separators=(",", ":"))
    file.write("\n")
print(len(made), os.path.getsize(file.name))
