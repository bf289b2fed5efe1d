/// What a text does to a terminal is not for a file's contents to say: an escape sequence in a table, a title or a
/// file's name could rename the window, move the cursor or hide what stands there.
extension StringProtocol {
    /// The text with its control characters made visible: ESC as `␛`, BEL as `␇`, those beyond ASCII as `\u{9b}`. Line
    /// ends and tabs stay.
    ///
    /// Whatever comes from files or arguments goes through this before it is shown to a person; colours are put around
    /// it afterwards.
    public var visible: String {
        guard utf8.contains(where: { $0 < 0x20 && $0 != 0x0A && $0 != 0x09 || $0 == 0x7F || $0 == 0xC2 }) else {
            return String(self)
        }
        var result = String.UnicodeScalarView()
        var isBehindReturn = false
        for scalar in unicodeScalars {
            if isBehindReturn, scalar != "\n" { result.append("␍") }
            isBehindReturn = scalar == "\r"
            switch scalar.value {
            case 0x0D: break
            case 0x09, 0x0A: result.append(scalar)
            case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "␦")
            case 0x7F: result.append("␡")
            case 0x80..<0xA0: result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        if isBehindReturn { result.append("␍") }
        return String(result)
    }
}
