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
from diffusers import DiffusionPipeline
from safetensors.torch import load_file, save_file
from transformers import (CLIPConfig, CLIPModel, CLIPTextConfig, CLIPTextModelWithProjection, CLIPTokenizer,
                          CLIPVisionConfig, CLIPVisionModelWithProjection)

here = os.path.dirname(os.path.abspath(__file__))
golden = os.path.join(here, "../DiffusionTests/Golden")
sys.path[:0] = [golden, os.path.join(here, "../CLIPTests/Golden")]
import make_single_file  # noqa: E402

torch.set_num_threads(1)
tiny = os.path.join(golden, "tiny-pipeline")
PROMPT, STEPS, SEED = "a red apple left of a cat", 4, 7
TEXTS = ["a red cat", "cat", "red apples and a cat"]
# As OpenCLIP cleans texts, and transformers does not.
CLEANED = ["ham &amp;amp; eggs", "&lt;b&gt; P&EACUTE;REZ", "\ufb01sh \uff26"]
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


def by_definition(file):
    """A pipeline with W + alpha / rank * up down in place of each layer's W that a file of kohya's names."""
    tensors, pipe = load_file(file), base()
    layers = {"lora_unet_" + name.replace(".", "_"): layer for name, layer in pipe.unet.named_modules()}
    layers |= {"lora_te_text_model_" + name.removeprefix("text_model.").replace(".", "_"): layer
               for name, layer in pipe.text_encoder.named_modules()}
    names = {key.split(".")[0] for key in tensors}
    with torch.no_grad():
        for name in names:
            down, up, alpha = (tensors[f"{name}.{part}"] for part in ["lora_down.weight", "lora_up.weight", "alpha"])
            weight, rank = layers[name].weight, down.shape[0]
            weight += (alpha / rank * (up.reshape(-1, rank) @ down.reshape(rank, -1))).reshape(weight.shape)
    return pipe


def adapters(diffusers):
    for name, program in [("rslora", diffusers), ("ranks", diffusers), ("processor", diffusers), ("kohya", diffusers),
                          ("kohya-text", diffusers), ("convolutions", diffusers), ("lcm", diffusers), ("text", diffusers)]:
        folder = os.path.join(golden, "lora", name)
        weights = next(f for f in os.listdir(folder) if f.endswith((".safetensors", ".bin")))

        def reference(folder=folder, weights=weights):
            pipe = base()
            pipe.load_lora_weights(folder, weight_name=weights)
            return picture(pipe)
        # Of unequal alphas diffusers takes the commonest for all, and of text encoders it leaves the attention out.
        if name.startswith("kohya"):
            program = "its definition"
            reference = lambda file=os.path.join(folder, weights): picture(by_definition(file))  # noqa: E731
        whose = {"kohya": "LoRA of kohya", "kohya-text": "LoRA of kohya, text encoder too",
                 "lcm": "LoRA in the layout of LCM-LoRA"}
        pipeline(whose.get(name, f"LoRA of diffusers ({name})"), f'load "{tiny}"', reference, program, f'sd = lora sd "{folder}"')

    def peft():
        from peft import PeftModel
        pipe = base()
        PeftModel.from_pretrained(pipe.unet, os.path.join(golden, "lora/peft"))
        return picture(pipe)
    pipeline("LoRA in PEFT's own folder", f'load "{tiny}"', peft, version("peft"), f'sd = lora sd "{golden}/lora/peft"')


# MARK: Pipelines of other tasks, and with other parts

def tasks():
    """The pipelines of check_saved_tasks.py, sampled by both."""
    with open(os.path.join(golden, "check_saved_tasks.py")) as file:
        made = {"__file__": os.path.join(golden, "check_saved_tasks.py")}
        exec(file.read().split("\n\ndef sample(")[0], made)  # noqa: S102 - a file of this repository.
    np.save(place("picture.npy"), made["PICTURE"][0].numpy())
    np.save(place("mask.npy"), made["MASK"][0].repeat(3, 1, 1).numpy())

    def theirs(pipe, more):
        pipe.set_progress_bar_config(disable=True)
        return pipe("a cat", num_inference_steps=3, guidance_scale=4.0, output_type="pt",
                    generator=torch.Generator().manual_seed(1), **more).images[0].permute(1, 2, 0).numpy()

    for pipe, more in made["CASES"]:
        name = type(pipe).__name__ + (" with an AutoencoderTiny" if type(pipe.vae).__name__ == "AutoencoderTiny" else "")
        folder = place(name.replace(" ", "-"))
        pipe.save_pretrained(folder)
        options = (' image: (image (load "picture.npy"))' if "image" in more else "") + (
            ' mask: (image (load "mask.npy"))' if "mask_image" in more else "")

        def ours_(folder=folder, options=options):
            rhumb(f'x = sample (load "{folder}") "a cat" steps: 3 guidance: 4 seed: 1{options}\nsave tensor(x) "x.npy"')
            found = np.load(place("x.npy"))
            return np.moveaxis(found, 0, -1) if found.shape[0] == 3 else found

        def again(pipe=pipe, more=more, folder=folder):
            shutil.rmtree(place("saved"), ignore_errors=True)
            rhumb(f'save (load "{folder}") "saved"')
            return apart(theirs(DiffusionPipeline.from_pretrained(place("saved")), more), theirs(pipe, more))
        row("Stable Diffusion", f"`{name.split(' ')[0]}`" + name[len(name.split(' ')[0]):], f'load "{folder}"',
            version("diffusers"), lambda pipe=pipe, more=more: apart(ours_(), theirs(pipe, more)), again)


