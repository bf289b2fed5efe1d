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
    public static func brief(_ number: Double) -> String { trimmed(printf("%.3g", number)) }

    /// For files: the shortest text that reads back as the same number.
    public static func exact(_ number: Double) -> String {
        if let whole = whole(number) { return String(whole) }
        guard number.isFinite else { return special(number) }
        return number.description
    }

    /// A number that prints as a whole number in full; nil for fractions and for large numbers.
    @inlinable public static func whole(_ number: Double) -> Int? {
        guard abs(number) <= 0x1p53 else { return nil }
        let whole = Int(number)
        return Double(whole) == number ? whole : nil
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
    package static func printf(_ format: String, _ number: Double) -> String {
        withVaList([number]) { arguments in
            // 400 bytes hold the longest `%f` (309 digits) with the largest precision a format allows.
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
                vsnprintf(buffer.baseAddress!, buffer.count, format, arguments)
                return String(cString: buffer.baseAddress!)
            }
        }
    }
}
