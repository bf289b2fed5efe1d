import Files
import Diffusion
import Foundation
import Language
import Tensor

/// The autoencoder of a diffusion model in the language: pictures to latents and back.
final class AutoencoderValue: ObjectValue {
    let model: any Autoencoder
    /// What it was loaded as, or what it is a part of.
    let name: String

    init(_ model: any Autoencoder, name: String) {
        self.model = model
        self.name = name
    }

    var typeName: String { "autoencoder" }

    private var parameterCount: Int { model.parameters.reduce(0) { $0 + $1.tensor.count } }

    /// `autoencoder mini-vae/vae: 680 k parameters; 1/4 of the side, 4 channels, scaled by 0.44`
    var summary: String {
        let space = model.latentSpace
        let type = model.dtype == .float32 ? "" : " in \(model.dtype.rawValue)"
        let scale = String(format: "%.4g", space.scalingFactor)
        return "autoencoder \(name): \(ClipValue.shown(parameterCount)) parameters\(type); "
            + "1/\(space.downsampling) of the side, \(space.channels) channels, scaled by \(scale)"
            + (model is AutoencoderTiny ? "; tiny (TAESD)" : "")
            + (space.shiftFactor.flatMap { $0 == 0 ? nil : $0 }.map {
                "; its shift of \(String(format: "%.4g", $0)) is left aside"
            } ?? "")
    }

    var memberNames: [String] { ["name", "downsampling", "channels", "scaling", "parameters", "dtype"] }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "name": .string(self.name)
        case "downsampling": .number(Double(model.latentSpace.downsampling))
        case "channels": .number(Double(model.latentSpace.channels))
        case "scaling": .number(Double(model.latentSpace.scalingFactor))
        case "parameters": .number(Double(parameterCount))
        case "dtype": .string(model.dtype.rawValue)
        default: nil
        }
    }
}

extension AutoencoderValue: SavableValue {
    static func load(_ request: ModelRequest) throws -> AutoencoderValue {
        AutoencoderValue(
            try AutoencoderFolder.load(request.url, dtype: request.dtype, variant: request.variant),
            name: request.name)
    }

    func save(to url: URL, as type: StoredType?) throws { try model.save(to: url, as: type) }
}

extension Parameter {
    /// The model of a verb that needs nothing but its autoencoder.
    static var autoencoder: Parameter {
        Parameter(
            "model", .either([.object("pipeline"), .object("autoencoder")]),
            help: "a diffusion model, or an autoencoder alone, that `load` gave")
    }
}

extension Arguments {
    /// What `Parameter.autoencoder` was given.
    func autoencoder() throws -> any Autoencoder {
        if case .object(let value as AutoencoderValue) = try value("model") { return value.model }
        return try pipeline().model.vae
    }
}
