import FoundationEssentials
import Glibc

/// A point in time in the two spellings a run needs.
package struct Timestamp {
    /// This moment as file names have it.
    package static var now: String { Timestamp(Date()).forFileName }

    private let parts: tm
    private let offset: Int

    init(_ date: Date) {
        var seconds = time_t(date.timeIntervalSince1970)
        var parts = tm()
        localtime_r(&seconds, &parts)
        self.parts = parts
        offset = parts.tm_gmtoff
    }

    /// `20250131-142501`, in local time.
    var forFileName: String { text("%Y%m%d-%H%M%S") }

    /// ISO 8601 with the offset from UTC, `2025-01-31T14:25:01+01:00`.
    var iso: String {
        let minutes = abs(offset) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return text("%Y-%m-%dT%H:%M:%S") + (offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
    }

    private func text(_ format: String) -> String {
        var parts = parts
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
