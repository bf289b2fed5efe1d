import Basics
import Files
import Foundation
import Glibc
import Language
import Plot
import Tensor
import World

/// What `load` makes of a path.
enum LoadedValue {
    /// What `as:` takes.
    static let formats = ["image", "tensor", "tensors", "table", "json", "text"]

    private static let kinds: [String: FileContents.Kind] = [
        "image": .image, "tensor": .array, "tensors": .tensors, "table": .table, "json": .json, "text": .text,
    ]

    static func load(_ path: String, _ call: Arguments) throws -> Value {
        if let bundled = BundledModel.named(path) {
            if try call.isGiven("revision") {
                throw call.failure(
                    "revision",
                    "'revision' chooses among those of a repository in the hub's cache, and '\(path)' is bundled",
                    hint: "leave 'revision' out")
            }
            let folder = try bundled.folder()
            try call.willRead(folder.path, as: "bundled/" + path)
            return try value(in: folder, named: path, call)
        }
        if let paths = try FileLocation.matches(path, call) { return .list(try all(paths, of: path, call)) }
        let url = try FileLocation.input(path, call, option: "path")
        do {
            return try value(in: url, named: path, call)
        } catch FileError.system(.open, let missing, ENOENT)
            where missing == url.displayPath && !path.contains("/") && !path.contains(".")
        {
            let names = BundledModel.all.map(\.name).joined(separator: ", ")
            throw call.failure(
                "path", "there is no file, folder or bundled model '\(path)'",
                hint: "bundled: \(names)")
        }
    }

    /// What the files of a pattern hold. Those of no kind that is read are passed over, and named.
    private static func all(_ paths: [String], of pattern: String, _ call: Arguments) throws -> [Value] {
        var values: [Value] = []
        var passed: [String] = []
        for path in paths {
            if call.host.isInterrupted { throw Interruption() }
            do {
                values.append(try load(path, call))
            } catch FileError.malformed(let file, _, .foreignPicture(let format)) {
                passed.append("'\(file)' (\(format))")
            } catch FileError.unknownKind(let file, _) {
                passed.append("'\(file)' (of unknown kind)")
            }
        }
        let listed = Words.listed(passed, most: 10)
        guard !values.isEmpty else {
            throw call.failure(
                "path", "none of the files that match '\(pattern)' can be read: \(listed)",
                hint: "pictures are read as PNG and JPEG: convert them first")
        }
        if !passed.isEmpty { call.host.note("passed over: \(listed)") }
        return values
    }

    private static func value(in url: URL, named name: String, _ call: Arguments) throws -> Value {
        let wanted = try call.optional("as", call.string).flatMap { kinds[$0] }
        let kind = try wanted ?? FileContents.kind(of: url)
        // Models come as float32 unless told otherwise; tensors in a file keep their own type.
        let dtype = DType(rawValue: try call.string("dtype")) ?? .float32
        let tensorType = try call.isGiven("dtype") ? dtype : nil
        let request = ModelRequest(url: url, name: name, dtype: dtype, call: call)
        if let loader = ModelLoader.all.first(where: { $0.kind == kind }) {
            try ModelRequest.refuseOptions(call, but: loader.options, name: name)
            return try loader.load(request)
        }
        if kind == .tensors || kind == .pytorchArchive {
            return try weights(request, isWanted: wanted != nil, tensorType)
        }
        try ModelRequest.refuseOptions(call, but: [], name: name)
        switch kind {
        case .image:
            let parameters = ImageParameters.record(try ImageFile.texts(url))
            return .object(
                ImageValue(try ImageFile.read(url), name: url.lastPathComponent, parameters: parameters))
        case .array: return .tensor(try NPY.read(url, as: tensorType))
        case .pickle: return Value(try ArrayPickle(contentsOf: url, as: tensorType))
        case .table:
            let metrics = try MetricsTable(
                contentsOf: url.relativePath, otherwise: wanted == .table ? .separated(by: ",") : nil,
                mayBeEmpty: true)
            for note in metrics.notes { call.host.note("\(name): \(note)") }
            return .table(try Table(metrics, of: name).withLists(of: url))
        case .json: return Value(try FileContents.json(url))
        case .text, .recipe: return .string(String(decoding: try FileContents.bytes(of: url), as: UTF8.self))
        case .script: throw call.failure("path", "'\(name)' is a script", hint: "run it with: import \"\(name)\"")
        case .clip, .openCLIP, .diffusers, .autoencoder, .transformers, .tensors, .pytorchArchive:
            throw unusable(kind, name, call)
        }
    }

