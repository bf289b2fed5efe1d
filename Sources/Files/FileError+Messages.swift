import Basics
import Glibc

extension FileError: CustomStringConvertible {
    public var description: String { hint.isEmpty ? message : "\(message); \(hint)" }

    /// One sentence: what must be, and what came instead.
    public var message: String {
        switch self {
        case .system(let action, let path, let code): return Self.sentence(action, path, code)
        case .malformed(let file, let item, let fault):
            return "'\(file)'" + (item.map { ", '\($0)'" } ?? "") + ": " + fault.clause
        case .noSuchTensor(let name, let file, _): return "'\(file)' has no tensor '\(name)'"
        case .wrongShape(let name, let file, let expected, let found):
            return "'\(file)', '\(name)': the shape must be \(Words.shape(expected)), not \(Words.shape(found))"
        case .misfit(let file, let missing, let unexpected, let misshapen):
            return Self.sentence(file, missing, unexpected, misshapen)
        case .notConvertible(let name, let file, let type, let reason):
            return "'\(file)', '\(name)': \(type.rawValue) elements can't be loaded: \(reason)"
        case .notWritable(let file, let item, let reason):
            return "can't write '\(file)'" + (item.map { ", '\($0)'" } ?? "") + ": \(reason)"
        case .changed(let file, let isLoaded):
            return "'\(file)' was changed by another program "
                + (isLoaded ? "after it was loaded" : "while it was read")
        case .unknownKind(let path, let reason): return "can't tell what '\(path)' holds: \(reason)"
        case .notInstalled(let path, _): return "a file that comes with Rhumb is missing: there is no '\(path)'"
        case .checksumUnavailable: return "libcrypto can't compute this checksum here"
        }
    }

    /// What to try; empty when there is nothing to say.
    public var hint: String {
        switch self {
        case .system(_, _, let code): return Self.hints[code] ?? ""
        case .malformed(_, _, let fault): return fault.hint
        case .noSuchTensor(_, _, let suggestion): return suggestion.map { "did you mean '\($0)'?" } ?? ""
        case .notInstalled(_, let folder): return "keep the folder '\(folder)' beside the executable"
        case .changed: return "load it again once it is written"
        case .misfit: return "'config.json' and the weights must come from the same model"
        default: return ""
        }
    }

    /// Why, without the file: what the system says, in its words.
    package var reason: String {
        switch self {
        case .system(_, _, let code): String(cString: strerror(code))
        case .notWritable(_, _, let reason): reason
        default: message
        }
    }

    private static func sentence(_ action: Action, _ path: String, _ code: Int32) -> String {
        let reason = reasons[code] ?? String(cString: strerror(code))
        switch action {
        case .open, .read: return "can't read '\(path)': \(reason)"
        case .write, .create, .rename: return "can't write '\(path)': \(reason)"
        case .list: return "can't list '\(path)': \(reason)"
        }
    }

    private static func sentence(
        _ file: String, _ missing: [String], _ unexpected: [String], _ misshapen: [Misshapen]
    ) -> String {
        let shapes = misshapen.map { "'\($0.name)' is \(Words.shape($0.found)) instead of \(Words.shape($0.expected))" }
        let parts = [
            missing.isEmpty ? nil : "lacks \(Words.quoted(missing, most: 5))",
            unexpected.isEmpty ? nil : "holds \(Words.quoted(unexpected, most: 5)), which the model does not have",
            shapes.isEmpty ? nil : "has other shapes: \(Words.listed(shapes, most: 5))",
        ]
        return "the weights of '\(file)' don't fit the configuration: the file "
            + parts.compactMap(\.self).joined(separator: "; ")
    }

    private static let reasons: [Int32: String] = [
        ENOENT: "no such file or folder", EACCES: "permission denied", EPERM: "permission denied",
        EROFS: "the file system is read-only", ENOSPC: "no space left on the device",
        EDQUOT: "the disk quota is used up",
        EISDIR: "it is a folder", ENOTDIR: "a part of the path is not a folder",
        EFBIG: "the file system takes no file of that size",
        ENODEV: "it is not a regular file", ENOMEM: "out of memory", EMFILE: "too many files are open",
        ENAMETOOLONG: "the name is too long", ELOOP: "its symbolic links form a cycle",
        EIO: "the device failed",
    ]

