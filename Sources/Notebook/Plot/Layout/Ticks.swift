import Foundation

/// Round positions along an axis and their texts.
package enum Ticks {
    /// About `count` ticks at multiples of 1, 2 or 5 times a power of ten, within the range.
    package static func linear(_ lower: Double, _ upper: Double, count: Int, wholeNumbers: Bool = false) -> [Tick] {
        let span = upper - lower
        guard span > 0, span.isFinite else { return [] }
        // A quarter more ticks than wanted read better than half as many.
        var step = roundStep(span / Double(max(count, 1)) / 1.25)
        if wholeNumbers { step = max(step, 1) }
        // A value a rounding error beyond an end still counts as on it.
        let slack = 1e-9 * span / step
        let first = (lower / step - slack).rounded(.up), last = (upper / step + slack).rounded(.down)
        // Beyond 2⁵³ not every multiple is a number: the range is lost in the rounding of its ends.
        guard first <= last, max(first.magnitude, last.magnitude) < 0x1p53 else { return [] }
        let values = stride(from: first, through: last, by: 1).map { $0 * step }
        let texts = NumberText.labels(values, step: step)
        return zip(values, texts).map { Tick($0, $1) }
    }

    /// The least of 1, 2, 5, 10 times a power of ten that isn't below `rough`.
    static func roundStep(_ rough: Double) -> Double {
        let exponent = log10(rough).rounded(.down)
        let unit = pow(10, exponent)
        let mantissa = rough / unit
        let factor = [1.0, 2, 5, 10].first { mantissa <= $0 * (1 + 1e-9) } ?? 10
        // Dividing by a positive power is exact where multiplying by a negative one isn't: 3 / 10 against 3 * 0.1.
        return exponent < 0 ? factor / pow(10, -exponent) : factor * unit
    }

    /// Powers of ten within a range of positive numbers; a range that holds fewer than two gets 2 and 5 times them as
    /// well, and one that holds none gets linear ticks.
    package static func logarithmic(_ lower: Double, _ upper: Double, count: Int) -> [Tick] {
        guard lower > 0, upper > lower, upper.isFinite else { return [] }
        let first = Int(log10(lower).rounded(.down)), last = Int(log10(upper).rounded(.up))
        let slack = 1e-9
        func inside(_ value: Double) -> Bool { value >= lower * (1 - slack) && value <= upper * (1 + slack) }
        let powers = (first...last).filter { inside(pow(10, Double($0))) }
        let stride = max(1, Int((Double(powers.count) / Double(max(count, 1))).rounded(.up)))
        var major = powers.filter { $0 % stride == 0 }.map { pow(10, Double($0)) }
        if powers.count < 2 {
            major = (first...last).flatMap { power in [1.0, 2, 5].map { $0 * pow(10, Double(power)) } }.filter(inside)
        }
        guard major.count >= 2 else { return linear(lower, upper, count: count) }
        let plain = major[0] >= 1e-3 && major[major.count - 1] <= 1e4
        var ticks = major.map { Tick($0, plain ? NumberText.plain($0) : NumberText.scientific($0)) }
        if stride == 1 {
            for power in first...last {
                for factor in 2...9 {
                    let value = Double(factor) * pow(10, Double(power))
                    if inside(value), !major.contains(where: { abs($0 - value) < slack * value }) {
                        ticks.append(Tick(value, "", isMinor: true))
                    }
                }
            }
        }
        return ticks
    }
}

/// Numbers as people write them.
package enum NumberText {
    /// The texts of values at multiples of a step: as many decimals as the step needs, a power of ten when they get
    /// long.
    static func labels(_ values: [Double], step: Double) -> [String] {
        let greatest = values.map(\.magnitude).max() ?? 0
        if greatest >= 1e6 || (greatest < 1e-3 && greatest > 0) {
            return values.map { scientific($0, step: step) }
        }
        let decimals = max(0, -Int((log10(step) + 1e-9).rounded(.down)))
        return values.map { fixed($0, decimals: decimals) }
    }

    /// With that many decimals and a minus sign that is as wide as a digit.
    package static func fixed(_ value: Double, decimals: Int) -> String {
        let text = String(format: "%.\(min(decimals, 17))f", value)
        return signed(text.contains { ("1"..."9").contains($0) } ? text : text.replacing("-", with: ""))
    }

    /// The shortest text, without an exponent.
    package static func plain(_ value: Double) -> String {
        signed(String(format: "%.10g", value))
    }

    /// Four digits at most: a value in a sentence or a cell.
    package static func short(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let text = String(format: "%.4g", value)
        return text.contains("e")
            ? scientific(value, step: pow(10, log10(value.magnitude).rounded(.down) - 2)) : signed(text)
    }

    /// A mantissa and a power of ten: `2.5×10⁻⁴`, or just `10⁻⁴`. The mantissa is exact to `step`.
    package static func scientific(_ value: Double, step: Double? = nil) -> String {
        guard value != 0 else { return "0" }
        let exponent = Int((log10(value.magnitude) + 1e-12).rounded(.down))
        let mantissa = value / pow(10, Double(exponent))
        var decimals = 0
        if let step { decimals = max(0, exponent - Int((log10(step) + 1e-9).rounded(.down))) }
        var text = fixed(mantissa, decimals: decimals)
        if text.contains(".") { text = String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed()) }
        let power = "10" + String(exponent).map { superscripts[$0] ?? "" }.joined()
        switch text {
        case "1": return power
        case "−1": return "−" + power
        default: return text + "×" + power
        }
    }

    private static func signed(_ text: String) -> String { text.replacing("-", with: "−") }

    private static let superscripts: [Character: String] = [
        "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹", "-": "⁻",
    ]
}