# MARK: CLIP

def embedded(load, texts=None):
    out = place("e.npy")
    rhumb(f'clip = {load}\nsave (embed clip {json.dumps(texts or TEXTS, ensure_ascii=False)}) "{out}"')
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
    towers(tokenizer, model.config, transformers)
    openclip()


def towers(tokenizer, config, transformers):
    """Each tower of a model alone, of texts and of pictures."""
    torch.manual_seed(2)
    np.save(place("tower-picture.npy"), np.random.default_rng(0).random((3, 16, 16), np.float32))
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073]).reshape(3, 1, 1)
    spread = torch.tensor([0.26862954, 0.26130258, 0.27577711]).reshape(3, 1, 1)
    pixels = ((torch.tensor(np.load(place("tower-picture.npy"))) - mean) / spread)[None]

    def texts(model):
        batch = tokenizer(TEXTS, padding=True, truncation=True, max_length=12, return_tensors="pt")
        with torch.no_grad():
            return unit(model(input_ids=batch.input_ids).text_embeds)

    def pictures(model):
        with torch.no_grad():
            return unit(model(pixel_values=pixels).image_embeds)
    for kind, settings, own, features, shown in [
            (CLIPTextModelWithProjection, CLIPTextConfig, config.text_config, texts, json.dumps(TEXTS)),
            (CLIPVisionModelWithProjection, CLIPVisionConfig, config.vision_config, pictures,
             '(image (load "tower-picture.npy"))')]:
        folder = place(kind.__name__)
        model = kind(settings(**own.to_dict())).eval()
        model.save_pretrained(folder)
        if kind is CLIPTextModelWithProjection:
            tokenizer.save_pretrained(folder)

        def embedded_(folder=folder, shown=shown):
            rhumb(f'save (embed (load "{folder}") {shown}) "e.npy"')
            return np.load(place("e.npy")).reshape(-1, 24)

        def again(kind=kind, folder=folder, features=features, model=model):
            rhumb(f'save (load "{folder}") "tower-saved"')
            return apart(features(kind.from_pretrained(place("tower-saved"))), features(model))
        row("CLIP", f"`{kind.__name__}`", f'load "{folder}"', transformers,
            lambda features=features, model=model: apart(embedded_(), features(model)), again)


def openclip():
    config = {"embed_dim": 24, "vision_cfg": {"image_size": 16, "layers": 2, "width": 64, "patch_size": 8},
              "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 1, "layers": 2}}
    tokens = open_clip.SimpleTokenizer()(TEXTS + CLEANED)
    for quick in (False, True):
        torch.manual_seed(1)
        model = open_clip.model.CLIP(**config, quick_gelu=quick).eval()

        def reference(model=model):
            with torch.no_grad():
                return unit(model.encode_text(tokens))

        def row_(layout, load):
            row("CLIP", layout, load.replace(work + "/", ""), version("open_clip_torch"),
                lambda: apart(embedded(load, TEXTS + CLEANED), reference()), lambda: saved(load, reference))

        def saved(load, reference):
            rhumb(f'save ({load}) "{place("oc-saved")}"')
            again = CLIPModel.from_pretrained(place("oc-saved")).eval()
            tokenizer = CLIPTokenizer.from_pretrained(place("oc-saved"))
            batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
            with torch.no_grad():
                found = again.get_text_features(input_ids=batch.input_ids, attention_mask=batch.attention_mask)
            return apart(unit(getattr(found, "pooler_output", found)), reference()[:len(TEXTS)])
        if quick:
            torch.save(model.state_dict(), place("quick.pt"))
            row_("OpenCLIP's weights alone, of a `-quickgelu` model", f'load "{place("quick.pt")}" activation: "quick_gelu"')
            break
        torch.save(model.state_dict(), place("open_clip_pytorch_model.bin"))
        torch.save({"epoch": 1, "state_dict": {"module." + k: v for k, v in model.state_dict().items()}}, place("epoch_1.pt"))
        os.makedirs(place("openclip"))
        save_file(model.state_dict(), place("openclip/open_clip_model.safetensors"))
        with open(place("openclip/open_clip_config.json"), "w") as file:
            json.dump({"model_cfg": config, "preprocess_cfg": {}}, file)
        torch.jit.script(model).save(place("scripted.pt"))
        row_("folder of OpenCLIP", f'load "{place("openclip")}"')
        row_("TorchScript archive", f'load "{place("scripted.pt")}"')
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
tasks()
clips()
table()
shutil.rmtree(work)
