import Ranks
import Tensor

/// The gradients of some parameters as one vector, and back: what pieces of an update are added up as.
struct GradientBlocks {
    private let parameters: [Tensor]
    /// Elements of all parameters, and for each a number that says how many pieces reached it.
    let width: Int

    init(of parameters: NamedTensors) {
        self.parameters = parameters.map(\.tensor)
        width = self.parameters.reduce(self.parameters.count) { $0 + $1.count }
    }

    /// The gradients as they are, which are none afterwards.
    func take() -> [Float] {
        var vector: [Float] = []
        vector.reserveCapacity(width)
        for parameter in parameters {
            if let gradient = parameter.gradient {
                vector += gradient.floats
            } else {
                vector += repeatElement(0, count: parameter.count)
            }
        }
        vector += parameters.map { $0.gradient == nil ? 0 : 1 }
        for parameter in parameters { parameter.gradient = nil }
        return vector
    }

    /// A parameter that no piece reached has no gradient, as after a backward pass.
    func put(_ vector: [Float]) throws {
        var start = 0
        for (index, parameter) in parameters.enumerated() {
            let end = start + parameter.count
            let isReached = vector[width - parameters.count + index] > 0
            parameter.gradient =
                isReached ? try Tensor(Array(vector[start..<end]), shape: parameter.shape) : nil
            start = end
        }
    }

    /// The gradients of an update in one piece, from the rank that computed it.
    func spread() throws {
        guard Ranks.areMany else { return }
        let own = parameters.contains { $0.gradient != nil } ? take() : []
        try put(Ranks.gather("gradients", own))
    }
}
