import Checkpoint
import Foundation
import Language

extension Registry {
    /// Writes the reference: an index and a page a family. Pages of families that are gone are removed.
    /// - Throws: `CheckpointError` where the folder can't be written to.
    public func writeReference(to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let pages = referencePages()
        for page in pages { try AtomicFile.write(page.text, to: folder.appendingPathComponent(page.file)) }
        let current = Set(pages.map(\.file))
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where file.hasSuffix(".md") && !current.contains(file) {
            try FileManager.default.removeItem(at: folder.appendingPathComponent(file))
        }
    }
}
