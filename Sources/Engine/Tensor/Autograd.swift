import Basics

/// One recorded operation: where its gradient goes, and how a gradient of its result becomes gradients of its inputs.
///
/// It does not keep its inputs: what their derivatives need is kept by `backward`, and nothing else.
final class Node {
    /// Who gets a gradient: a leaf that asks for one, or the operation that made an input.
    enum Receiver {
        case leaf(Tensor)
        case node(Node)

        /// Nil for an input that wants no gradient.
        init?(_ input: Tensor) {
            guard input.requiresGradient else { return nil }
            self = input.node.map(Receiver.node) ?? .leaf(input)
        }
    }

    typealias Backward = (Tensor) throws -> [Tensor?]

    let name: StaticString
    /// Position in the order of creation, which is a topological order of the graph.
    let order: UInt64
    fileprivate(set) var receivers: [Receiver?]
    fileprivate(set) var backward: Backward?
    /// Gradients that arrived so far, during one walk.
    fileprivate var pending: Tensor?

    /// Counts recorded operations; one thread by contract.
    nonisolated(unsafe) fileprivate static var created: UInt64 = 0

    init(_ name: StaticString, _ inputs: [Tensor], _ backward: @escaping Backward) {
        self.name = name
        receivers = inputs.map(Receiver.init)
        self.backward = backward
        Node.created += 1
        order = Node.created
    }

    /// What a released node held, while another is being let go of: a long chain would otherwise recurse a level an
    /// operation and run out of stack.
    nonisolated(unsafe) private static var released: [([Receiver?], Backward?)] = []
    nonisolated(unsafe) private static var isReleasing = false

    deinit {
        Node.released.append((receivers, backward))
        receivers = []
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
        guard Tensor.records(inputs) else { return self }
        requiresGradient = true
        if Engine.isRecording { node = Node(name, inputs, backward) }
        return self
    }

    /// True when an operation on these inputs is to be done as it is where gradients follow: it is recorded, or will be
    /// when it is done again.
    package static func records(_ inputs: [Tensor]) -> Bool {
        (Engine.isRecording || Engine.isTracing) && inputs.contains(where: \.requiresGradient)
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
            try Tensor.walk(from: root, seed)
        }
    }

    /// `body` of some inputs, of which a backward pass keeps these alone: what happens in between is computed again when
    /// it is needed (Chen et al. 2016), with the same bits. Gradients arrive in the order in which they would anyway, so
    /// that they are the same bits too.
    ///
    /// - Parameters:
    ///   - inputs: everything that changes from call to call and may want a gradient.
    ///   - body: gives the same whenever it is called; parameters that it reads get their gradients as ever.
    package static func recomputed(
        _ inputs: [Tensor], _ body: @escaping ([Tensor]) throws -> Tensor
    ) throws -> Tensor {
        guard Engine.isRecording else { return try body(inputs) }
        let result = try Engine.tracing { try body(inputs) }
        guard result.requiresGradient, !inputs.contains(where: { $0 === result }) else { return result }
        let kept = result.detached()
        kept.requiresGradient = true
        kept.node = Node("recomputed", inputs) { gradient in
            let mark = Node.created
            let again = try Engine.recording { try body(inputs) }
            guard let root = again.node else { return [] }
            // The inputs' own operations wait: they come later in the walk that this is part of.
            let known = Set(inputs.compactMap(\.node).map(ObjectIdentifier.init))
            try walk(from: root, gradient, after: mark, waiting: known)
            return []
        }
        return kept
    }

    /// Sends a gradient through the operations below `root` that were recorded after `mark`, latest first.
    ///
    /// - Parameter waiting: operations before `mark` where gradients may wait for a later walk; any other would lose
    ///   them.
    private static func walk(
        from root: Node, _ seed: Tensor, after mark: UInt64 = 0, waiting: Set<ObjectIdentifier> = []
    ) throws {
        root.pending = seed
        for node in graph(below: root, after: mark) {
            guard let arrived = node.pending else { continue }
            node.pending = nil
            try StopFlag.check()
            guard let backward = node.backward else {
                throw RhumbError(
                    "'backward' can't go through '\(node.name)' a second time: its graph has been freed",
                    hint: "compute the result again first")
            }
            let receivers = node.receivers
            let profile = Profile.entering(.operation, "\(node.name) gradient")
            defer { profile?.leave() }
            // What it keeps is let go of as soon as it is done.
            node.backward = nil
            node.receivers = []
            for (receiver, gradient) in zip(receivers, try backward(arrived)) {
                guard let gradient else { continue }
                switch receiver {
                case .node(let below):
                    guard below.order > mark || waiting.contains(ObjectIdentifier(below)) else {
                        throw RhumbError(
                            "what is computed again reads the result of '\(below.name)', which is no input")
                    }
                    below.pending = try below.pending.map { try $0 + gradient } ?? gradient
                case .leaf(let leaf) where leaf.requiresGradient: try leaf.accumulate(gradient)
                case .leaf, nil: break
                }
            }
        }
    }

    private func accumulate(_ more: Tensor) throws {
        gradient = try (gradient.map { try $0 + more } ?? more).to(dtype)
    }

    /// The nodes that gradients reach from `root`, latest first.
    private static func graph(below root: Node, after mark: UInt64) -> [Node] {
        var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
        var found = [root]
        var next = 0
        while next < found.count {
            for case .node(let node)? in found[next].receivers
            where node.order > mark && seen.insert(ObjectIdentifier(node)).inserted {
                found.append(node)
            }
            next += 1
        }
        return found.sorted { $0.order > $1.order }
    }
}
