import Basics
import Files
import Foundation
import GRPO
import Language
import Tensor

extension Arguments {
    /// The pictures that a call of `trainer` gives to learn from; nil where it gives none.
    func trainingExamples() throws -> TrainingExamples? {
        let pairs = try optional("pairs") { try string($0) }
        guard let captions = try optional("captions", { try strings($0) }) else {
            guard try !isGiven("pictures") else {
                throw failure(
                    "pictures", "'pictures' need captions", hint: "captions: […], one for each picture")
            }
            return try pairs.map { TrainingExamples(pairs: try pictures(ofPairsIn: $0)) }
        }
        guard try isGiven("pictures") else {
            throw failure("captions", "'captions' are for pictures", hint: "pictures: […], one for each caption")
        }
        guard pairs == nil else {
            throw failure("pairs", "'pairs' and 'pictures' don't go together", hint: "give one of them")
        }
        do {
            return try TrainingExamples(pictures: images("pictures"), captions: captions)
        } catch let error as RhumbError where error.argument == nil {
            throw failure("captions", error.message, hint: error.hint)
        }
    }

    /// The texts of the prompts: the captions of given pictures, or those that the call names.
    func trainingPrompts(_ examples: TrainingExamples?) throws -> [String] {
        let given = try optional("prompts") { try strings($0) }
        if let examples {
            guard given == nil else {
                throw failure(
                    "prompts", "the captions of the given pictures are the prompts",
                    hint: "leave 'prompts' out")
            }
            var seen: Set<String> = []
            return examples.captions.filter { seen.insert($0).inserted }
        }
        guard let given else {
            if AlgorithmKind(rawValue: try string("algorithm")) == .sft { return [""] }
            throw RhumbError("a trainer needs prompts", hint: "for the bundled world: prompts: prompts(\"train\")")
        }
        return given
    }

    /// The rows of a table with columns prompt, better and worse; pictures lie where the table does, or as paths say.
    private func pictures(ofPairsIn path: String) throws -> [(prompt: String, better: Image, worse: Image)] {
        let url = try FileLocation.input(path, self), table = try TableFile.read(url)
        func column(_ name: String) throws -> [String] {
            guard let column = table[name] else {
                throw failure(
                    "pairs", "'\(path)' has no column '\(name)'",
                    hint: "its columns must be prompt, better and worse; it has: "
                        + table.names.joined(separator: ", "))
            }
            return (0..<table.rowCount).map(column.text)
        }
        let (prompts, better, worse) = (try column("prompt"), try column("better"), try column("worse"))
        guard !prompts.isEmpty else { throw failure("pairs", "'\(path)' has no rows") }
        func picture(_ name: String, _ row: Int) throws -> Image {
            guard !name.isEmpty else { throw failure("pairs", "'\(path)' names no picture in row \(row + 1)") }
            let beside = url.deletingLastPathComponent().appendingPathComponent(name)
            let isBeside = !name.hasPrefix("/") && FileManager.default.fileExists(atPath: beside.path)
            return try ImageFile.read(FileLocation.input(isBeside ? beside.path : name, self))
        }
        return try prompts.indices.map {
            (prompts[$0], try picture(better[$0], $0), try picture(worse[$0], $0))
        }
    }
}
