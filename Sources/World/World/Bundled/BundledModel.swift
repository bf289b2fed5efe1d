import Files
import Basics
import Foundation

/// A trained model that comes with the package, as a folder that `load` reads like any other.
public struct BundledModel: Sendable {
    /// What users call it: `load "emoji"`.
    public let name: String
    public let summary: String
    private let resource: String
    /// The file that every folder of its kind has.
    private let mark: String

    private init(name: String, summary: String, resource: String, mark: String = "config.json") {
        (self.name, self.summary, self.resource, self.mark) = (name, summary, resource, mark)
    }

    /// Every model there is.
    public static let all = [
        BundledModel(
            name: "emoji", summary: "the mini CLIP of the emoji world: 64 pixels, 20 words, 128 dimensions",
            resource: "emoji-clip"),
        BundledModel(
            name: "emoji-sd",
            summary: "the miniature Stable Diffusion of the emoji world: 64 pixels, 9.3 M in its UNet",
            resource: "emoji-sd", mark: "model_index.json"),
        BundledModel(
            name: "emoji-reward", summary: "the same as a reward: calibrated safety, sceptical of meaningless pictures",
            resource: "emoji-reward"),
        detector,
    ]

    /// The judge of evaluations.
    public static let detector = BundledModel(
        name: "emoji-detector", summary: "the judge: finds the world's objects with their colours and places",
        resource: "emoji-detector")

    /// The model of that name; nil when there is none, so that the name may be a path.
    public static func named(_ name: String) -> BundledModel? { all.first { $0.name == name } }

    /// Its folder. It is looked for on first use only: starting up must not touch the disk for it.
    ///
    /// - Throws: `FileError` where Rhumb was installed without its resources.
    public func folder() throws -> URL {
        try BundledFile.url("\(resource)/\(mark)", of: "World").deletingLastPathComponent()
    }
}
