/// One value as it stands in a file.
enum MetricsValue: Hashable {
    case number(Double)
    /// A number with a unit after it.
    case measured(Double, unit: String)
    case text(String)
    case missing

    /// What a field says: a number, a text, or one of the usual words for nothing.
    ///
    /// - Parameter decimalComma: Whether `0,5` is a number, as in files whose fields are separated by semicolons.
    init(_ field: Substring, decimalComma: Bool = false) {
        let text = field.trimmingBlanks
        if let number = Self.number(text) {
            self = .number(number)
        } else if decimalComma, text.contains(","), let number = Double(text.replacing(",", with: ".")) {
            self = .number(number)
        } else if text.utf8.count <= 20, Self.nothing.contains(text.lowercased()) {
            self = .missing
        } else if let measured = Self.measured(text, decimalComma: decimalComma) {
            self = measured
        } else {
            self = .text(String(text))
        }
    }

    /// Numbers as all programs write them; Swift takes `0x1F` as well.
    private static func number(_ text: some StringProtocol) -> Double? {
        guard let number = Double(text), !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }) else {
            return nil
        }
        return number
    }

    var isNumber: Bool {
        switch self {
        case .number, .measured: true
        case .text, .missing: false
        }
    }

    private static func measured(_ text: Substring, decimalComma: Bool) -> MetricsValue? {
        guard let first = text.utf8.first, first < 0x3a, text.utf8.count <= 40 else { return nil }
        let digits = text.prefix { $0.isASCII && ($0.isNumber || "+-.,eE".contains($0)) }
        let unit = text[digits.endIndex...].trimmingBlanks
        guard units.contains(unit) else { return nil }
        let number = Double(digits) ?? (decimalComma ? Double(digits.replacing(",", with: ".")) : nil)
        return number.map { .measured($0, unit: String(unit)) }
    }

    /// What programs that watch machines and trainings write after numbers.
    private static let units: Set<Substring> = [
        "%", "B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "s", "ms", "us", "µs", "ns", "min", "h",
        "W",
        "mW", "kW", "Hz", "kHz", "MHz", "GHz", "C", "°C", "it/s", "s/it", "x",
    ]

    private static let nothing: Set<String> = [
        "", "na", "n/a", "null", "none", "-", "--", "[n/a]", "[not supported]", "<na>", "#n/a",
    ]
}

extension Substring {
    /// Without blanks and tabs at its ends.
    var trimmingBlanks: Substring {
        var kept = utf8
        while let first = kept.first, first == 0x20 || first == 0x09 { kept.removeFirst() }
        while let last = kept.last, last == 0x20 || last == 0x09 || last == 0x0d { kept.removeLast() }
        return Substring(kept)
    }
}
