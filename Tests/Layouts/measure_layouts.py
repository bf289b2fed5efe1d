"""Which layouts Rhumb loads, and how far it agrees with the program that wrote or reads them: writes docs/layouts.md.

    python measure_layouts.py RHUMB

Makes small models of random weights with diffusers, transformers, PEFT and OpenCLIP in each layout, has Rhumb load and
use them, and compares pictures or features with the reference program's: the largest difference, of the largest value.
What Rhumb saves is read by the reference program again and compared in the same way. Nothing is downloaded.
"""
import importlib.metadata as metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import open_clip
import torch
from diffusers import (DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler,
                       EulerDiscreteScheduler, HeunDiscreteScheduler, LMSDiscreteScheduler, PNDMScheduler,
                       StableDiffusionPipeline, UniPCMultistepScheduler)
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

here = os.path.dirname(os.path.abspath(__file__))
golden = os.path.join(here, "../DiffusionTests/Golden")
sys.path[:0] = [golden, os.path.join(here, "../CLIPTests/Golden")]
import make_single_file  # noqa: E402

torch.set_num_threads(1)
tiny = os.path.join(golden, "tiny-pipeline")
PROMPT, STEPS, SEED = "a red apple left of a cat", 4, 7
TEXTS = ["a red cat", "cat", "red apples and a cat"]
RHUMB = os.path.abspath(sys.argv[1])
work = tempfile.mkdtemp()
os.environ |= {"HF_HUB_CACHE": os.path.join(work, "hub"), "HF_HUB_OFFLINE": "1"}
rows = []


def version(name):
    return f"{name.replace('_torch', '')} {metadata.version(name)}"


def rhumb(code):
    done = subprocess.run([RHUMB, "eval", "--threads", "1", *code.splitlines()], cwd=work, capture_output=True, text=True)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise RuntimeError(next((line for line in said if line.startswith("error: ")), said[-1]))


def apart(ours, theirs):
    ours, theirs = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    assert ours.shape == theirs.shape and np.isfinite(ours).all(), (ours.shape, theirs.shape)
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def row(group, layout, code, reference, measure, saved):
    """`measure` and `saved` give numbers, or raise what went wrong."""
    cells = []
    for work_ in (measure, saved):
        try:
            cells.append(work_() if work_ else "")
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the table.
            cells.append(f"fails: {str(error).splitlines()[0][:120]}")
    shown = [f"{c:.0e}" if isinstance(c, float) else c for c in cells]
    shown = ["the same bits" if s == "0e+00" else s for s in shown]
    rows.append((group, layout, code, reference, *shown))
    print(rows[-1], flush=True)


# MARK: Pipelines

def picture(pipe, size=16):
    """What a pipeline of diffusers draws, [height, width, 3]."""
    pipe.set_progress_bar_config(disable=True)
    final = pipe(PROMPT, num_inference_steps=STEPS, guidance_scale=3.0, height=size, width=size,
                 generator=torch.Generator().manual_seed(SEED), output_type="latent").images
    with torch.no_grad():
        decoded = pipe.vae.decode(final / pipe.vae.config.scaling_factor).sample
    return (decoded / 2 + 0.5).clamp(0, 1)[0].permute(1, 2, 0).numpy()


def ours(load, after="", sampler=""):
    out = os.path.join(work, "x.npy")
    options = f"steps: {STEPS} guidance: 3 width: 16 height: 16 seed: {SEED}" + (f' sampler: "{sampler}"' if sampler else "")
    rhumb(f'sd = {load}\n{after}\nx = sample sd "{PROMPT}" {options}\nsave tensor(x) "{out}"')
    found = np.load(out)
    found = found[0] if found.ndim == 4 else found
    return found if found.shape[-1] == 3 else np.moveaxis(found, 0, -1)


def pipeline(layout, load, reference, program, after="", sampler=""):
    def again():
        folder = os.path.join(work, "saved")
        shutil.rmtree(folder, ignore_errors=True)
        rhumb(f'sd = {load}\n{after}\nsave sd "{folder}"')
        pipe = StableDiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
        if sampler:
            pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
        return apart(picture(pipe), reference())
    code = f"{load}; {after}" if after else load
    row("Stable Diffusion", layout, code, program, lambda: apart(ours(load, after, sampler), reference()), again)


def base(**options):
    return StableDiffusionPipeline.from_pretrained(tiny, dtype=torch.float32, **options)


def place(name):
    return os.path.join(work, name)


