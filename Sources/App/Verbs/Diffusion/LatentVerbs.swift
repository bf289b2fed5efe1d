import Diffusion
import Language
import Tensor

/// `encode` and `decode`: pictures to latents and back.
enum LatentVerbs {
    static var all: [Verb] { [encode, decode] }

    private static var encode: Verb {
        Verb(
            "encode", family: "diffusion", summary: "pictures to latents",
            parameters: [
                .autoencoder,
                Parameter("image", .pictures, help: "an image or a list of images of one size"),
                .option(
                    "draw", .boolean, default: false,
                    help: "draw from the autoencoder's distribution by `seed`, instead of taking its mean"),
                .seed,
            ],
            result: "a tensor [pictures, height, width, channels], scaled as the UNet sees it",
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    shape (encode sd (scene "a dog" seed: 1))
                    """, gives: "[1, 16, 16, 4]")
            ],
            seeAlso: ["decode", "sample"]
        ) { call in
            let generator = try call.boolean("draw") ? Generator(seed: try call.seed()) : nil
            return .tensor(
                try call.autoencoder().latents(
                    of: call.images("image"), generator: generator, progress: call.progress("encode")))
        }
    }

    private static var decode: Verb {
        Verb(
            "decode", family: "diffusion", summary: "latents to pictures",
            parameters: [
                .autoencoder,
                Parameter(
                    "latents", .object("tensor"), help: "[pictures, height, width, channels], or without the first"),
            ],
            result: "an image; a list of them for more than one",
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    decode sd (encode sd [scene("a dog", seed: 1), scene("a cake", seed: 1)])
                    """)
            ],
            seeAlso: ["encode", "denoise"]
        ) { call in
            let latents = try call.tensor("latents")
            let images = try call.autoencoder().images(
                latents.rank == 3 ? latents.unsqueezed(0) : latents, progress: call.progress("decode"))
            return images.count == 1 ? .image(images[0]) : .list(images.map { .image($0) })
        }
    }
}
