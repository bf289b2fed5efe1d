import Basics
import Files
import Foundation
import Tensor

extension CLIPEmbedder {
    /// Reads a folder of transformers or of OpenCLIP: configuration, weights, tokenizer, and how pictures are
    /// preprocessed (CLIP's own way where the folder does not say).
    ///
    /// - Parameters:
    ///   - folder: as `CLIPModel.from_pretrained` of transformers takes it, or OpenCLIP's `local-dir:`.
    ///   - dtype: of the weights; bfloat16 is for fast inference.
    ///   - variant: which of several sets of weights: `fp16` for `….fp16.safetensors`.
    ///   - tokenizer: the folder with the tokenizer of a text tower alone; nil is the same folder, or CLIP's own where
    ///     that has none.
    /// - Throws: `RhumbError` or `FileError` naming the file and what in it is missing, unexpected or wrong.
    public static func load(
        folder: URL, dtype: DType = .float32, variant: String? = nil, tokenizer: URL? = nil
    ) throws -> CLIPEmbedder {
        let model = try CLIPModel.load(weightsIn: folder, dtype: dtype, variant: variant)
        let c = model.configuration
        let words: Tokenizer? =
            switch c.towers {
            case .image: nil
            case .text: try Tokenizer(ofTowerIn: folder, given: tokenizer, size: c.text.vocabSize)
            case .both:
                try CLIPConfiguration.isOpenCLIP(folder)
                    ? Tokenizer(openCLIP: folder, size: c.text.vocabSize) : Tokenizer(folder: folder)
            }
        return try CLIPEmbedder(
            model: model, tokenizer: words,
            preprocessing: c.towers == .text ? nil : Preprocessing(folder: folder, imageSize: c.vision.imageSize))
    }

    /// Writes a folder that `CLIPModel.from_pretrained`, or that of `SiglipModel` or of a tower's class, and
    /// `AutoProcessor.from_pretrained` of transformers read.
    ///
    /// - Parameters:
    ///   - folder: created where it does not exist.
    ///   - type: how weights are stored; as they are by default.
    public func save(to folder: URL, as type: StoredType? = nil) throws {
        try model.save(weightsTo: folder, as: type)
        let towers = model.configuration.towers
        if towers != .image { try tokenizer.save(to: folder, maximumLength: maximumLength) }
        if towers == .text { return }
        try AtomicFile.write(
            preprocessing.json.text(indent: 2) + "\n", to: folder.appendingPathComponent("preprocessor_config.json"))
    }
}

extension Preprocessing {
    /// Reads `preprocessor_config.json`, or what `processor_config.json` (newer folders) or `open_clip_config.json`
    /// says of pictures.
    ///
    /// - Parameter imageSize: of the tower, for a folder that has neither.
    init(folder: URL, imageSize: Int) throws {
        for (name, key) in [("preprocessor_config.json", nil), ("processor_config.json", "image_processor")] {
            let file = folder.appendingPathComponent(name)
            guard FileManager.default.fileExists(atPath: file.path) else { continue }
            let json = try FileContents.json(file)
            guard let key else {
                try self.init(json)
                return
            }
            if let inner = json[key] {
                try self.init(inner)
                return
            }
        }
        let other = folder.appendingPathComponent(CLIPConfiguration.openCLIPFile)
        if FileManager.default.fileExists(atPath: other.path) {
            try self.init(openCLIP: FileContents.json(other), imageSize: imageSize)
        } else {
            self.init(imageSize: imageSize)
        }
    }
}
