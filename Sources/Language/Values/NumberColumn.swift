import Basics
import Glibc

/// How numbers that stand below each other are written: with their points lined up.
///
/// The digits go by the largest of them, so that one tiny number neither widens the column nor turns it to exponents; a
/// number that would vanish is written with an exponent by itself.
public struct NumberColumn {
    /// Digits behind the point; nil where every number is best written by itself.
    private let decimals: Int?

    /// Digits behind the point that a number below 10 gets at most.
    private static let mostDecimals = 4
    /// Smaller columns are left to exponents, larger numbers would push everything else out of sight.
    private static let sizes = 1e-4..<1e9

    public init(_ numbers: some Sequence<Double>) {
        var needed = 0
        var largest = 0.0
        for number in numbers where number.isFinite {
            largest = Swift.max(largest, abs(number))
            let text = NumberText.shown(number)
            guard !text.contains("e"), let point = text.firstIndex(of: ".") else { continue }
            needed = Swift.max(needed, text.distance(from: point, to: text.endIndex) - 1)
        }
        guard largest == 0 || Self.sizes.contains(largest) else {
            decimals = nil
            return
        }
        let significant = largest == 0 ? 0 : Self.mostDecimals - 1 - Int(log10(largest).rounded(.down))
        decimals = Swift.min(needed, Swift.max(Self.mostDecimals, significant))
    }

    public func text(_ number: Double) -> String {
        guard let decimals, number.isFinite else { return NumberText.shown(number) }
        let text = NumberText.printf("%.\(decimals)f", number)
        let isZero = !text.contains { ("1"..."9").contains($0) }
        if isZero, number != 0 { return NumberText.brief(number) }
        return isZero && text.hasPrefix("-") ? String(text.dropFirst()) : text
    }
}
