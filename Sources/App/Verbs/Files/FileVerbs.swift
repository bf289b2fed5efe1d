import Diffusion
import Files
import Foundation
import Hub
import Language
import Tensor
import World

extension VerbFamily {
    static var files: VerbFamily {
        VerbFamily(
            "files", "loading and saving",
            [FileVerbs.load, FileVerbs.save, FileVerbs.imageTexts])
    }
}

/// `load` and `save`: the format follows from the suffix, or from what a folder holds.
enum FileVerbs {
    static let suffixes = [
        "safetensors", "npy", "csv", "tsv", "jsonl", "ndjson", "log", "json", "png", "jpg", "jpeg", "svg", "pdf", "gp",
        "html", "txt", "md", "bin", "pt", "pth", "ckpt", "p", "pkl",
    ]

    /// What is said of a model that its files leave open.
    private static var modelOptions: [Parameter] {
        [
            .option(
                "unet", .optional(.file(suffixes)), default: .none,
                help: "a file or folder whose UNet goes into the pipeline in place of its own"
            ).offering { HubCache().models },
            .option(
                "vae", .optional(.file(suffixes)), default: .none,
                help: "a file or folder whose autoencoder goes into the pipeline in place of its own"
            ).offering { HubCache().models },
            .option(
                "text_encoder", .optional(.file([])), default: .none,
                help: "a folder whose text encoder goes into the pipeline in place of its own"
            ).offering { HubCache().models },
            .option(
                "embeddings", .optional(.either([.file(suffixes), .list(of: .string)])), default: .none,
                help: "files of textual inversion, whose words a pipeline's prompts may use"),
            .option(
                "tokenizer", .optional(.file([])), fallback: .described("CLIP's own"),
                help: "a folder with the tokenizer of a model in a single file, or of a text tower alone"),
            .option(
                "prediction", .optional(.choice(PredictionType.allCases.map(\.rawValue))),
                fallback: .described("as the file tells"), help: "what the UNet of a single file predicts"),
            .option(
                "ema", .boolean, default: false, help: "the averaged weights of a single file, where it has them"),
            .option(
                "activation", .optional(.choice(["gelu", "quick_gelu"])), fallback: .described("as the file tells"),
                help: "the activation of a CLIP in a single file"),
            .option(
                "revision", .optional(.string), fallback: .described("main"),
                help: "which revision of a repository in the hub's cache: a branch, a tag or a commit"),
            .option(
                "variant", .optional(.string), default: .none,
                help: "which of several sets of weights in a folder: \"fp16\" for `model.fp16.safetensors`"),
        ]
    }

    static var load: Verb {
        Verb(
            "load", family: "files", summary: "a model, a picture, a table or tensors from disk",
            parameters: [
                Parameter(
                    "path", .either([.file(suffixes), .list(of: .string)]),
                    help:
                        "a file or folder, the name of a bundled model, a pattern such as \"pictures/*.png\", or a list of paths"
                ).offering { BundledModel.all.map(\.name) + HubCache().models },
                .option(
                    "as", .optional(.choice(LoadedValue.formats)), default: .none,
                    help: "what to take a file for, whatever its suffix"),
                .option(
                    "dtype", .choice(["float32", "bfloat16"]), default: "float32",
                    help: "the element type of a model; tensors keep their own unless it is given"),
            ] + modelOptions,
            result: "what the file holds; a list for a pattern or a list of paths",
            details: """
                | suffix or folder | value |
                |---|---|
                | folder with a CLIP of transformers or OpenCLIP, or a SigLIP | clip |
                | folder with one tower of a CLIP and its projection (`CLIPTextModelWithProjection`, \
                `CLIPVisionModelWithProjection`) | clip, of texts or of pictures alone |
                | folder with a Stable Diffusion of diffusers (`model_index.json`) | pipeline |
                | `.safetensors` or `.ckpt` with a whole Stable Diffusion 1.x or 2.x | pipeline |
                | `.pt`, `.bin` or `.safetensors` with a CLIP of OpenAI or OpenCLIP, HPSv2's | clip |
                | `.safetensors` of a saved direction | direction |
                | `.safetensors`, its sharded index, or a folder with weights, else or with `as: "tensors"` | record \
                of tensors; what it holds is noted |
                | `.bin`, `.pt`, `.pth`, `.ckpt` of PyTorch (no code of the file is ever run) | the same |
                | `.npy` | tensor |
                | `.p`, `.pkl` of Python's pickle with arrays of numpy's (nothing else is made) | tensor; a list or \
                record of them |
                | `.csv`, `.tsv`, `.jsonl`, `.log` | table |
                | `.json` with `as: "table"`: `trainer_state.json`, a list of records, an object of columns | table |
                | `.png`, `.jpg` | image, named after the file; what a PNG says of its making is in its `parameters` |
                | `.json` | the value it holds |
                | `.txt`, `.md` | string |

                Of the files that a pattern names, those of kinds that can't be read (GIF, WebP) are skipped and named.

                A table's first line names its columns unless it is all numbers; a log's columns are named by the \
                `key=value` and `key: value` pairs in it, unless each line is one number, those of JSON lines by the \
                keys, `outer.inner` within inner objects; their lists stay lists, with the records in them. Where a row has nothing, or a word for nothing such as None, \
                a column holds none; a number that is NaN stays nan. Units that all values of a column have (`95 %`) \
                are left out, and decimal commas are read between semicolons or tabs. What is left out or read \
                otherwise than it stands is noted: short and cut lines, headers that come again, equal names.

                A name such as "openai/clip-vit-large-patch14" that is no path is looked up in the cache of the \
                Hugging Face hub (`HF_HUB_CACHE`, `HF_HOME`), which `rhumb fetch` fills; "org/name:path" is one file \
                or folder of it. docs/models.md tells from a file's name what to type.

                A relative path counts from the current folder; in a recipe that `rhumb run` runs, what the run has \
                saved itself goes before it. Bundled models: \(ModelLoader.bundledNames).
                """,
            examples: [
                Example(
                    "save {w: eye(2), b: zeros(2)} \"layer.safetensors\"\nload(\"layer.safetensors\").w",
                    gives: "tensor 2×2 float32\n  1  0\n  0  1"),
                Example(
                    "save table({step: [1, 2], loss: [0.5, 0.25]}) \"log.csv\"\nload \"log.csv\"",
                    gives: "step  loss\n   1  0.50\n   2  0.25"),
            ],
            seeAlso: ["save"], effects: [.readsFiles]
        ) { call in
            guard case .list = try call.value("path") else { return try LoadedValue.load(call.string("path"), call) }
            return .list(try call.strings("path").map { try LoadedValue.load($0, call) })
        }
    }

