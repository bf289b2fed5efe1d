import FoundationEssentials
import Glibc

/// How a document names files that lie elsewhere.
enum RelativePath {
    /// A folder as seen from a document: empty when the document lies in it, else with a slash at its end.
    static func prefix(of folder: String, fromFile file: String) -> String {
        let target = components(folder)
        let start = Array(components(file).dropLast())
        let shared = zip(target, start).prefix { $0 == $1 }.count
        let path = Array(repeating: "..", count: start.count - shared) + target[shared...]
        return path.isEmpty ? "" : path.joined(separator: "/") + "/"
    }

    /// The names of folders from the root down to a file, without `.` and `..`.
    static func components(_ path: String) -> [String] {
        let whole = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        var result: [String] = []
        for part in whole.split(separator: "/") where part != "." {
            if part == ".." { _ = result.popLast() } else { result.append(String(part)) }
        }
        return result
    }

    /// A path as an address: bytes that mean something in one are written `%20`.
    static func address(_ path: String) -> String {
        var text = ""
        for byte in path.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                byte < 0x80
                && (Character(scalar).isLetter || Character(scalar).isNumber || "/-._~".unicodeScalars.contains(scalar))
            if isPlain {
                text.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return text
    }
}
