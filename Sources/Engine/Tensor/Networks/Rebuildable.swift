import Basics

/// A model that can be made again from other parameters: averaged ones, ones of another element type, ones with
/// adapters merged into them.
///
///     let averaged = try unet.with(average.averaged())
public protocol Rebuildable {
    associatedtype Configuration

    var configuration: Configuration { get }
    /// Every parameter under its published name, in the order of the model.
    var parameters: NamedTensors { get }

    /// A model like this one, of another configuration or from another source of parameters.
    ///
    /// - Throws: `RhumbError` for a configuration that can't be; what the source throws.
    func rebuilt(_ configuration: Configuration, from source: ParameterSource) throws -> Self
}

extension Rebuildable {
    /// This model again from other parameters; it stays as it is.
    ///
    /// - Parameters:
    ///   - parameters: one for each of its own, of the same name and shape, in any order.
    ///   - configuration: settings that change no shape; its own by default.
    /// - Throws: `RhumbError` naming a parameter that is missing or of another shape.
    public func with(_ parameters: NamedTensors, as configuration: Configuration? = nil) throws -> Self {
        let named = Dictionary(parameters.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
        return try rebuilt(
            configuration ?? self.configuration,
            from: ParameterSource { name, shape, _ in
                guard let tensor = named[name], tensor.shape == shape else {
                    throw RhumbError(
                        "a model can't be made again without a '\(name)' of shape \(Words.shape(shape))")
                }
                return tensor
            })
    }
}