    static var save: Verb {
        Verb(
            "save", family: "files", summary: "a value to disk, in the format its suffix asks for",
            parameters: [
                Parameter("value", .any, help: "what to save"),
                Parameter("path", .file(suffixes), help: "the file or folder"),
                .option(
                    "dtype", .optional(.choice(["float32", "bfloat16", "float16"])), default: .none,
                    help:
                        "the element type in a safetensors file or a model's folder; by default that of the files it was loaded from, for weights that have changed since that in memory"
                ),
                .option(
                    "layout", .optional(.choice(LoRA.Layout.allCases.map(\.rawValue))),
                    fallback: .described("diffusers"), help: "how the adapters of a trainer are written"),
                .option(
                    "texts", .record, default: .record([:]),
                    help: "what to write into a PNG beside the picture and the parameters that it has"),
            ],
            result: "none; the path is noted",
            details: """
                | value | suffix |
                |---|---|
                | tensor | `.npy`, `.csv` or `.tsv` (at most two dimensions), `.safetensors` |
                | record of tensors | `.safetensors` |
                | image | `.png` |
                | figure | `.png`, `.svg`, `.pdf`, each with the gnuplot script that draws it; `.gp` for the script \
                alone; of an embedding map also `.html`, a page to search and filter |
                | table | `.csv`, `.tsv`, `.jsonl`, `.json` |
                | string | `.txt`, `.md` or any other |
                | list, record, number | `.json` |
                | direction | `.safetensors`; its vector alone as `.npy` |
                | clip | a folder, in the transformers layout |
                | pipeline | a folder, in the diffusers layout |
                | trainer | `.safetensors` with its adapters, which `lora`, diffusers and, with `layout: "kohya"`, \
                programs of kohya's layout read |

                A missing value of a table is an empty cell or null; a number that is not finite is written as Python \
                writes it, in JSON as NaN and Infinity, which some programs refuse. Lists and records in a table's \
                cells stay lists and objects in JSON lines; in CSV they are the texts that `print` writes.

                The file appears whole or not at all, and folders that are missing are made. A relative path counts \
                from where you are: the current folder at the prompt, in `rhumb eval` and in pipes. In a recipe that \
                `rhumb run` runs it counts from the run's folder, which `..` can't leave; an absolute path says what \
                lies elsewhere.
                """,
            examples: [
                Example("save randn(2, 3, seed: 0) \"x.npy\"\nload(\"x.npy\").shape", gives: "[2, 3]"),
                Example(
                    "save {alpha: 0.5, modes: [\"translation\"]} \"settings.json\"\nload \"settings.json\"",
                    gives: "{alpha: 0.5, modes: [\"translation\"]}"),
            ],
            seeAlso: ["load", "image_texts"], effects: [.writesFiles]
        ) { call in
            let url = try FileLocation.output("path", call)
            try FileLocation.makingFolder(of: url) { try SavedValue.save(call.value("value"), to: url, call) }
            call.host.note("saved \(url.relativePath)")
            return .none
        }
    }

    static var imageTexts: Verb {
        Verb(
            "image_texts", family: "files", summary: "the texts a PNG carries beside its picture",
            parameters: [Parameter("path", .file(["png"]), help: "the file")], result: "record of strings",
            examples: [
                Example(
                    "save image(zeros(3, 2, 2)) \"a.png\" texts: {prompt: \"a ball\", seed: 7}\nimage_texts \"a.png\"",
                    gives: "{prompt: \"a ball\", seed: \"7\"}")
            ],
            seeAlso: ["save", "load"], effects: [.readsFiles]
        ) { call in
            let url = try FileLocation.input(call.string("path"), call)
            return .record(Record(try ImageFile.texts(url).map { ($0.keyword, .string($0.text)) }))
        }
    }
}

extension FileVerbs {
    fileprivate typealias Example = Verb.Example
}
