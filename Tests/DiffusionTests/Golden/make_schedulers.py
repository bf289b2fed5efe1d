"""Trajectories of diffusers' schedulers, with log-probabilities of DDIM's steps, for SchedulerTests.

    python make_schedulers.py        # writes schedulers.golden.json beside itself

Made with diffusers 0.42.1 and PyTorch 2.15.0 (float32, one thread). Nothing is drawn: starts, noises and the "model"
are the sines of `pattern`, so the tests make the same ones.

Tolerances: samples 1e-5 of a step's largest value; log-probabilities 1e-6; schedules bit for bit, but for rescaled ones
(PyTorch takes their square roots from MKL, to one unit in the last place); timesteps 1e-6.
"""
import itertools
import json
import math
import os

import numpy as np
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler

torch.set_num_threads(1)
SHAPE = (2, 2, 2, 3)
COUNT = 24


def pattern(salt):
    """Numbers of variance 1, by a formula that gives the same doubles everywhere."""
    values = [math.sqrt(2) * math.sin(12.9898 * (i + 1) + 78.233 * (salt + 1)) for i in range(COUNT)]
    return torch.tensor(values, dtype=torch.float64).to(torch.float32).reshape(SHAPE)


def model(sample, index):
    return 0.5 * sample + 0.7 * pattern(1000 + index)


def log_probability(scheduler, output, timestep, sample, previous, eta):
    """The formula, averaged over dimensions; sigma; the mean."""
    alphas = scheduler.alphas_cumprod
    before = timestep - scheduler.config.num_train_timesteps // scheduler.num_inference_steps
    alpha = alphas[timestep]
    alpha_previous = alphas[before] if before >= 0 else scheduler.final_alpha_cumprod
    kind = scheduler.config.prediction_type
    if kind == "epsilon":
        original, epsilon = (sample - (1 - alpha) ** 0.5 * output) / alpha**0.5, output
    elif kind == "sample":
        original, epsilon = output, (sample - alpha**0.5 * output) / (1 - alpha) ** 0.5
    else:
        original = alpha**0.5 * sample - (1 - alpha) ** 0.5 * output
        epsilon = alpha**0.5 * output + (1 - alpha) ** 0.5 * sample
    if scheduler.config.clip_sample:
        original = original.clamp(-scheduler.config.clip_sample_range, scheduler.config.clip_sample_range)
    variance = (1 - alpha_previous) / (1 - alpha) * (1 - alpha / alpha_previous)
    sigma = eta * variance**0.5
    if sigma == 0:
        return None, 0.0, None
    mean = alpha_previous**0.5 * original + (1 - alpha_previous - sigma**2) ** 0.5 * epsilon
    density = -((previous.detach() - mean) ** 2) / (2 * sigma**2) - torch.log(sigma) - 0.5 * math.log(2 * math.pi)
    return density.mean(dim=(1, 2, 3)), float(sigma), mean


def numbers(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]


