import Files
import FoundationEssentials
import Language

extension RunFolder {
    /// Where the outputs of a cell are kept as data: `cells/3.json`.
    static func outputs(ofCell number: Int) -> String { "\(cells)/\(number).json" }

    func write(_ outputs: [CellOutput], ofCell number: Int, lasting: Bool = true) throws {
        let record: JSON = ["cell": .integer(number), "outputs": .array(outputs.map(\.json))]
        try write(record.text(indent: 2) + "\n", to: Self.outputs(ofCell: number), lasting: lasting)
    }

    /// What a cell of an earlier run gave; of one that did not finish as far as it had come.
    ///
    /// - Parameter path: the run folder.
    /// - Throws: `FileError` when its record is there but can't be understood.
    public static func outputs(ofCell number: Int, in path: String) throws(FileError) -> [CellOutput] {
        let file = URL(filePath: path + "/" + outputs(ofCell: number))
        guard FileManager.default.fileExists(atPath: file.path) else { return [] }
        var outputs: [CellOutput] = []
        for (position, entry) in (try FileContents.json(file)["outputs"]?.array ?? []).enumerated() {
            guard let output = CellOutput(entry, folder: path) else {
                throw .malformed(
                    file: file.displayPath, item: "output \(position + 1)", .other("it is of no kind that a cell gives")
                )
            }
            outputs.append(output)
        }
        return outputs
    }
}

extension CellOutput {
    var json: JSON {
        switch self {
        case .text(let text): return ["type": "text", "text": .string(text)]
        case .value(let display, let file):
            return ["type": "value", "text": .string(display), "file": file.map { .string($0) } ?? .null]
        case .table(let display, let file):
            return ["type": "table", "text": .string(display), "file": file.map { .string($0) } ?? .null]
        case .note(let note): return ["type": "note", "text": .string(note)]
        case .figure(let figure):
            return [
                "type": "figure", "text": .string(figure.title), "files": .array(figure.files.map { .string($0) }),
            ]
        case .error(let failure):
            return [
                "type": "error", "kind": .string(failure.kind.rawValue), "message": .string(failure.message),
                "file": .string(failure.file), "line": .integer(failure.line), "text": .string(failure.text),
                "expected": .bool(failure.isExpected),
            ]
        }
    }

    /// - Parameter folder: the run folder, as a figure names it.
    init?(_ json: JSON, folder: String) {
        guard let type = json["type"]?.string, let text = json["text"]?.string else { return nil }
        switch type {
        case "text": self = .text(text)
        case "value": self = .value(display: text, file: json["file"]?.string)
        case "table": self = .table(display: text, file: json["file"]?.string)
        case "note": self = .note(text)
        case "figure":
            self = .figure(
                SavedFigure(title: text, folder: folder, files: (json["files"]?.array ?? []).compactMap(\.string)))
        case "error":
            guard let kind = json["kind"]?.string.flatMap(Diagnostic.Kind.init(rawValue:)) else { return nil }
            self = .error(
                Failure(
                    kind: kind, message: json["message"]?.string ?? text, file: json["file"]?.string ?? "",
                    line: json["line"]?.integer ?? 0, text: text, isExpected: json["expected"]?.bool ?? false))
        default: return nil
        }
    }
}
