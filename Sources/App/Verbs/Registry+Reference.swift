import Files
import Foundation
import GRPO
import Language

extension Registry {
    /// Writes the reference: an index and a page a family. Pages of families that are gone are removed. A `grpo.md`
    /// beside the folder gets the table of a GRPO run's switches.
    /// - Throws: `FileError` where the folder can't be written to.
    public func writeReference(to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let pages = referencePages()
        for page in pages { try AtomicFile.write(page.text, to: folder.appendingPathComponent(page.file)) }
        let current = Set(pages.map(\.file))
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where file.hasSuffix(".md") && !current.contains(file) {
            try FileManager.default.removeItem(at: folder.appendingPathComponent(file))
        }
        let guide = folder.deletingLastPathComponent().appendingPathComponent("grpo.md")
        if let text = try? String(contentsOf: guide, encoding: .utf8), let current = Self.withSwitches(text) {
            try AtomicFile.write(current, to: guide)
        }
    }

    /// A page with the table of switches between its marks as it must be; nil where it has no such marks.
    public static func withSwitches(_ page: String) -> String? {
        guard let start = page.range(of: "<!-- switches -->\n"), let end = page.range(of: "<!-- /switches -->"),
            start.upperBound <= end.lowerBound
        else { return nil }
        return page[..<start.upperBound] + GRPOSwitch.table + "\n" + page[end.lowerBound...]
    }
}
