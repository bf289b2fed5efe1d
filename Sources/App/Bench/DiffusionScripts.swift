import Files
import Diffusion

/// The Python sides of the benchmark of diffusion models.
enum DiffusionScripts {
    /// PyTorch as its users run it: diffusers' models, converted to the element type for inference, under autocast for
    /// gradients; channels innermost in memory, which is the faster of its two layouts.
    static func pyTorch(threads: Int) throws -> String {
        try shared(threads: threads, imports: []) + round + PeerScript.piece(PackageResources.diffusion_pytorch_py)
    }

    /// A round of GRPO from the formulas of the method, on the settings of `GRPORound`.
    private static var round: String {
        let options = GRPORound.options
        return PeerScript.piece(
            PackageResources.diffusion_round_py,
            [
                "__STEPS__": "\(options.steps)", "__GROUP__": "\(options.group)", "__UPDATES__": "\(options.updates)",
                "__GUIDANCE__": "\(options.guidance)", "__CLIP__": "\(options.clip)", "__RATE__": "\(options.rate)",
                "__DECAY__": "\(options.decay)", "__LONGEST__": "\(options.gradientNorm)",
            ])
    }

    /// OpenVINO from the same modules, the precision forced to what the row asks for.
    static func openVINO(threads: Int) throws -> String {
        try shared(threads: threads, imports: ["import openvino"]) + compiledParts
            + PeerScript.piece(PackageResources.diffusion_openvino_py)
    }

    private static func shared(threads: Int, imports: [String]) throws -> String {
        let classes = ["import diffusers", "from diffusers import AutoencoderKL, UNet2DConditionModel"]
        return try PeerScript.opening(threads: threads, imports: classes + imports)
            + PeerScript.piece(PackageResources.diffusion_py, ["__KINDS__": kinds().text()]) + schedule
    }

    /// What the scripts have to know of each kind of work.
    private static func kinds() throws -> JSON {
        .object(
            try DiffusionKind.allCases.map { kind in
                let (config, side, tokens) =
                    switch kind.model {
                    case .unet(let c, let side, let tokens): (try FileContents.json(c), side, tokens)
                    case .autoencoder(let c, let side): (try FileContents.json(c), side, 0)
                    }
                return JSON.Member(
                    kind.rawValue,
                    [
                        "config": config, "side": .integer(side), "tokens": .integer(tokens),
                        "gradients": .bool(kind.wantsGradients), "round": .bool(kind == .round),
                        "sample": .bool(kind == .sample),
                    ])
            })
    }
}
