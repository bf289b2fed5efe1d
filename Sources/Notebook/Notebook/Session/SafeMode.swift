import Basics
import Glibc

/// What `--safe` grants to code of strangers: a folder to read and write in, inputs to read, memory and time.
public struct SafeMode: Sendable, Equatable {
    /// Files and folders that may be read, as the user named them.
    public var inputs: [String]
    /// Bytes that the code may allocate.
    public var memory: Int
    public var seconds: Int

    public init(inputs: [String], memory: Int, seconds: Int) {
        (self.inputs, self.memory, self.seconds) = (inputs, memory, seconds)
    }

    /// `files below the run's folder and data.csv, no network, 4 GiB, 3600 s`
    public var text: String {
        let named = inputs.isEmpty ? "" : " and " + inputs.joined(separator: ", ")
        let gibibytes = Double(memory) / Double(1 << 30)
        return
            "files below the run's folder\(named), no network, \(NumberText.shown((gibibytes * 100).rounded() / 100)) GiB, "
            + "\(seconds) s"
    }
}

/// The folders of safe mode, where links really lead.
///
/// The kernel holds the process to them too (`Confinement`); this says so at the argument that names a path.
public struct SafeFolders: Sendable {
    /// Read and written.
    public let own: String
    /// Read.
    public let inputs: [String]

    /// - Parameters:
    ///   - own: the folder of the run, or the current one at the prompt; it exists.
    ///   - inputs: files and folders that exist.
    /// - Throws: `RunError` naming one that does not.
    public init(own: String, inputs: [String]) throws {
        func real(_ path: String) throws -> String {
            guard let found = Self.real(path), Self.exists(path) else {
                throw RunError.unreadable(path: path, reason: String(cString: strerror(errno)))
            }
            return found
        }
        self.own = try real(own)
        self.inputs = try inputs.map(real)
    }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    func mayRead(_ path: String) -> Bool {
        guard let real = Self.real(path) else { return false }
        return ([own] + inputs).contains { Self.isInside(real, $0) }
    }

    /// The record of what was granted is not the code's to write.
    func mayWrite(_ path: String) -> Bool {
        Self.real(path).map { Self.isInside($0, own) && $0 != own + "/" + Manifest.fileName } ?? false
    }

    private static func isInside(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
    }

    /// Where a path leads when its links are followed; of what is not there yet, by the folder that it would be in. Nil
    /// for a link that leads nowhere, and for `..` in what is not there.
    static func real(_ path: String) -> String? {
        var known = path, rest: [Substring] = []
        while true {
            if let found = realpath(known, nil) {
                defer { free(found) }
                let base = String(cString: found)
                guard !rest.isEmpty else { return base }
                return (base == "/" ? "" : base) + "/" + rest.reversed().joined(separator: "/")
            }
            var status = stat()
            if lstat(known, &status) == 0 { return nil }
            while known.count > 1, known.hasSuffix("/") { known.removeLast() }
            let slash = known.lastIndex(of: "/")
            let last = known[(slash.map { known.index(after: $0) } ?? known.startIndex)...]
            guard !last.isEmpty, last != "..", known != "/" else { return nil }
            if last != "." { rest.append(last) }
            known = slash.map { $0 == known.startIndex ? "/" : String(known[..<$0]) } ?? "."
        }
    }
}

extension RhumbError {
    static func unsafeRead(_ path: String) -> RhumbError {
        RhumbError(
            "safe mode reads below the run's folder and what --input names, and '\(path)' is neither",
            hint: "if the code may have it: --safe --input \"\(path)\"")
    }

    static func unsafeWrite(_ path: String) -> RhumbError {
        RhumbError(
            "safe mode writes into the run's folder alone, where '\(path)' is not", hint: "give a relative path")
    }
}
