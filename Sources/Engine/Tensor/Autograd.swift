import Basics

/// One recorded operation: what it was made from, and how a gradient of its result becomes gradients of its inputs.
final class Node {
    let name: StaticString
    /// Position in the order of creation, which is a topological order of the graph.
    let order: UInt64
    fileprivate(set) var inputs: [Tensor]
    fileprivate(set) var backward: ((Tensor) throws -> [Tensor?])?
    /// Gradients that arrived so far, during one walk.
    fileprivate var pending: Tensor?

    /// Counts recorded operations; one thread by contract.
    nonisolated(unsafe) private static var created: UInt64 = 0

    init(_ name: StaticString, _ inputs: [Tensor], _ backward: @escaping (Tensor) throws -> [Tensor?]) {
        self.name = name
        self.inputs = inputs
        self.backward = backward
        Node.created += 1
        order = Node.created
    }

    /// What a released node held, while another is being let go of: a long chain would otherwise recurse a level an
    /// operation and run out of stack.
    nonisolated(unsafe) private static var released: [([Tensor], ((Tensor) throws -> [Tensor?])?)] = []
    nonisolated(unsafe) private static var isReleasing = false

    deinit {
        Node.released.append((inputs, backward))
        inputs = []
        backward = nil
        guard !Node.isReleasing else { return }
        Node.isReleasing = true
        while let last = Node.released.popLast() { _ = last }
        Node.isReleasing = false
    }
}

extension Tensor {
    /// Attaches the derivative of the operation that made this tensor, if anybody wants it.
    ///
    /// - Parameter backward: from the gradient of the result (its shape) to the gradient of each input (the input's
    ///   shape, in either float type), or nil where none flows. It runs unrecorded.
    package func recorded(
        _ name: StaticString, _ inputs: [Tensor], _ backward: @escaping (Tensor) throws -> [Tensor?]
    ) -> Tensor {
        guard Engine.isRecording, inputs.contains(where: \.requiresGradient) else { return self }
        requiresGradient = true
        node = Node(name, inputs, backward)
        return self
    }

    /// True when an operation on these inputs would be recorded, so that what only a gradient needs must be kept.
    package static func records(_ inputs: [Tensor]) -> Bool {
        Engine.isRecording && inputs.contains(where: \.requiresGradient)
    }

    /// Marks a leaf whose gradient is wanted. Throws for integers and for results of recorded operations.
    @discardableResult
    public func requireGradient(_ wanted: Bool = true) throws -> Tensor {
        guard node == nil else {
            throw RhumbError(
                "only a leaf can require a gradient, not the result of '\(node!.name)'",
                hint: "use a detached copy")
        }
        guard dtype.isFloatingPoint || !wanted else {
            throw RhumbError.dtype(dtype, in: "requires_grad", must: "be a floating-point tensor")
        }
        requiresGradient = wanted
        return self
    }

    /// The same elements, cut off from the graph.
    public func detached() -> Tensor {
        Tensor(storage: storage, shape: shape, strides: strides, offset: offset, dtype: dtype)
    }

    /// Adds d self / d leaf to `gradient` of every leaf that requires one, and lets go of the graph.
    ///
    /// - Parameter seed: the gradient of this tensor, of its shape; 1 for a scalar when absent.
    public func backward(_ seed: Tensor? = nil) throws {
        guard requiresGradient else {
            throw RhumbError(
                "'backward' found nothing that requires a gradient", hint: "mark a leaf with requires_grad first")
        }
        if let seed, seed.shape != shape {
            throw RhumbError.shapes(
                shape, seed.shape, in: "backward", because: "the seed must have the result's shape")
        }
        guard seed != nil || count == 1 else {
            throw RhumbError.shape(
                shape, of: "result", in: "backward", must: "be a scalar where no seed of its shape is given")
        }
        try withoutGradients {
            let seed = try seed ?? Tensor.ones(shape, dtype)
            guard let root = node else { return try accumulate(seed) }
            root.pending = seed
            for node in try Tensor.graph(below: root) {
                guard let arrived = node.pending else { continue }
                node.pending = nil
                try StopFlag.check()
                guard let backward = node.backward else {
                    throw RhumbError(
                        "'backward' can't go through '\(node.name)' a second time: its graph has been freed",
                        hint: "compute the result again first")
                }
                let inputs = node.inputs
                let gradients = try backward(arrived)
                node.backward = nil
                node.inputs = []
                for (input, gradient) in zip(inputs, gradients) {
                    guard let gradient, input.requiresGradient else { continue }
                    if let below = input.node {
                        below.pending = try below.pending.map { try $0 + gradient } ?? gradient
                    } else {
                        try input.accumulate(gradient)
                    }
                }
            }
        }
    }

    private func accumulate(_ more: Tensor) throws {
        gradient = try (gradient.map { try $0 + more } ?? more).to(dtype)
    }

    /// The nodes that gradients reach from `root`, latest first.
    private static func graph(below root: Node) throws -> [Node] {
        var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
        var found = [root]
        var next = 0
        while next < found.count {
            for input in found[next].inputs {
                if let node = input.node, seen.insert(ObjectIdentifier(node)).inserted { found.append(node) }
            }
            next += 1
        }
        return found.sorted { $0.order > $1.order }
    }
}
