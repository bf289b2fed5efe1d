import Basics
import CLIP
import Files
import Foundation
import Tensor

/// A word that a text encoder has learned, as vectors in place of its tokens' (Gal et al. 2023).
public struct TextualInversion {
    /// How prompts call it.
    public let token: String
    /// [vectors, width], float32.
    public let vectors: Tensor
    /// Whether the file says the token; else it is the file's name.
    public let isNamed: Bool

    /// Its tokens: the first is written in prompts, and the others follow it.
    var tokens: [String] { [token] + (1..<vectors.shape[0]).map { "\(token)_\($0)" } }

    /// Reads a file of diffusers (`learned_embeds.safetensors`, `.bin`: a token and its vectors) or of
    /// stable-diffusion-webui (`string_to_param`, `emb_params`), or a folder with the former.
    ///
    /// - Throws: `RhumbError` for a file that holds something else, `FileError` for one that can't be read.
    public init(_ url: URL) throws {
        let place = Self.file(in: url)
        let weights = try Weights(place), file = place.displayPath
        let stem = place.deletingPathExtension().lastPathComponent
        let webui = weights.names.filter { $0.hasPrefix("string_to_param.") }
        let name: String
        if webui.count == 1 {
            name = webui[0]
            token = weights.metadata["name"] ?? stem
            isNamed = weights.metadata["name"] != nil
        } else if weights.contains("clip_g") {
            throw RhumbError.textualInversion(file, "is a textual inversion for Stable Diffusion XL")
        } else if weights.names.count == 1 {
            name = weights.names[0]
            // What webui and PyTorch call a tensor says nothing of the token.
            isNamed = !["emb_params", "tensor"].contains(name)
            token = isNamed ? name : stem
        } else {
            throw RhumbError.textualInversion(
                file, "is no textual inversion: it holds \(weights.names.count) tensors, not the vectors of one token")
        }
        let tensor = try weights.tensor(name, as: .float32)
        guard (1...2).contains(tensor.rank), tensor.count > 0 else {
            throw RhumbError.textualInversion(
                file, "is no textual inversion: '\(name)' is of shape \(tensor.shape), not [vectors, width]")
        }
        guard tensor.isFinite else { throw RhumbError.textualInversion(file, "holds values that are not finite") }
        guard !token.isEmpty, !token.contains(where: \.isWhitespace) else {
            throw RhumbError.textualInversion(file, "calls its token \"\(token)\", which prompts can't name")
        }
        vectors = tensor.rank == 1 ? try tensor.unsqueezed(0) : tensor
    }

    /// diffusers' file in a folder, or the path itself.
    private static func file(in url: URL) -> URL {
        let inside = ["safetensors", "bin"].map { url.appendingPathComponent("learned_embeds.\($0)") }
        return inside.first { FileManager.default.fileExists(atPath: $0.path) } ?? url
    }
}

extension TextEncoder {
    /// The same encoder with further words: each vector becomes a token, as diffusers' `load_textual_inversion` adds
    /// them.
    ///
    /// - Throws: `RhumbError` for vectors of another width, and for a token that there is already.
    public func adding(_ inversions: [TextualInversion]) throws -> TextEncoder {
        for inversion in inversions where inversion.vectors.shape[1] != width {
            throw RhumbError.inversionWidth(inversion.token, inversion.vectors.shape[1], model: width)
        }
        let tokenizer = try tokenizer.adding(inversions.flatMap(\.tokens))
        var vectors: [Int: Tensor] = [:]
        for inversion in inversions {
            for (row, token) in inversion.tokens.enumerated() {
                if let identifier = tokenizer.identifier(of: token) {
                    vectors[identifier] = try inversion.vectors.selected(0, row)
                }
            }
        }
        return try TextEncoder(model: model.adding(vectors), tokenizer: tokenizer)
    }

    /// A prompt with the further tokens of words that have several vectors, as `maybe_convert_prompt` of diffusers
    /// writes it: `<x>` becomes `<x> <x>_1 <x>_2`, in capitals too.
    public func expanded(_ prompt: String) -> String {
        several.reduce(prompt) { text, word in
            // Where somebody has written the others out, they stand.
            guard text.range(of: word.all[1], options: .caseInsensitive) == nil else { return text }
            return text.replacingOccurrences(
                of: word.token, with: word.all.joined(separator: " "), options: .caseInsensitive)
        }
    }
}

extension RhumbError {
    fileprivate static func textualInversion(_ file: String, _ problem: String) -> RhumbError {
        RhumbError(
            "'\(file)' \(problem)",
            hint: "supported: files of diffusers (learned_embeds) and of stable-diffusion-webui, for 1.x and 2.x")
    }

    fileprivate static func inversionWidth(_ token: String, _ width: Int, model: Int) -> RhumbError {
        RhumbError(
            "the vectors of '\(token)' are \(width) wide, and the text encoder's tokens \(model)",
            hint: "768 belongs to Stable Diffusion 1.x, 1024 to 2.x")
    }
}