def run(kind, config, steps, eta):
    scheduler = kind(**config)
    scheduler.set_timesteps(steps)
    sample = pattern(0) * scheduler.init_noise_sigma
    entry = {
        "config": dict(config, _class_name=kind.__name__), "steps": steps, "eta": eta,
        "times": [float(t) for t in scheduler.timesteps], "initial_sigma": float(scheduler.init_noise_sigma),
        "samples": [], "originals": [],
    }
    clean = pattern(500)
    middle = scheduler.timesteps[steps // 2 : steps // 2 + 1]
    if kind is not DDIMScheduler:
        scheduler.set_begin_index(steps // 2)
    entry["noised"] = numbers(scheduler.add_noise(clean, pattern(501), middle.repeat(SHAPE[0])))
    scheduler.set_timesteps(steps)
    if kind is DDIMScheduler:
        entry["sigmas"], entry["log_probabilities"] = [], []
    for index, timestep in enumerate(scheduler.timesteps):
        output = model(scheduler.scale_model_input(sample, timestep), index).detach().requires_grad_()
        if kind is DDIMScheduler:
            result = scheduler.step(output, timestep, sample, eta=eta, variance_noise=pattern(100 + index) if eta else None)
            density, sigma, _ = log_probability(scheduler, output, int(timestep), sample, result.prev_sample, eta)
            entry["sigmas"].append(sigma)
            entry["log_probabilities"].append(None if density is None else numbers(density))
            if density is not None and index == steps // 2:
                density.sum().backward()
                entry["gradient"] = numbers(output.grad)
            entry["originals"].append(numbers(result.pred_original_sample))
            following = result.prev_sample
        else:
            following = scheduler.step(output, timestep, sample, return_dict=False)[0]
        sample = following.detach()
        entry["samples"].append(numbers(sample))
    # A sample of sigma 4096 carries its float32 rounding, 5e-4, down to the last step.
    entry["tolerance"] = 5e-4 if entry["initial_sigma"] > 1000 else 1e-5
    if steps > 10:
        for key in ["samples", "originals"]:
            entry[key] = entry[key][-1:]
    return entry


SD = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
LINEAR = dict(beta_start=0.0001, beta_end=0.02, beta_schedule="linear")
COSINE = dict(beta_schedule="squaredcos_cap_v2", clip_sample=True)
trajectories = []
schedules = itertools.cycle([SD, dict(SD, set_alpha_to_one=False), LINEAR])
ends = itertools.cycle([dict(clip_sample=False), dict(clip_sample=False, steps_offset=1), dict(clip_sample_range=1.5)])
counts = itertools.cycle([4, 6, 7, 10, 3])
for prediction in ["epsilon", "sample", "v_prediction"]:
    for spacing in ["leading", "trailing", "linspace"]:
        for eta in [0.0, 0.4, 1.0]:
            config = dict(next(schedules), **next(ends), prediction_type=prediction, timestep_spacing=spacing)
            trajectories.append(run(DDIMScheduler, config, next(counts), eta))
for eta in [0.0, 1.0]:
    sd15 = dict(SD, clip_sample=False, set_alpha_to_one=False, steps_offset=1)
    trajectories.append(run(DDIMScheduler, sd15, 50, eta))
    trajectories.append(run(DDIMScheduler, dict(SD, clip_sample=False), 20, eta))
    trajectories.append(run(DDIMScheduler, dict(COSINE, prediction_type="sample"), 8, eta))
    zero = dict(SD, clip_sample=False, rescale_betas_zero_snr=True, prediction_type="v_prediction", timestep_spacing="trailing")
    # At eta 1 the rest 1 - alpha - sigma**2 of its first step rounds to less than 0, and diffusers gives NaN.
    trajectories.append(run(DDIMScheduler, zero, 6, 0.5 * eta))
trajectories.append(run(DDIMScheduler, dict(SD, num_train_timesteps=100, clip_sample=False), 9, 1.0))

for kind in [EulerDiscreteScheduler, DPMSolverMultistepScheduler]:
    for prediction in ["epsilon", "sample", "v_prediction"]:
        for spacing in ["leading", "trailing", "linspace"]:
            extra = dict(steps_offset=1) if spacing == "leading" else {}
            config = dict(SD, prediction_type=prediction, timestep_spacing=spacing, **extra)
            trajectories.append(run(kind, config, 6, 0.0))
    trajectories.append(run(kind, dict(SD), 25, 0.0))
    trajectories.append(run(kind, dict(SD, use_karras_sigmas=True), 8, 0.0))
    trajectories.append(run(kind, dict(LINEAR, final_sigmas_type="sigma_min"), 5, 0.0))
    trajectories.append(run(kind, dict(SD, rescale_betas_zero_snr=True, prediction_type="v_prediction", timestep_spacing="trailing"), 5, 0.0))
trajectories.append(run(DPMSolverMultistepScheduler, dict(SD, solver_type="heun"), 16, 0.0))
trajectories.append(run(DPMSolverMultistepScheduler, dict(SD, solver_order=1, lower_order_final=False), 5, 0.0))
trajectories.append(run(DPMSolverMultistepScheduler, dict(SD, final_sigmas_type="sigma_min", lower_order_final=False), 5, 0.0))
trajectories.append(run(DPMSolverMultistepScheduler, dict(SD, final_sigmas_type="sigma_min", euler_at_final=True), 16, 0.0))
trajectories.append(run(DPMSolverMultistepScheduler, dict(beta_schedule="squaredcos_cap_v2", lambda_min_clipped=-5.1), 7, 0.0))


def bits(tensor):
    """The sum of the float32 bit patterns: one number that every last bit of a schedule moves."""
    return int(tensor.numpy().view(np.uint32).astype(np.uint64).sum())


tables = []
for config in [
    SD, LINEAR, dict(beta_schedule="squaredcos_cap_v2"), dict(SD, rescale_betas_zero_snr=True), dict(SD, num_train_timesteps=100),
    dict(beta_start=0.001, beta_end=0.3, num_train_timesteps=77), dict(num_train_timesteps=3, trained_betas=[0.1, 0.2, 0.3]),
]:
    scheduler = DDIMScheduler(**config)
    tables.append({"config": config, "betas": bits(scheduler.betas), "alphas_cumprod": bits(scheduler.alphas_cumprod)})

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "schedulers.golden.json"), "w") as file:
    json.dump({"schedules": tables, "trajectories": trajectories}, file, separators=(",", ":"))
print(len(trajectories), os.path.getsize(file.name))
