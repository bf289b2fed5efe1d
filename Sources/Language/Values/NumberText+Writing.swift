import Basics

extension NumberText {
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
}
