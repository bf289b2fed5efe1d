"""What StableDiffusionPipeline of diffusers 0.42.1 samples with clip_skip, guidance_rescale, a generator a picture,
prompt embeddings and weighted prompts, for PromptTests.

    python make_prompts.py           # reads the folder tiny-pipeline, writes prompts.golden.json beside itself

diffusers has no weights: `weighted` is EmphasisOriginal of stable-diffusion-webui (modules/sd_emphasis.py) over the
pipeline's own text encoder, and its result goes in as prompt_embeds. Tolerance 1e-4 of the largest value.
"""
import json
import os
from types import SimpleNamespace

import torch
from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionPipeline

from formula import numbers, values

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
pipe = StableDiffusionPipeline.from_pretrained(os.path.join(here, "tiny-pipeline"), dtype=torch.float32)
pipe.set_progress_bar_config(disable=True)
# transformers 5 has no such attribute, which diffusers' clip_skip asks for.
object.__setattr__(
    pipe.text_encoder, "text_model", SimpleNamespace(final_layer_norm=pipe.text_encoder.final_layer_norm))
PROMPTS, NEGATIVE, STEPS = ["a red apple", "a cat"], "red", 3


def generators(seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def latents(**options):
    made = pipe(
        num_inference_steps=STEPS, guidance_scale=3.0, output_type="latent",
        **({"generator": torch.Generator().manual_seed(7)} | options)).images
    return numbers(made.permute(0, 2, 3, 1))


def weighted(parts):
    """Parts tokenized by themselves, with their weights, padded by the end token."""
    made, weights = [], []
    for text, weight in parts:
        own = pipe.tokenizer(text, add_special_tokens=False).input_ids
        made, weights = made + own, weights + [weight] * len(own)
    start, end = pipe.tokenizer.bos_token_id, pipe.tokenizer.eos_token_id
    made = ([start] + made + [end] * 12)[:12]
    weights = ([1.0] + weights + [1.0] * 12)[:12]
    with torch.no_grad():
        z = pipe.text_encoder(torch.tensor([made])).last_hidden_state
    original_mean = z.mean()
    z = z * torch.tensor(weights).reshape(1, -1, 1)
    return z * (original_mean / z.mean())


states = torch.tensor(values("states", (1, 7, 16)), dtype=torch.float32)
negative_states = torch.tensor(values("negative states", (1, 7, 16)), dtype=torch.float32)
golden = {
    "plain": latents(prompt=PROMPTS, negative_prompt=[NEGATIVE] * 2),
    "clip_skip": latents(prompt=PROMPTS, negative_prompt=[NEGATIVE] * 2, clip_skip=1),
    "guidance_rescale": latents(prompt=PROMPTS, negative_prompt=[NEGATIVE] * 2, guidance_rescale=0.7),
    "generators": latents(prompt=PROMPTS, negative_prompt=[NEGATIVE] * 2, generator=generators([3, 8]), eta=1.0),
    "embeddings": latents(prompt_embeds=states, negative_prompt_embeds=negative_states),
}
with torch.no_grad():
    golden["context"] = numbers(pipe.encode_prompt(PROMPTS, "cpu", 1, False, clip_skip=1)[0])
# "a (red:1.5) cat", "(a [cat])" and "\(re(d:0.5)": brackets are text, and a word is cut in two.
golden["weights"] = [numbers(weighted(parts)) for parts in [
    [("a ", 1.0), ("red", 1.5), (" cat", 1.0)], [("a ", 1.1), ("cat", 1.0)], [("(re", 1.0), ("d", 0.5)]]]
golden["weighted"] = latents(
    prompt_embeds=weighted([("a ", 1.0), ("red", 1.5), (" cat", 1.0)]), negative_prompt_embeds=weighted([("red", 0.5)]))
picture = torch.linspace(0, 1, 3 * 16 * 16).reshape(1, 3, 16, 16)
other = StableDiffusionImg2ImgPipeline(**pipe.components, requires_safety_checker=False)
other.set_progress_bar_config(disable=True)
golden["picture"] = numbers(other(
    PROMPTS, image=picture, negative_prompt=[NEGATIVE] * 2, num_inference_steps=STEPS, strength=0.7, guidance_scale=3.0,
    generator=generators([3, 8]), output_type="latent").images.permute(0, 2, 3, 1))
with open(os.path.join(here, "prompts.golden.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
