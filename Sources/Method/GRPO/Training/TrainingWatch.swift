import Basics
import Diffusion
import Tensor
import Training

/// What a run is measured by while it trains: something that the reward knows nothing of.
public struct TrainingWatch {
    /// Rounds between evaluations; the last round is always evaluated.
    public let every: Int
    /// Everything that decides the values, for telling whether a resumed run is measured as before.
    public let identity: String
    /// What is measured, by the names of the columns.
    public let names: [String]
    /// Which of them says what model is the best, and whether less of it is better.
    public let best: (name: String, isLess: Bool)
    /// Measures a model: a value for each name. It draws from no generator of the run, and throws when it is
    /// interrupted.
    let measure: (StableDiffusion, UpdateProgress?) throws -> [Double]

    /// - Throws: `RhumbError` where the best is looked for by a name that is not measured.
    public init(
        every: Int, identity: String, names: [String], best: (name: String, isLess: Bool),
        measure: @escaping (StableDiffusion, UpdateProgress?) throws -> [Double]
    ) throws {
        guard names.contains(best.name) else { throw RhumbError.notMeasured(best.name, names) }
        (self.every, self.identity, self.names, self.best) = (every, identity, names, best)
        self.measure = measure
    }

    /// Whether a round ends with an evaluation.
    func isDue(after completed: Int, isFinished: Bool) -> Bool {
        completed > 0 && (completed % every == 0 || isFinished)
    }
}

/// The values of an evaluation.
public struct WatchedRound: Codable, Equatable, Sendable {
    /// Rounds done.
    public let round: Int
    public let values: [Double]
}

extension GRPOTrainer {
    /// What was trained as it stood when it was measured best.
    struct Best {
        let round: Int
        let value: Double
        let parameters: [String: Tensor]
    }

    /// Measures the model where the round just done, or one that was interrupted after its last update, ends with that.
    func watchIfDue(_ progress: UpdateProgress?) throws {
        guard let watch, watch.isDue(after: completed, isFinished: isFinished), watched.last?.round != completed else {
            return
        }
        let values = try withoutGradients { try policy.computing { try watch.measure(pipeline, progress) } }
        guard values.count == watch.names.count else { throw RhumbError.measured(values.count, watch.names) }
        let value = values[watch.names.firstIndex(of: watch.best.name)!]
        let isBetter = best.map { watch.best.isLess ? value < $0.value : value > $0.value } ?? true
        // A value that is not a number is no reason to keep anything.
        if value.isFinite, isBetter {
            let parameters = try policy.parameters.map { ($0.name, try $0.tensor.detached().copied()) }
            best = Best(round: completed, value: value, parameters: Dictionary(parameters) { $1 })
        }
        watched.append(WatchedRound(round: completed, values: values))
    }

    /// The model that was measured best, and after which round; nil before the first evaluation.
    public func bestModel() throws -> (model: StableDiffusion, round: Int)? {
        guard let best else { return nil }
        let values: NamedTensors = policy.parameters.map { ($0.name, best.parameters[$0.name]!) }
        return (try model(with: values), best.round)
    }

    /// The model with other values of what is trained.
    func model(with values: NamedTensors) throws -> StableDiffusion {
        if let lora = policy.lora {
            let unet = try policy.reference.converted(to: .float32)
            try lora.copied(onto: unet, values)
            return try pipeline.replacing(unet: unet)
        }
        return try pipeline.replacing(unet: policy.unet.with(values))
    }

    /// What of it a checkpoint keeps.
    func watchState() throws -> (tensors: [String: Tensor], metadata: [String: String]) {
        guard let watch else { return ([:], [:]) }
        var tensors: [String: Tensor] = [:]
        var metadata = ["watch": watch.identity, "watched": try Checkpoint.text(watched)]
        if let best {
            for (name, tensor) in best.parameters { tensors["best.\(name)"] = tensor }
            metadata["best"] = try Checkpoint.text([best.round])
            metadata["best value"] = try Checkpoint.text([best.value])
        }
        return (tensors, metadata)
    }

    /// What a checkpoint keeps of it, read before anything is changed.
    ///
    /// - Throws: `RhumbError` for a best model that lacks something.
    func storedWatch(_ file: Checkpoint) throws -> (watched: [WatchedRound], best: Best?) {
        guard watch != nil else { return ([], nil) }
        let watched: [WatchedRound] = try file.decoded("watched")
        guard file.metadata["best"] != nil else { return (watched, nil) }
        let (rounds, values): ([Int], [Double]) = (try file.decoded("best"), try file.decoded("best value"))
        let parameters = try file.tensors("best.")
        guard let round = rounds.first, let value = values.first else {
            throw file.rejected("its 'best' can't be read")
        }
        for (name, tensor) in policy.parameters where parameters[name]?.shape != tensor.shape {
            throw file.rejected("its best model lacks '\(name)'")
        }
        return (watched, Best(round: round, value: value, parameters: parameters))
    }

    /// A column for each measure, blank in rounds without an evaluation.
    ///
    /// - Parameter first: how many rounds to leave out at the beginning.
    func watchColumns(from first: Int) -> [(name: String, values: [Double?])] {
        guard let watch else { return [] }
        let values = Dictionary(watched.map { ($0.round, $0.values) }) { $1 }
        return watch.names.enumerated().map { place, name in
            (name, history.dropFirst(first).map { values[$0.round]?[place] })
        }
    }
}
