import Files
import Foundation

/// What this process holds in memory, as Linux counts it.
enum ProcessMemory {
    /// The most bytes since the last ``forgetPeak()``; nil where the system does not say.
    static var peak: Int? {
        guard let bytes = try? FileContents.bytes(of: URL(fileURLWithPath: "/proc/self/status")) else { return nil }
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }

    /// Starts counting from what is held now.
    static func forgetPeak() {
        guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
        try? file.write(contentsOf: Data("5".utf8))
        try? file.close()
    }
}