    private static let hints: [Int32: String] = [
        ENOENT: "check the path, and that its folder exists",
        EACCES: "check the permissions of the file and its folder",
        EROFS: "choose a folder that can be written to", ENOSPC: "free some space or choose another folder",
        EDQUOT: "free some space or choose another folder", EISDIR: "give the name of a file in it",
    ]
}

extension FileError.Fault {
    var clause: String {
        switch self {
        case .json(let error): return "\(error.message), at line \(error.line), column \(error.column)"
        case .missing(let key): return "'\(key)' is missing"
        case .wrongKind(let key, let expected, let found): return "'\(key)' must be \(expected), not \(found)"
        case .truncated(let expected, let found): return "the file must have \(expected) bytes, not \(found)"
        case .cutShort: return "it ends before its contents do"
        case .other(let clause): return clause
        case .tooShort(let size): return "a safetensors file must have at least 8 bytes, not \(size)"
        case .headerBeyondFile(let length, let size):
            return "its first 8 bytes announce a header of \(length) bytes, and the file has \(size) in all"
        case .headerTooLarge(let length):
            return "its first 8 bytes announce a header of \(length) bytes, more than any real file has"
        case .nameTwice: return "the name is in the header twice"
        case .unknownType(let name): return "unknown element type '\(name)'"
        case .shapeOverflows(let shape):
            return shape.count > StoredType.highestRank
                ? "a shape of \(shape.count) dimensions is more than the \(StoredType.highestRank) there can be"
                : "the shape \(Words.shape(shape)) has more elements than memory has bytes"
        case .wrongSize(let shape, let type, let expected, let found):
            return
                "shape \(Words.shape(shape)) of \(type.rawValue) takes \(expected) bytes, and its offsets span \(found)"
        case .badOffsets(let begin, let end): return "its offsets must rise, not be [\(begin), \(end)]"
        case .beyondFile(let end, let size): return "its data ends at byte \(end), and the file has \(size)"
        case .gap(let from, let to): return "bytes \(from) to \(to) of the data before it belong to no tensor"
        case .overlap(let other, let by): return "its data overlaps that of '\(other)' by \(by) bytes"
        case .trailing(let bytes): return "\(bytes) bytes after the last tensor belong to none"
        case .missingFromShard(let shard): return "the index says it is in '\(shard)', and it is not there"
        case .shardOutside(let shard): return "the index names '\(shard)', which is not a file beside it"
        case .brokenArchive(let reason): return "the archive can't be read: \(reason)"
        case .brokenPickle(let clause, let position): return "at byte \(position) \(clause)"
        case .forbiddenOpcode(let code, let position):
            return
                "byte \(position) holds the instruction \(code), which no file of tensors needs; none of it was run"
        case .forbiddenName(let name):
            return "it asks for '\(name)', which is not part of a tensor; none of it was run"
        case .wrongStorage(let elements, let found):
            return
                "its storage is said to have \(Words.count(elements, "element")), and is of \(found) bytes"
        case .noTensors: return "there are no named tensors in it"
        case .viewBeyondStorage(let end, let elements):
            return "it reaches to element \(end) of a storage of \(elements)"
        case .wrongMagic(let expected): return "this is not a \(expected) file: it begins with other bytes"
        case .foreignPicture(let format): return "it is a \(format) picture, which can't be read"
        case .foreignWeights(let kind): return kind.clause
        case .unsupported(let what): return "\(what) can't be read"
        case .rowLength(let expected, let found):
            return "the row must have \(Words.count(expected, "number")) as those above it, not \(found)"
        case .notANumber(let text, let column): return "'\(text)' in column \(column) is not a number"
        }
    }

    var hint: String {
        switch self {
        case .headerBeyondFile, .beyondFile, .truncated, .cutShort:
            return "the file is cut short: copy or download it again"
        case .brokenArchive: return "the file may be cut short or damaged: copy or download it again"
        case .forbiddenName, .forbiddenOpcode:
            return "save its tensors alone: torch.save(model.state_dict(), …), or as safetensors"
        case .foreignPicture: return "PNG and JPEG are read: convert it first"
        case .foreignWeights(let kind): return kind.hint
        case .headerTooLarge, .tooShort: return "is this a safetensors file?"
        case .unknownType: return "known are \(StoredType.allCases.map(\.rawValue).joined(separator: ", "))"
        default: return ""
        }
    }
}
