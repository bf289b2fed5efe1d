import Basics
import Tensor

extension Rebuildable {
    /// Begins with the weights of another model, which stays as it is.
    ///
    /// - Parameters:
    ///   - parameters: the other model's, of any element type, in its order.
    ///   - error: what is thrown where names or shapes are not this model's.
    public func take(_ parameters: NamedTensors, orThrow error: RhumbError) throws {
        guard parameters.map(\.name) == self.parameters.map(\.name),
            parameters.map(\.tensor.shape) == self.parameters.map(\.tensor.shape)
        else { throw error }
        try withoutGradients {
            for (own, given) in zip(self.parameters, parameters) {
                try own.tensor.assign(given.tensor.to(.float32))
            }
        }
    }
}
