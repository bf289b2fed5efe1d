import Checkpoint
import FoundationEssentials

extension Manifest.Sealed {
    /// The files behind a path that code read: the file itself, or what a folder holds, sorted. A path that has gone
    /// since, or is no longer readable, has an empty checksum.
    ///
    /// - Parameter name: what stands for the path in the manifest.
    static func all(at path: String, as name: String) -> [Manifest.Sealed] {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            return [Manifest.Sealed(path: name, sha256: "")]
        }
        guard isFolder else {
            return [Manifest.Sealed(path: name, sha256: (try? SHA256.hex(ofFile: URL(filePath: path))) ?? "")]
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().filter { !$0.hasPrefix(".") }.flatMap { all(at: path + "/" + $0, as: name + "/" + $0) }
    }
}