    /// A file of weights: the model that it is by itself, or its tensors, with a note on what takes them.
    ///
    /// - Parameter isWanted: whether the call asks for tensors.
    private static func weights(_ request: ModelRequest, isWanted: Bool, _ type: DType?) throws -> Value {
        let call = request.call
        let weights = try Weights(request.url)
        if !isWanted, let direction = try DirectionValue.inFile(weights) {
            try ModelRequest.refuseOptions(call, but: [], name: request.name)
            return .object(direction)
        }
        let names = weights.unwrapped().names
        if !isWanted, let (_, loader) = ModelLoader.singleFiles.first(where: { $0.isOne(names) }) {
            try ModelRequest.refuseOptions(call, but: loader.options, name: request.name)
            return try loader.load(request)
        }
        let contents = isWanted ? nil : WeightsContents(names, path: request.name)
        for option in ["unet", "vae", "text_encoder"] where try call.isGiven(option) {
            throw call.failure(
                option,
                "'\(option)' goes into a pipeline, and '\(request.name)' holds "
                    + (contents?.what ?? "tensors of no known model"),
                hint: "give the whole pipeline first: load \"BASE\" \(option): \"…\"")
        }
        try ModelRequest.refuseOptions(call, but: [], name: request.name)
        if let contents { call.host.note("\(request.name) holds \(contents.what): \(contents.advice)") }
        var record = Record(try weights.names.map { ($0, .tensor(try weights.tensor($0, as: type))) })
        let origin = contents ?? WeightsContents(names, path: request.name)
        record.origin = .init(
            "the weights of \(origin?.what ?? "no known model")", advice: origin?.advice ?? "")
        return .record(record)
    }

    private static func unusable(_ kind: FileContents.Kind, _ name: String, _ call: Arguments) -> RhumbError {
        let (what, hint) =
            switch kind {
            case .transformers(let modelType):
                (
                    "a transformers model of type '\(modelType)'",
                    "its tensors can be loaded from the file of weights in it"
                )
            default: ("a model", "its tensors can be loaded from the file of weights in it")
            }
        return call.failure("path", "'\(name)' holds \(what), which can't be used as a model here", hint: hint)
    }
}

extension Table {
    /// The history of a training; a missing number is none.
    init(_ columns: DataColumns) throws {
        try self.init(
            zip(columns.names, columns.columns).map { name, column in
                switch column {
                case .numbers(let numbers): Column(name, numbers.map { $0.map { .number($0) } ?? Value.none })
                case .texts(let texts): Column(name, texts)
                }
            })
    }
}

extension Table {
    /// The table of a file of JSON lines, in which lists stand whole, with the records in them, where it has their texts.
    func withLists(of url: URL) throws -> Table {
        guard ["jsonl", "ndjson"].contains(url.pathExtension.lowercased()),
            let lists = try JSONLines.lists(contentsOf: url, rowCount: rowCount)
        else { return self }
        let columns = names.map { name -> Column in
            guard let column = lists[name] else { return Column(name, self[name] ?? []) }
            return Column(name, column.map { json -> Value in json.map { Value($0) } ?? .none })
        }
        return try Table(columns)
    }
}

extension Value {
    /// What a pickle holds.
    fileprivate init(_ pickle: ArrayPickle) {
        switch pickle {
        case .none: self = .none
        case .boolean(let boolean): self = .boolean(boolean)
        case .integer(let integer): self = .integer(integer)
        case .number(let number): self = .number(number)
        case .text(let text): self = .string(text)
        case .tensor(let tensor): self = .tensor(tensor)
        case .list(let items): self = .list(items.map { Value($0) })
        case .record(let members): self = .record(Record(members.map { ($0.name, Value($0.value)) }))
        }
    }

    /// The value that a JSON text holds.
    init(_ json: JSON) {
        switch json {
        case .null: self = .none
        case .bool(let boolean): self = .boolean(boolean)
        case .integer(let integer): self = .integer(integer)
        case .number(let number): self = .number(number)
        case .string(let string): self = .string(string)
        case .array(let items): self = .list(items.map(Value.init))
        case .object(let members): self = .record(Record(members.map { ($0.key, Value($0.value)) }))
        }
    }
}
