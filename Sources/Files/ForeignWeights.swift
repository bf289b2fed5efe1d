import FoundationEssentials
import Glibc

/// Files that lie where weights are looked for and are something else, told by their first bytes.
public enum ForeignWeights: Equatable, Sendable {
    /// What `git clone` leaves without git-lfs: a few lines that stand for the file.
    case gitLFS
    /// A page of the web, saved under the name of the file that was asked for.
    case html
    case gguf, onnx, openVINO, hdf5, messagePack

    /// What it is, as the rest of a sentence about the file.
    var clause: String {
        switch self {
        case .gitLFS: "this is a pointer of Git LFS, a few lines that stand for the weights"
        case .html: "this is a web page (HTML), not the file that was to be downloaded"
        case .gguf: "this is a GGUF file, whose weights are quantised in a way that is not read here"
        case .onnx: "this is an ONNX file, a computation and not named weights"
        case .openVINO: "these are the weights of an OpenVINO model, which have no names"
        case .hdf5: "this is an HDF5 file, as Keras and TensorFlow write weights"
        case .messagePack: "this is a MessagePack file, as Flax writes weights"
        }
    }

    var hint: String {
        switch self {
        case .gitLFS: "in the folder of the repository: git lfs install, then git lfs pull"
        case .html: "the page may say why (a login, a licence to accept, a wrong address): download the file again"
        default: "take the '.safetensors' file of the same model, or '.bin', '.pt' and '.ckpt' of PyTorch"
        }
    }

    /// What begins with these bytes; nil for anything else.
    ///
    /// - Parameters:
    ///   - head: the first bytes, 64 where there are so many.
    ///   - url: whose suffix, and whose neighbour, tell formats without a mark.
    init?(_ head: [UInt8], of url: URL) {
        let text = String(decoding: head, as: UTF8.self).lowercased().drop(while: \.isWhitespace)
        let suffix = url.pathExtension.lowercased()
        if text.hasPrefix("version https://git-lfs") {
            self = .gitLFS
        } else if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") || text.hasPrefix("<head") {
            self = .html
        } else if head.starts(with: Array("GGUF".utf8)) {
            self = .gguf
        } else if suffix == "onnx" || (head.starts(with: [0x08]) && text.contains("pytorch")) {
            self = .onnx
        } else if head.starts(with: [0x89, 0x48, 0x44, 0x46]) {
            self = .hdf5
        } else if suffix == "msgpack" {
            self = .messagePack
        } else if text.contains("<net ") || (suffix == "bin" && Self.hasDescription(url, head)) {
            self = .openVINO
        } else {
            return nil
        }
    }

    /// Whether an OpenVINO model's `.xml` lies beside weights that PyTorch did not write.
    private static func hasDescription(_ url: URL, _ head: [UInt8]) -> Bool {
        guard !head.starts(with: [0x50, 0x4B]), !head.starts(with: [0x80, 2]) else { return false }
        return FileManager.default.fileExists(atPath: url.deletingPathExtension().path + ".xml")
    }

    /// - Throws: ``FileError`` that says what the file is, where it is one of these.
    static func refuse(_ url: URL) throws(FileError) {
        // What is read from a pipe would be gone.
        var status = stat()
        guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        guard let kind = ForeignWeights(try FileContents.bytes(of: url, first: 64), of: url) else { return }
        throw .malformed(file: url.displayPath, item: nil, .foreignWeights(kind))
    }
}
