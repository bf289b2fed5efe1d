import Basics

/// Tensors by name: parameters of a model, in its order.
public typealias NamedTensors = [(name: String, tensor: Tensor)]

/// Moves parameters against their gradients.
public protocol Optimiser: AnyObject {
    var parameters: NamedTensors { get }
    /// May be changed between steps, as a schedule asks.
    var learningRate: Double { get set }

    /// One update of every parameter that has a gradient, in place.
    /// - Throws: `RhumbError` naming the parameter where a gradient doesn't fit it.
    func step() throws

    /// Everything the next step depends on besides parameters, gradients and the learning rate, by name. It is a copy,
    /// and fit for a safetensors file.
    func state() throws -> [String: Tensor]

    /// Continues where `state()` was taken: the same gradients then give the same parameters, bit for bit.
    /// - Throws: `RhumbError` naming what is missing or of another shape; nothing has changed then.
    func restore(_ state: [String: Tensor]) throws
}

extension Optimiser {
    /// Forgets every gradient, before the next backward pass.
    public func clearGradients() {
        for (_, tensor) in parameters { tensor.gradient = nil }
    }
}

/// One parameter's slots of an optimiser, and how often it was updated.
struct OptimiserSlots {
    /// Float32, contiguous, in the parameter's shape; zero at first.
    var tensors: [Tensor]
    var updates = 0

    init(count: Int, like parameter: Tensor) throws {
        tensors = try (0..<count).map { _ in try Tensor.zeros(parameter.shape) }
    }
}

/// Checks and the naming of state that all optimisers share.
enum OptimiserState {
    /// Parameters that can be updated in place: float32, contiguous, leaves, each name once.
    static func check(_ parameters: NamedTensors) throws {
        var names: Set<String> = []
        for (name, tensor) in parameters {
            guard names.insert(name).inserted else { throw RhumbError("two parameters are called '\(name)'") }
            guard tensor.dtype == .float32, tensor.isContiguous, tensor.node == nil else {
                throw RhumbError(
                    "the parameter '\(name)' can't be updated in place",
                    hint: "parameters are contiguous float32 tensors that no operation made")
            }
        }
    }

    /// A parameter's gradient as the update loops read it.
    static func gradient(of name: String, _ parameter: Tensor) throws -> Tensor? {
        guard let gradient = parameter.gradient else { return nil }
        guard gradient.shape == parameter.shape else {
            throw RhumbError(
                "the gradient of '\(name)' must have the parameter's shape \(Words.shape(parameter.shape)), "
                    + "not \(Words.shape(gradient.shape))")
        }
        return try gradient.detached().to(.float32).contiguous()
    }

    /// `slot.parameter` for each slot, and `step.parameter` with the number of updates.
    static func export(_ slots: [OptimiserSlots], _ names: [String], of parameters: NamedTensors) throws -> [String:
        Tensor]
    {
        var state: [String: Tensor] = [:]
        for ((name, _), slots) in zip(parameters, slots) {
            state["step.\(name)"] = try Tensor(integers: [slots.updates])
            for (slot, tensor) in zip(names, slots.tensors) { state["\(slot).\(name)"] = try tensor.copied() }
        }
        return state
    }

    static func restored(_ state: [String: Tensor], _ names: [String], of parameters: NamedTensors) throws
        -> [OptimiserSlots]
    {
        func entry(_ key: String, _ shape: [Int]) throws -> Tensor {
            guard let tensor = state[key] else { throw RhumbError("the optimiser's state has no '\(key)'") }
            guard tensor.shape == shape else {
                throw RhumbError(
                    "'\(key)' of the optimiser's state must have shape \(Words.shape(shape)), "
                        + "not \(Words.shape(tensor.shape))")
            }
            return tensor
        }
        return try parameters.map { name, parameter in
            var slots = try OptimiserSlots(count: 0, like: parameter)
            slots.updates = try entry("step.\(name)", [1]).ints[0]
            slots.tensors = try names.map { try entry("\($0).\(name)", parameter.shape).to(.float32).copied() }
            return slots
        }
    }
}
