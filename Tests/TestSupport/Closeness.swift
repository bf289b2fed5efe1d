import Foundation
import Tensor
import XCTest

/// How far a number may be from the one that was expected. What several rules allow adds up; `atLeast` is allowed
/// anyway.
public struct Tolerance: Sendable, CustomStringConvertible {
    /// A share of the number expected.
    var relative = 0.0
    /// A share of the largest number expected, by magnitude.
    var ofLargest = 0.0
    /// Allowed wherever the rules above allow less.
    var least = 0.0

    /// The same for every number.
    public static func absolute(_ difference: Double) -> Tolerance { Tolerance(least: difference) }

    /// A share of each number expected.
    public static func relative(_ share: Double, atLeast difference: Double = 0) -> Tolerance {
        Tolerance(relative: share, least: difference)
    }

    /// A share of the largest number expected, for results whose small numbers come of sums of large ones.
    public static func ofLargest(_ share: Double, relative: Double = 0, atLeast difference: Double = 0) -> Tolerance {
        Tolerance(relative: relative, ofLargest: share, least: difference)
    }

    func allowed(_ expected: Double, largest: Double) -> Double {
        max(least, relative * abs(expected) + ofLargest * largest)
    }

    public var description: String {
        let rules = [
            relative > 0 ? "\(relative) of each number" : nil, ofLargest > 0 ? "\(ofLargest) of the largest" : nil,
        ].compactMap { $0 }.joined(separator: " and ")
        if rules.isEmpty { return "\(least)" }
        return least > 0 ? "\(rules), or \(least)" : rules
    }
}

/// What is wrong with `found`, or nil where it is as long as `expected` and every number lies within the tolerance.
///
/// A NaN on either side is wrong whatever the tolerance, and so is an infinity that doesn't stand on both sides.
/// - Parameter sameNaNs: whether NaNs of equal bits, at the same place, are as good as equal numbers.
/// - Returns: at most ten of the numbers that are wrong, and the largest difference.
public func discrepancy(
    _ found: some Numbers, _ expected: some Numbers, within tolerance: Tolerance, sameNaNs: Bool = false
) -> String? {
    if let message = differentLayout(found, expected) { return message }
    let ours = found.numbers, theirs = expected.numbers
    guard !theirs.isEmpty else { return isEmptyTensor(found, expected) ? nil : "there are no numbers to compare" }
    let largest = theirs.lazy.filter(\.isFinite).map(abs).max() ?? 0
    var wrong = WrongNumbers(), furthest = (difference: 0.0, index: 0)
    for index in theirs.indices {
        let (a, b) = (ours[index], theirs[index]), difference = abs(a - b)
        if difference.isFinite, difference > furthest.difference { furthest = (difference, index) }
        let isClose: Bool
        if a.isNaN || b.isNaN {
            isClose = sameNaNs && a.bitPattern == b.bitPattern
        } else if a.isInfinite || b.isInfinite {
            isClose = a == b
        } else {
            isClose = difference <= tolerance.allowed(b, largest: largest)
        }
        if !isClose { wrong.add("\(found.place(of: index)) is \(a), not \(b)") }
    }
    guard wrong.count > 0 else { return nil }
    let furthestPlace = "largest difference \(furthest.difference) at \(found.place(of: furthest.index))"
    return "\(wrong.count) of \(theirs.count) numbers differ by more than \(tolerance), or are no numbers:\n"
        + wrong.text + "\n  \(furthestPlace)"
}

/// Fails unless the numbers of both are as many, and close; see `discrepancy`.
public func assertClose(
    _ found: some Numbers, _ expected: some Numbers, _ tolerance: Tolerance, _ what: @autoclosure () -> String = "",
    sameNaNs: Bool = false, file: StaticString = #filePath, line: UInt = #line
) {
    if let message = discrepancy(found, expected, within: tolerance, sameNaNs: sameNaNs) {
        XCTFail(titled(what(), message), file: file, line: line)
    }
}

/// The largest difference of two numbers at the same place.
///
/// - Returns: NaN, which no comparison passes, where the two are laid out differently, where there is nothing to
///   compare, where either has a NaN, and where an infinity doesn't stand on both sides.
public func largestDifference(_ found: some Numbers, _ expected: some Numbers) -> Double {
    guard differentLayout(found, expected) == nil, found.numberCount > 0 else { return .nan }
    var largest = 0.0
    for (a, b) in zip(found.numbers, expected.numbers) where a != b {
        let difference = abs(a - b)
        guard difference.isFinite else { return .nan }
        largest = max(largest, difference)
    }
    return largest
}

/// Says how the layouts differ. An array of numbers fits a tensor of any shape that is as large.
func differentLayout(_ found: some Numbers, _ expected: some Numbers) -> String? {
    let (ours, theirs) = (found.layout, expected.layout)
    if found is Tensor == expected is Tensor, ours != theirs, [ours.count, theirs.count] != [1, 1] {
        if found is Tensor { return "the shape is \(ours), not \(theirs)" }
        let counts = zip(ours, theirs).first { $0 != $1 }
        return counts.map { "an array holds \($0), not \($1)" } ?? "the arrays are nested differently"
    }
    let (count, expectedCount) = (found.numberCount, expected.numberCount)
    return count == expectedCount ? nil : "\(count) numbers, not \(expectedCount)"
}

/// Two empty tensors of one shape are equal: the shape is all that they have.
func isEmptyTensor(_ found: some Numbers, _ expected: some Numbers) -> Bool { found is Tensor && expected is Tensor }

func titled(_ what: String, _ message: String) -> String { what.isEmpty ? message : "\(what): \(message)" }

/// Counts what is wrong, and keeps ten of the lines that say so.
struct WrongNumbers {
    private(set) var count = 0
    private var lines: [String] = []

    mutating func add(_ line: @autoclosure () -> String) {
        count += 1
        if lines.count < 10 { lines.append("  " + line()) }
    }

    var text: String {
        (lines + (count > lines.count ? ["  and \(count - lines.count) more"] : [])).joined(separator: "\n")
    }
}