def pipelines():
    diffusers = version("diffusers")
    plain = lambda: picture(base())  # noqa: E731
    pipe = base()
    pipe.save_pretrained(place("folder"))
    pipeline("folder of diffusers, float32", f'load "{place("folder")}"', plain, diffusers)
    pipe.to(torch.float16)
    pipe.save_pretrained(place("half"))
    pipeline("the same, float16", f'load "{place("half")}"', plain, diffusers)
    pipe.save_pretrained(place("variant"), variant="fp16")
    pipeline("`variant: \"fp16\"`", f'load "{place("variant")}" variant: "fp16"', plain, diffusers)
    pipe = base()
    pipe.save_pretrained(place("bin"), safe_serialization=False)
    pipeline("PyTorch's `.bin` files", f'load "{place("bin")}"', plain, diffusers)
    pipe.save_pretrained(place("shards"), max_shard_size="40KB")
    pipeline("sharded, with an index", f'load "{place("shards")}"', plain, diffusers)
    commit = "0123456789abcdef0123456789abcdef01234567"
    hub = place("hub/models--org--tiny")
    shutil.copytree(place("folder"), f"{hub}/snapshots/{commit}")
    os.makedirs(f"{hub}/refs")
    with open(f"{hub}/refs/main", "w") as file:
        file.write(commit)
    pipeline("name in the hub's cache", 'load "org/tiny"', lambda: picture(StableDiffusionPipeline.from_pretrained(
        "org/tiny", cache_dir=place("hub"), local_files_only=True, dtype=torch.float32)), diffusers)
    for made in (DDIMScheduler, PNDMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler, HeunDiscreteScheduler,
                 LMSDiscreteScheduler, UniPCMultistepScheduler, DDPMScheduler, EulerAncestralDiscreteScheduler):
        pipe = base()
        # As the published models have it: no Runge-Kutta steps before PNDM's.
        only = {"skip_prk_steps": True} if made is PNDMScheduler else {}
        pipe.scheduler = made.from_config(pipe.scheduler.config, **only)
        pipe.save_pretrained(place(made.__name__))
        pipeline(f"scheduler `{made.__name__}`", f'load "{place(made.__name__)}"', lambda p=pipe: picture(p), diffusers)
    single_files(diffusers)
    parts(diffusers)
    adapters(diffusers)


def single_files(diffusers):
    for kind in (1, 2):
        folder = place(f"single{kind}")
        shapes = make_single_file.make(kind, folder)
        weights = {name: torch.tensor(make_single_file.values(name, tuple(shape)), dtype=torch.float32).reshape(shape)
                   for name, shape in shapes.items()}
        file, checkpoint = f"{folder}/model.safetensors", f"{folder}/model.ckpt"
        save_file(weights, file)
        torch.save({"state_dict": weights, "global_step": 470000, "epoch": 3}, checkpoint)
        options = f'tokenizer: "{folder}/tokenizer"'
        for path in (file, checkpoint):
            pipeline(
                f"{kind}.x in one file, `{os.path.splitext(path)[1]}`", f'load "{path}" {options}',
                lambda: picture(StableDiffusionPipeline.from_single_file(file, config=folder, safety_checker=None)),
                # Without a configuration 1.x is taken to be sampled by PNDM; the reference has DDIM in its folder.
                diffusers, sampler="ddim")


def parts(diffusers):
    pipe = base()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in [*pipe.unet.parameters(), *pipe.vae.parameters()]:
            p.mul_(1 + 0.1 * torch.rand(p.shape, generator=generator))
    pipe.unet.save_pretrained(place("unet"))
    pipe.vae.save_pretrained(place("vae"))
    torch.save(pipe.unet.state_dict(), place("unet.pt"))

    def reference(unet=False, vae=False):
        other = base()
        other.unet = pipe.unet if unet else other.unet
        other.vae = pipe.vae if vae else other.vae
        return picture(other)
    pipeline("UNet of another folder", f'load "{tiny}" unet: "{place("unet")}"', lambda: reference(unet=True), diffusers)
    pipeline("UNet's state dict, `.pt`", f'load "{tiny}" unet: "{place("unet.pt")}"', lambda: reference(unet=True), diffusers)
    pipeline("VAE of another folder", f'load "{tiny}" vae: "{place("vae")}"', lambda: reference(vae=True), diffusers)


def adapters(diffusers):
    for name, program in [("rslora", diffusers), ("ranks", diffusers), ("processor", diffusers)]:
        folder = os.path.join(golden, "lora", name)
        weights = next(f for f in os.listdir(folder) if f.endswith((".safetensors", ".bin")))

        def reference(folder=folder, weights=weights):
            pipe = base()
            pipe.load_lora_weights(folder, weight_name=weights)
            return picture(pipe)
        pipeline(f"LoRA of diffusers ({name})", f'load "{tiny}"', reference, program, f'sd = lora sd "{folder}"')

    def peft():
        from peft import PeftModel
        pipe = base()
        PeftModel.from_pretrained(pipe.unet, os.path.join(golden, "lora/peft"))
        return picture(pipe)
    pipeline("LoRA in PEFT's own folder", f'load "{tiny}"', peft, version("peft"), f'sd = lora sd "{golden}/lora/peft"')


# MARK: CLIP

def embedded(load):
    out = place("e.npy")
    rhumb(f'clip = {load}\nsave (embed clip {json.dumps(TEXTS)}) "{out}"')
    return np.load(out)


def unit(tensor):
    return torch.nn.functional.normalize(tensor, dim=-1).numpy()


