import Basics
import Files
import Foundation
import Tensor

extension CLIPEmbedder {
    /// Whether tensors of these names are a whole CLIP in OpenAI's or OpenCLIP's names.
    public static func isSingleFile(_ names: [String]) -> Bool { CLIPShapes.areOpenCLIP(Set(names)) }

    /// A CLIP from a file of weights alone: OpenAI's TorchScript archives and state dicts, OpenCLIP's `epoch_N.pt` and
    /// `open_clip_pytorch_model.bin`, HPSv2's `.pt`. Sizes come from the shapes, pictures are preprocessed in CLIP's
    /// own way.
    ///
    /// - Parameters:
    ///   - activation: nil takes QuickGELU for OpenAI's files, which keep `input_resolution`, and GELU for others.
    ///   - tokenizer: a folder with one; nil takes CLIP's own, with texts cleaned as OpenCLIP and OpenAI's program do.
    ///   - dtype: of the weights; bfloat16 is for fast inference.
    /// - Returns: the model, and whether its activation was told by the file or the caller.
    /// - Throws: `RhumbError` for a vocabulary other than CLIP's without `tokenizer`, `FileError` naming what does not
    ///   fit.
    public static func load(
        weights url: URL, activation: HiddenActivation? = nil, tokenizer: URL? = nil, dtype: DType = .float32
    ) throws -> (embedder: CLIPEmbedder, isActivationKnown: Bool) {
        let weights = try Weights(url, mapsLargeFiles: true).unwrapped()
        let isOpenAI = weights.contains("input_resolution")
        let configuration = try CLIPConfiguration(
            shapesOf: weights, activation: activation ?? (isOpenAI ? .quickGELU : .gelu))
        let model = try weights.model(.clip(in: weights), as: dtype) { try CLIPModel(configuration, $0) }
        let words: Tokenizer
        if let tokenizer {
            words = try Tokenizer(folder: tokenizer)
        } else {
            guard configuration.text.vocabSize == Tokenizer.clipVocabularySize else {
                throw RhumbError.tokenizerNeeded(file: url.displayPath, tokens: configuration.text.vocabSize)
            }
            words = try Tokenizer.openCLIP()
        }
        let embedder = try CLIPEmbedder(
            model: model, tokenizer: words, preprocessing: Preprocessing(imageSize: configuration.vision.imageSize))
        return (embedder, activation != nil || isOpenAI)
    }
}
