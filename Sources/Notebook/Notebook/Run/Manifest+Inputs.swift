import Files
import FoundationEssentials

extension Manifest.Sealed {
    /// The files behind a path that code read: the file itself, or what a folder holds, sorted. A path that has gone
    /// since, is no longer readable, is not a regular file, or is a folder of far too many files, has an empty
    /// checksum.
    ///
    /// - Parameter name: what stands for the path in the manifest.
    static func all(at path: String, as name: String) -> [Manifest.Sealed] {
        let below = FilesBelow(path)
        guard below.isWhole else { return [Manifest.Sealed(path: name, sha256: "")] }
        return below.found.filter { !$0.isFolder }.map { file in
            let url = URL(filePath: path + file.suffix)
            return Manifest.Sealed(
                path: name + file.suffix, sha256: file.isFile ? (try? SHA256.hex(ofFile: url)) ?? "" : "")
        }
    }
}
