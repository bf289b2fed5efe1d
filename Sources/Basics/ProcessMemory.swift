import Glibc

/// What this process holds in memory, as Linux counts it.
package enum ProcessMemory {
    /// The most bytes held since the last ``forgetPeak()``; nil where the system does not say.
    package static var peak: Int? {
        guard let file = fopen("/proc/self/status", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        let key = "VmHWM:"
        while fgets(&line, Int32(line.count), file) != nil {
            guard strncmp(line, key, key.utf8.count) == 0 else { continue }
            let digits = line.dropFirst(key.utf8.count).drop { !(48...57).contains($0) }.prefix {
                (48...57).contains($0)
            }
            return Int(String(decoding: digits.map { UInt8(bitPattern: $0) }, as: UTF8.self)).map { $0 * 1024 }
        }
        return nil
    }

    /// Starts counting from what is held now.
    ///
    /// - Returns: false where the system does not let a process do that.
    @discardableResult
    package static func forgetPeak() -> Bool {
        let file = open("/proc/self/clear_refs", O_WRONLY)
        guard file >= 0 else { return false }
        defer { close(file) }
        return write(file, "5", 1) == 1
    }
}
