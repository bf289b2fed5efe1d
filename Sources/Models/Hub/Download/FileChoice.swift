import Basics
import Files

/// Which files of a repository are wanted: those that `load` reads, which are few of those that are there. Weights
/// mostly lie there several times, for other programs and in other precisions; of each folder the set is taken that
/// `load` would choose (`Weights.choice`).
package struct FileChoice {
    package private(set) var taken: [HubFile] = []
    /// What is left aside that somebody may miss, a sentence each.
    package private(set) var notes: [String] = []

    private let files: [HubFile]
    private let name: String
    private let variant: String?

    /// Parts of a pipeline that a folder may have and Rhumb does not use.
    private static let unused = ["safety_checker", "image_encoder"]
    /// What a training leaves beside its model.
    private static let leftovers = ["optimizer", "scheduler", "random_states", "rng_state", "training_args", "scaler"]
    /// The stems of OpenCLIP's files of weights, which go before transformers' where its configuration is.
    private static let openCLIP = ["open_clip_model", "open_clip_pytorch_model"]

    /// - Parameters:
    ///   - files: all of the repository.
    ///   - name: the repository's, and the file or folder that is wanted.
    ///   - modelIndex: what `model_index.json` says, where there is one.
    /// - Throws: `RhumbError` where nothing says which files are meant, or what is wanted isn't there.
    package init(
        _ files: [HubFile], of name: HubName, kind: HubCache.Kind, variant: String?, modelIndex: JSON?
    ) throws(RhumbError) {
        (self.files, self.name, self.variant) = (files, name.repository, variant)
        if let path = name.path {
            try take(path)
        } else if kind == .dataset {
            taken = files
        } else if let modelIndex {
            try takePipeline(modelIndex)
        } else {
            try takeFolder("")
        }
    }

    private func inside(_ folder: String) -> [HubFile] { files.filter { $0.folder == folder } }

    /// A file, or a folder with what `load` reads of it.
    private mutating func take(_ path: String) throws(RhumbError) {
        if let file = files.first(where: { $0.path == path }) {
            taken = [file]
            // An index is nothing without its shards.
            if Weights.isIndex(file.name) { taken += shards(of: file.name, among: inside(file.folder)) }
            return
        }
        guard files.contains(where: { $0.path.hasPrefix(path + "/") }) else {
            throw .noSuchFile(path, name, among: files.map(\.path))
        }
        if inside(path).contains(where: { Self.isWeights($0.name) }) {
            try takeFolder(path)
        } else {
            taken = files.filter { $0.path.hasPrefix(path + "/") }
        }
    }

    /// The parts that `model_index.json` names, each a folder.
    private mutating func takePipeline(_ index: JSON) throws(RhumbError) {
        taken = files.filter { $0.path == "model_index.json" }
        for member in index.members ?? [] where !member.key.hasPrefix("_") {
            guard let type = member.value.array, type.count == 2, type[0].string != nil else { continue }
            let present = inside(member.key)
            if Self.unused.contains(member.key) {
                let size = present.map(\.size).reduce(0, +)
                if size > 0 {
                    notes.append(
                        "left aside: '\(member.key)' (\(Words.bytes(size)) with all its sets of weights), which Rhumb "
                            + "does not use")
                }
            } else if present.contains(where: { Self.isWeights($0.name) }) {
                try takeFolder(member.key)
            } else {
                taken += present.filter { Self.isText($0.name) }
            }
        }
    }

    /// A folder's texts and one of its sets of weights.
    private mutating func takeFolder(_ folder: String) throws(RhumbError) {
        let present = inside(folder)
        let names = present.map(\.name).filter { !Self.isLeftover($0) }
        let isOpenCLIP = names.contains("open_clip_config.json")
        let weights = names.filter(Self.isWeights)
        switch Weights.choice(among: names, preferring: isOpenCLIP ? Self.openCLIP : [], variant: variant) {
        case .file(let name):
            taken += present.filter { Self.isText($0.name) || $0.name == name }
            if Weights.isIndex(name) { taken += shards(of: name, among: present) }
        case .several(let candidates, _):
            let candidates = present.filter { candidates.contains($0.name) || weights.contains($0.name) }
            throw .severalWeights(name, candidates)
        case .none:
            throw .noWeights(name, folder, variant: variant, there: weights)
        }
    }

    /// The files that an index stands for: `model-00001-of-00002.safetensors` beside `model.safetensors.index.json`.
    private func shards(of index: String, among present: [HubFile]) -> [HubFile] {
        guard let suffix = Weights.suffixes.first(where: { index.contains($0 + ".index.") }),
            let end = index.range(of: suffix + ".index.")
        else { return [] }
        let stem = String(index[..<end.lowerBound])
        // `model.safetensors.index.fp16.json`
        let middle = index[end.upperBound...].split(separator: ".").dropLast().joined(separator: ".")
        return present.filter { file in
            guard file.name.hasPrefix(stem), file.name.hasSuffix(suffix), file.name.contains("-of-") else {
                return false
            }
            let rest = file.name.dropFirst(stem.count).dropLast(suffix.count)
            return middle.isEmpty
                ? rest.hasPrefix("-") && !rest.contains(".")
                : rest.hasPrefix(".\(middle)-") || rest.hasPrefix("-") && rest.hasSuffix(".\(middle)")
        }
    }

    private static func isWeights(_ name: String) -> Bool { Weights.isFile(name) && !isLeftover(name) }

    private static func isLeftover(_ name: String) -> Bool {
        !name.hasSuffix(".json") && leftovers.contains { name.hasPrefix($0) }
    }

    /// Configurations, vocabularies, and the models of sentencepiece.
    private static func isText(_ name: String) -> Bool {
        [".json", ".txt", ".model"].contains(where: name.hasSuffix) && !Weights.isIndex(name)
    }
}
