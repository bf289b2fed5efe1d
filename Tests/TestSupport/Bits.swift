import Foundation
import XCTest

/// What is wrong with `found`, or nil where it has the bits of `expected`, all of them.
///
/// Zeros of different signs differ. A NaN is wrong even beside its equal, lest two broken results pass for one that is
/// right.
/// - Parameter sameNaNs: whether a NaN is as good as a number where the other side has its bits.
/// - Returns: at most ten of the numbers that differ.
public func bitDiscrepancy<Values: Numbers>(_ found: Values, _ expected: Values, sameNaNs: Bool = false) -> String? {
    if let message = differentLayout(found, expected) { return message }
    let ours = found.bits, theirs = expected.bits, numbers = found.numbers, expectedNumbers = expected.numbers
    guard !theirs.isEmpty else { return isEmptyTensor(found, expected) ? nil : "there are no numbers to compare" }
    var wrong = WrongNumbers()
    for index in theirs.indices {
        let (a, b) = (numbers[index], expectedNumbers[index])
        if ours[index] == theirs[index], sameNaNs || !a.isNaN { continue }
        let (left, right) = (String(ours[index], radix: 16), String(theirs[index], radix: 16))
        wrong.add("\(found.place(of: index)) is \(a) (0x\(left)), not \(b) (0x\(right))")
    }
    guard wrong.count > 0 else { return nil }
    return "\(wrong.count) of \(theirs.count) numbers have other bits, or are no numbers:\n\(wrong.text)"
}

/// Fails unless both have the same bits; see `bitDiscrepancy`.
public func assertSameBits<Values: Numbers>(
    _ found: Values, _ expected: Values, _ what: @autoclosure () -> String = "", sameNaNs: Bool = false,
    file: StaticString = #filePath, line: UInt = #line
) {
    if let message = bitDiscrepancy(found, expected, sameNaNs: sameNaNs) {
        XCTFail(titled(what(), message), file: file, line: line)
    }
}
