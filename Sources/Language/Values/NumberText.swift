import Glibc

/// How numbers are written.
///
/// Whole numbers up to 2⁵³ print in full: all that are exact. Others print with six significant digits (never fewer
/// than the whole part needs), trailing zeros dropped: enough to read, and without the noise that float32 results carry
/// in their last digits. `exact` keeps every digit, for files.
public enum NumberText {
    /// For reading: `0.1 + 0.2` shows as `0.3`.
    public static func shown(_ number: Double) -> String {
        if let whole = whole(number) { return String(whole) }
        guard number.isFinite else { return special(number) }
        let size = abs(number)
        if size >= 1e5, size < 1e15 { return trimmed(printf("%.1f", number), keepPoint: true) }
        return trimmed(printf("%.6g", number))
    }

    /// With three significant digits: `1.23e-8`.
    package static func brief(_ number: Double) -> String { trimmed(printf("%.3g", number)) }

    /// For files: the shortest text that reads back as the same number.
    public static func exact(_ number: Double) -> String {
        if let whole = whole(number) { return String(whole) }
        guard number.isFinite else { return special(number) }
        return number.description
    }

    /// A number that prints as a whole number in full; nil for fractions and for large numbers.
    static func whole(_ number: Double) -> Int? {
        guard abs(number) <= 0x1p53 else { return nil }
        let whole = Int(number)
        return Double(whole) == number ? whole : nil
    }

    /// Bytes that the largest whole number and its sign take.
    static let longestWhole = 17

    /// Writes a whole number of at most 16 digits.
    ///
    /// - Returns: how many bytes it took.
    @inline(__always)
    static func write(_ whole: Int, to start: UnsafeMutablePointer<UInt8>) -> Int {
        var rest = whole.magnitude
        var first = start
        if whole < 0 {
            first.pointee = UInt8(ascii: "-")
            first += 1
        }
        var digits = 1
        var limit: UInt = 10
        while rest >= limit {
            limit *= 10
            digits += 1
        }
        var position = first + digits
        while position > first {
            position -= 1
            position.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        return first + digits - start
    }

    private static func special(_ number: Double) -> String {
        number.isNaN ? "nan" : number < 0 ? "-inf" : "inf"
    }

    /// Drops trailing zeros of a fraction and the padding of an exponent: `1.500000e-07` → `1.5e-7`.
    private static func trimmed(_ text: String, keepPoint: Bool = false) -> String {
        let parts = text.split(separator: "e", maxSplits: 1)
        var digits = parts[0]
        if !keepPoint, digits.contains(".") {
            while digits.hasSuffix("0") { digits.removeLast() }
            if digits.hasSuffix(".") { digits.removeLast() }
        }
        guard parts.count == 2, let exponent = Int(parts[1]) else { return String(digits) }
        return "\(digits)e\(exponent)"
    }

    /// C's `printf` for one number; Foundation's `String(format:)` would cost start-up time.
    static func printf(_ format: String, _ number: Double) -> String {
        withVaList([number]) { arguments in
            // 400 bytes hold the longest `%f` (309 digits) with the largest precision a format allows.
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
                vsnprintf(buffer.baseAddress!, buffer.count, format, arguments)
                return String(cString: buffer.baseAddress!)
            }
        }
    }
}
