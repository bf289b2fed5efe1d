import Basics
import Diffusion
import Files
import Foundation
import GRPO
import Language
import Notebook
import Tensor

/// What `save` writes.
enum SavedValue {
    static func save(_ value: Value, to url: URL, _ call: Arguments) throws {
        let type = try call.optional("dtype", call.string).flatMap { storedTypes[$0] }
        let kind = FileContents.kind(bySuffixOf: url)
        let layout = try call.optional("layout", call.string).flatMap(LoRA.Layout.init)
        if case .object(let object) = value, let trainer = (object as? TrainerValue)?.trainer {
            return try save(adaptersOf: trainer, to: url, layout: layout ?? .diffusers, as: type, call)
        }
        if layout != nil {
            throw call.failure(
                "layout", "'layout' is for the adapters of a trainer, and this is \(value.described)",
                hint: "leave 'layout' out")
        }
        switch (value, kind) {
        case (.object(let value as any SavableValue), _): try value.save(to: url, as: type)
        case (.object(let image as ImageValue), .image):
            guard url.pathExtension.lowercased() == "png" else {
                throw call.failure("path", "a picture must be saved as .png, not .\(url.pathExtension)")
            }
            var parameters = image.parameters
            for (name, value) in try call.record("texts").fields { parameters[name] = value }
            try ImageFile.write(image.image, to: url, texts: ImageParameters.texts(parameters))
        case (.record(let record), .tensors): try Safetensors.write(tensors(record, call), to: url, as: type)
        case (.table(let table), .table) where TableFile.Format(url) == .jsonLines && table.isNested:
            let lines = try (0..<table.rowCount).map { try JSON(.record(table.row($0)), call) }
            try AtomicFile.write(lines.map { $0.text(keepsNonFinite: true) + "\n" }.joined(), to: url)
        case (.table(let table), .table): try TableFile.write(DataColumns(table), to: url)
        case (.string(let text), kind) where kind != .json: try AtomicFile.write(text, to: url)
        case (_, .json):
            guard value.writtenCount <= 2.5e7 else {
                throw call.failure(
                    "value",
                    "a JSON file can hold at most 25 million values, not \(NumberText.shown(value.writtenCount))")
            }
            try AtomicFile.write(JSON(value, call).text(indent: 2, keepsNonFinite: true) + "\n", to: url)
        default:
            guard let tensor = try value.asTensor() else { throw mismatch(value, url, call) }
            switch kind {
            case .array: try NPY.write(tensor, to: url)
            case .table where url.pathExtension.lowercased() != "jsonl": try TableFile.write(tensor, to: url)
            case .tensors: try Safetensors.write(["tensor": tensor], to: url, as: type)
            case .image: try ImageFile.write(picture(value, call), to: url)
            default: throw mismatch(value, url, call)
            }
        }
    }

    /// The adapters that a run trains, as one file.
    private static func save(
        adaptersOf trainer: GRPOTrainer, to url: URL, layout: LoRA.Layout, as type: StoredType?, _ call: Arguments
    ) throws {
        guard let lora = trainer.policy.lora else {
            throw call.failure(
                "value", "this run trains all weights and has no adapters to save",
                hint: "save the model: save t.policy \"FOLDER\"; `checkpoint` keeps the run")
        }
        guard url.pathExtension.lowercased() == "safetensors" else {
            throw call.failure(
                "path", "adapters are saved as .safetensors, not as '\(url.lastPathComponent)'",
                hint: "`checkpoint` keeps a whole run in a folder; save t.policy \"FOLDER\" writes the model")
        }
        try lora.write(to: url, layout: layout, as: type)
    }

    private static let storedTypes: [String: StoredType] = [
        "float32": .float32, "bfloat16": .bfloat16, "float16": .float16,
    ]

    private static func mismatch(_ value: Value, _ url: URL, _ call: Arguments) -> RhumbError {
        let suffix = url.pathExtension.isEmpty ? "a name without suffix" : "'.\(url.pathExtension)'"
        return call.failure(
            "path",
            "'save' can't write \(value.described) as \(suffix)",
            hint: "`help save` lists what goes where")
    }

    private static func picture(_ value: Value, _ call: Arguments) throws -> Image {
        guard let images = try value.asImages(), images.count == 1 else {
            throw call.failure("value", "a .png holds one image, not \(value.described)")
        }
        return images[0]
    }

    private static func tensors(_ record: Record, _ call: Arguments) throws -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for (name, value) in record.fields {
            guard let tensor = try value.asTensor() else {
                throw call.failure("value", "a safetensors file holds tensors, and '\(name)' is \(value.described)")
            }
            tensors[name] = tensor
        }
        return tensors
    }
}

extension Table {
    /// Whether some cell is a list, a record or a table, which a line of JSON keeps and a cell of a CSV file can't.
    fileprivate var isNested: Bool {
        columns.contains { column in
            column.values.contains { value in
                switch value {
                case .list, .record, .table: true
                default: false
                }
            }
        }
    }
}

extension JSON {
    /// A value as JSON.
    /// - Throws: `RhumbError` for what JSON can't hold: functions, models.
    init(_ value: Language.Value, _ call: Arguments) throws {
        switch value {
        case .none, .unset: self = .null
        case .boolean(let boolean): self = .bool(boolean)
        case .number(let number): self = value.whole.map { .integer($0) } ?? .number(number)
        case .string(let string): self = .string(string)
        case .list(let items): self = .array(try items.map { try JSON($0, call) })
        case .record(let record): self = .object(try record.fields.map { Member($0, try JSON($1, call)) })
        case .range(let range): self = .array((0..<(range.count ?? 0)).map { .number(range[$0]) })
        case .table(let table):
            self = .array(try (0..<table.rowCount).map { try JSON(.record(table.row($0)), call) })
        case .object(let object):
            guard let tensor = (object as? TensorValue)?.tensor else {
                throw call.failure("value", "JSON can't hold \(value.described)")
            }
            // An int64 that is not a number of the language.
            if tensor.rank == 0, tensor.dtype == .int64, let whole = tensor.ints.first {
                self = .integer(whole)
            } else {
                self = try JSON(TensorMembers.list(of: tensor), call)
            }
        case .function: throw call.failure("value", "JSON can't hold a function")
        }
    }
}
