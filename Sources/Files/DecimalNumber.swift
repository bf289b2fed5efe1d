/// Decimal numbers as files have them: `0.25`, `-3`, `1e-05`.
enum DecimalNumber {
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Whether a number may begin with this byte.
    static func begins(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    /// Reads the number that begins at `index`, rounded correctly, and moves behind it.
    ///
    /// - Returns: `nil` where none begins; `index` then stands somewhere behind.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Double? {
        let start = index
        guard index < bytes.count, begins(bytes[index]) else { return nil }
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        var mantissa: UInt64 = 0, digits = 0, places = 0, isPastPoint = false
        while index < bytes.count {
            let byte = bytes[index]
            if isDigit(byte) {
                if digits < 19 { mantissa = mantissa * 10 + UInt64(byte - 0x30) }
                if mantissa > 0 { digits += 1 }
                if isPastPoint { places += 1 }
            } else if byte == UInt8(ascii: "."), !isPastPoint {
                isPastPoint = true
            } else {
                break
            }
            index += 1
        }
        let hasDigits = index - start > (isNegative ? 1 : 0) + (isPastPoint ? 1 : 0)
        guard hasDigits else { return nil }
        var exponent = 0
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            let isSmall = index < bytes.count && bytes[index] == UInt8(ascii: "-")
            if isSmall || (index < bytes.count && bytes[index] == UInt8(ascii: "+")) { index += 1 }
            let first = index
            while index < bytes.count, isDigit(bytes[index]), exponent < 100_000 {
                exponent = exponent * 10 + Int(bytes[index] - 0x30)
                index += 1
            }
            guard index > first else { return nil }
            if isSmall { exponent = -exponent }
        }
        exponent -= places
        // Two numbers without rounding have a quotient and a product that are rounded once (Clinger, 1990).
        if mantissa < 1 << 53, digits < 19, (-22...22).contains(exponent) {
            let whole = Double(mantissa)
            let value = exponent < 0 ? whole / powersOfTen[-exponent] : whole * powersOfTen[exponent]
            return isNegative ? -value : value
        }
        return Double(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21,
        1e22,
    ]
}