def clips():
    tokenizer = CLIPTokenizer.from_pretrained(os.path.join(tiny, "tokenizer"))
    size = len(tokenizer)
    torch.manual_seed(0)
    ends = {"bos_token_id": size - 2, "eos_token_id": size - 1, "pad_token_id": size - 1}
    model = CLIPModel(CLIPConfig(
        text_config={"vocab_size": size, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
                     "num_attention_heads": 2, "max_position_embeddings": 12, "projection_dim": 24, **ends},
        vision_config={"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
                       "image_size": 16, "patch_size": 8, "projection_dim": 24}, projection_dim=24)).eval()

    def features(model):
        batch = tokenizer(TEXTS, padding=True, truncation=True, max_length=12, return_tensors="pt")
        with torch.no_grad():
            found = model.get_text_features(input_ids=batch.input_ids, attention_mask=batch.attention_mask)
        return unit(getattr(found, "pooler_output", found))

    def clip(layout, load, reference, program):
        def again():
            rhumb(f'save ({load}) "{place("clip-saved")}"')
            return apart(features(CLIPModel.from_pretrained(place("clip-saved"))), reference())
        row("CLIP", layout, load.replace(work + "/", ""), program, lambda: apart(embedded(load), reference()), again)

    transformers = version("transformers")
    for name, options in [("clip", {}), ("clip-bin", {"safe_serialization": False}), ("clip-shards", {"max_shard_size": "20KB"})]:
        try:
            model.save_pretrained(place(name), **options)
        except Exception as error:  # noqa: BLE001 - some versions write no `.bin` any more.
            print(name, error)
            continue
        if options.get("safe_serialization") is False and not os.path.exists(place(f"{name}/pytorch_model.bin")):
            os.remove(place(f"{name}/model.safetensors"))
            torch.save(model.state_dict(), place(f"{name}/pytorch_model.bin"))
        tokenizer.save_pretrained(place(name))
        clip({"clip": "folder of transformers", "clip-bin": "the same, `pytorch_model.bin`", "clip-shards": "the same, sharded"}[name],
             f'load "{place(name)}"', lambda: features(model), transformers)
    openclip(clip)


def openclip(clip):
    config = {"embed_dim": 24, "vision_cfg": {"image_size": 16, "layers": 2, "width": 64, "patch_size": 8},
              "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 1, "layers": 2}}
    tokens = open_clip.SimpleTokenizer()(TEXTS)
    for quick in (False, True):
        torch.manual_seed(1)
        model = open_clip.model.CLIP(**config, quick_gelu=quick).eval()

        def reference(model=model):
            with torch.no_grad():
                return unit(model.encode_text(tokens))

        def row_(layout, load):
            row("CLIP", layout, load.replace(work + "/", ""), version("open_clip_torch"),
                lambda: apart(embedded(load), reference()), lambda: saved(load, reference))

        def saved(load, reference):
            rhumb(f'save ({load}) "{place("oc-saved")}"')
            again = CLIPModel.from_pretrained(place("oc-saved")).eval()
            tokenizer = CLIPTokenizer.from_pretrained(place("oc-saved"))
            batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
            with torch.no_grad():
                found = again.get_text_features(input_ids=batch.input_ids, attention_mask=batch.attention_mask)
            return apart(unit(getattr(found, "pooler_output", found)), reference())
        if quick:
            torch.save(model.state_dict(), place("quick.pt"))
            row_("OpenCLIP's weights alone, of a `-quickgelu` model", f'load "{place("quick.pt")}" activation: "quick_gelu"')
            break
        torch.save(model.state_dict(), place("open_clip_pytorch_model.bin"))
        torch.save({"epoch": 1, "state_dict": {"module." + k: v for k, v in model.state_dict().items()}}, place("epoch_1.pt"))
        row_("OpenCLIP's weights alone", f'load "{place("open_clip_pytorch_model.bin")}"')
        row_("OpenCLIP's checkpoint, `module.` before names", f'load "{place("epoch_1.pt")}"')


def table():
    programs = ", ".join(version(n) for n in ["torch", "diffusers", "transformers", "peft", "open_clip_torch", "huggingface_hub"])
    lines = [
        "# Layouts, measured", "",
        "Small models of random weights, which the reference programs wrote in each layout, loaded and used by Rhumb. The",
        "numbers are the largest difference of pictures (after four steps) or features, of the largest value; what Rhumb saves",
        "is read by the reference program again and compared with the first. `Tests/Layouts/measure_layouts.py` makes this page;",
        f"this time with {programs}.".replace(", open_clip", ",\nopen_clip"), "",
        "| | layout | what was typed | compared with | agreement | saved, and read back by it |", "|---|---|---|---|---|---|"]
    for group, layout, code, program, measured, saved in rows:
        code = code.replace(tiny, "base").replace(golden + "/", "").replace(work + "/", "")
        code = code.replace(os.path.join(here, "../DiffusionTests/Golden") + "/", "")
        lines.append(f"| {group} | {layout} | `{code}` | {program} | {measured} | {saved} |")
    with open(os.path.join(here, "../../docs/layouts.md"), "w") as file:
        file.write("\n".join(lines) + "\n")


pipelines()
clips()
table()
shutil.rmtree(work)
