import Basics
import CLIP
import Files
import Foundation
import Tensor

extension StableDiffusion {
    /// A model from a folder of diffusers: `model_index.json` and a folder for each part.
    ///
    /// A safety checker in the folder is left aside and named: what it judges, Rhumb measures by other means.
    ///
    /// - Parameter dtype: of the weights; float32 asks for full precision, bfloat16 is for inference.
    /// - Parameter variant: which of several sets of weights: `fp16` for `….fp16.safetensors`.
    /// - Throws: `RhumbError` for a pipeline of another kind; else an error that names the file, and every weight
    ///   that is missing, unexpected or of another shape.
    public static func load(
        folder: URL, dtype: DType = .float32, variant: String? = nil
    ) throws -> StableDiffusion {
        let file = folder.appendingPathComponent(indexFile)
        let index = try PipelineIndex(FileContents.json(file), file: file.displayPath)
        func part(_ name: String) -> URL { folder.appendingPathComponent(name) }
        return try StableDiffusion(
            unet: UNet2DConditionModel.load(folder: part("unet"), dtype: dtype, variant: variant),
            vae: AutoencoderFolder.load(part("vae"), dtype: dtype, variant: variant),
            text: TextEncoder.load(pipeline: folder, dtype: dtype, variant: variant),
            scheduler: SchedulerConfiguration.load(folder: part("scheduler")), pipeline: index.pipeline,
            secondText: index.pipeline.isXL
                ? TextEncoder.load(pipeline: folder, suffix: "_2", dtype: dtype, variant: variant) : nil,
            zeroesEmptyPrompt: index.zeroesEmptyPrompt, leftAside: index.leftAside)
    }

    /// Writes a folder that the model's pipeline of diffusers reads (`from_pretrained`).
    ///
    /// - Parameters:
    ///   - folder: created where it does not exist. Its `model_index.json` is written last: a folder that has one is
    ///     whole.
    ///   - type: how weights are stored; as they are by default.
    public func save(to folder: URL, as type: StoredType? = nil) throws {
        func part(_ name: String) -> URL { folder.appendingPathComponent(name) }
        try unet.save(to: part("unet"), as: type)
        try vae.save(to: part("vae"), as: type)
        try text.save(pipeline: folder, as: type)
        try secondText?.save(pipeline: folder, suffix: "_2", as: type)
        try scheduler.save(to: part("scheduler"))
        let index = PipelineIndex.json(of: self)
        try AtomicFile.write(index.text(indent: 2) + "\n", to: folder.appendingPathComponent(Self.indexFile))
    }

    private static let indexFile = "model_index.json"
}

extension SchedulerConfiguration {
    private static let name = "scheduler_config.json"

    /// Reads the `scheduler_config.json` of a folder, whichever class it was written for.
    ///
    /// - Throws: `FileError` naming the file and the key that is wrong, or the choices there are.
    public static func load(folder: URL) throws -> SchedulerConfiguration {
        let file = folder.appendingPathComponent(name)
        var configuration = try FileContents.decode(SchedulerConfiguration.self, from: file)
        let known = Set(CodingKeys.allCases.map(\.rawValue) + ["_diffusers_version"])
        configuration.other = (try FileContents.json(file).members ?? []).filter { !known.contains($0.key) }
        return configuration
    }

    /// Writes a `scheduler_config.json` that diffusers reads back as the same scheduler.
    ///
    /// - Parameter folder: is made where there is none.
    public func save(to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let members =
            (try FileContents.json(self).members ?? []).filter { !$0.value.isNull }
            + [.init("_diffusers_version", .string(ConfigurationFile.version))] + other
        let text = JSON.object(members.sorted { $0.key < $1.key }).text(indent: 2)
        try AtomicFile.write(text + "\n", to: folder.appendingPathComponent(Self.name))
    }
}
