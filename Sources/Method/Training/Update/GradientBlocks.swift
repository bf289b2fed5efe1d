import Basics
import Ranks
import Tensor

/// The gradients of some parameters as one vector, and back: what pieces of an update are added up as.
package struct GradientBlocks {
    private let parameters: [Tensor]
    /// Elements of all parameters, and for each a number that says how many pieces reached it.
    package let width: Int

    package init(of parameters: NamedTensors) {
        self.parameters = parameters.map(\.tensor)
        width = self.parameters.reduce(self.parameters.count) { $0 + $1.count }
    }

    /// Leaves the parameters with the sum of the gradients of pieces, of which each rank goes through its share.
    ///
    /// They are added in pairs, and pairs of pairs, whoever computed them: the sum has the same bits on any number of
    /// ranks, and one piece those of a backward pass.
    ///
    /// - Parameter backward: goes backward through a piece, and gives what is to be known of it.
    /// - Returns: that of all pieces, in their order.
    package func accumulate<Terms: Codable>(_ pieces: Int, _ backward: (Int) throws -> Terms) throws -> [Terms] {
        var sum = BlockSum(blocks: pieces, width: width)
        var mine: [Terms] = []
        let share = sum.share
        try Ranks.apart {
            for piece in share {
                try StopFlag.check()
                mine.append(try backward(piece))
                if pieces > 1 { sum.add(take()) }
            }
        }
        if pieces > 1 { try put(sum.total("gradients")) } else { try spread() }
        return try Ranks.gathered("terms of the update", mine)
    }

    /// The gradients as they are, which are none afterwards.
    package func take() -> [Float] {
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
    package func put(_ vector: [Float]) throws {
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
    private func spread() throws {
        guard Ranks.areMany else { return }
        let own = parameters.contains { $0.gradient != nil } ? take() : []
        try put(Ranks.gather("gradients", own))
    }
}
