import Foundation
import XCTest

// XCTest's own XCTAssertEqual prints both sides whole, which for weights or pictures is megabytes. Where TestSupport is
// imported, arrays, data and texts go to the functions below, which say where the two differ, in ten lines at most.
// Arrays of floating-point numbers are compared number by number: Swift's == takes an array for equal to itself without
// a look at the NaN in it.

/// What is wrong with `found`, or nil where it equals `expected`. A NaN equals nothing.
public func inequality<Element: Equatable>(_ found: [Element], _ expected: [Element]) -> String? {
    let problem: String?
    if let ours = found as? any Numbers, let theirs = expected as? any Numbers {
        problem = unequalNumbers(ours, theirs)
    } else {
        problem = unequalElements(found, expected)
    }
    guard let problem, max(found.count, expected.count) <= shortCount else { return problem }
    let (ours, theirs) = (String(describing: found), String(describing: expected))
    return ours.count + theirs.count <= 2 * shortText ? "\(ours) is not equal to \(theirs)" : problem
}

private func unequalNumbers(_ found: any Numbers, _ expected: any Numbers) -> String? {
    if let message = differentLayout(found, expected) { return message }
    let ours = found.numbers, theirs = expected.numbers
    var wrong = WrongNumbers()
    for index in ours.indices where ours[index] != theirs[index] {
        wrong.add("\(found.place(of: index)) is \(ours[index]), not \(theirs[index])")
    }
    return wrong.count > 0 ? "\(wrong.count) of \(ours.count) numbers differ:\n\(wrong.text)" : nil
}

private func unequalElements<Element: Equatable>(_ found: [Element], _ expected: [Element]) -> String? {
    let common = min(found.count, expected.count)
    var wrong = WrongNumbers()
    for index in 0..<common where found[index] != expected[index] {
        wrong.add("[\(index)] is \(excerpt(of: found[index])), not \(excerpt(of: expected[index]))")
    }
    let counts = found.count == expected.count ? "" : "\(found.count) elements, not \(expected.count)"
    let elements = wrong.count > 0 ? "\(wrong.count) of \(common) elements differ:\n\(wrong.text)" : ""
    return counts.isEmpty && elements.isEmpty ? nil : [counts, elements].filter { !$0.isEmpty }.joined(separator: "; ")
}

/// What is wrong with `found`, or nil where it equals `expected`: the first line that differs.
public func inequality(_ found: String, _ expected: String) -> String? {
    if found == expected { return nil }
    if found.count + expected.count < 2 * shortText { return "(\"\(found)\") is not equal to (\"\(expected)\")" }
    let ours = found.split(separator: "\n", omittingEmptySubsequences: false)
    let theirs = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(ours, theirs).prefix { $0 == $1 }.count
    let mine = line < ours.count ? ours[line] : "", other = line < theirs.count ? theirs[line] : ""
    let start = max(zip(mine, other).prefix { $0 == $1 }.count - 40, 0)
    func part(_ lines: [Substring], _ text: Substring) -> String {
        guard line < lines.count else { return "at its end" }
        let end = text.count > start + shortText ? "…" : ""
        return "'\(start > 0 ? "…" : "")\(text.dropFirst(start).prefix(shortText))\(end)'"
    }
    return "line \(line + 1) of \(ours.count) is \(part(ours, mine)), not \(part(theirs, other)) "
        + "(line \(line + 1) of \(theirs.count))"
}

/// What is wrong with `found`, or nil where it equals `expected`: at most ten bytes that differ.
public func inequality(_ found: Data, _ expected: Data) -> String? {
    found == expected ? nil : inequality([UInt8](found), [UInt8](expected))
}

private let shortCount = 10
private let shortText = 300

private func excerpt(of value: some Any) -> String {
    let text = String(describing: value)
    return text.count > 80 ? text.prefix(80) + "…" : text
}

private func report<Value>(
    _ found: () throws -> Value, _ expected: () throws -> Value, _ message: () -> String, _ file: StaticString,
    _ line: UInt, _ inequality: (Value, Value) -> String?
) {
    do {
        guard let problem = inequality(try found(), try expected()) else { return }
        XCTFail(titled(message(), "XCTAssertEqual failed: \(problem)"), file: file, line: line)
    } catch {
        XCTFail(titled(message(), "XCTAssertEqual failed: threw error \"\(error)\""), file: file, line: line)
    }
}

/// The inequality of what may be missing on either side.
private func optional<Value>(_ inequality: @escaping (Value, Value) -> String?) -> (Value?, Value?) -> String? {
    { found, expected in
        switch (found, expected) {
        case (nil, nil): nil
        case (let found?, let expected?): inequality(found, expected)
        case (let found?, nil): "\(excerpt(of: found)) is not nil"
        case (nil, let expected?): "nil is not \(excerpt(of: expected))"
        }
    }
}

public func XCTAssertEqual<Element: Equatable>(
    _ found: @autoclosure () throws -> [Element], _ expected: @autoclosure () throws -> [Element],
    _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
    report(found, expected, message, file, line) { inequality($0, $1) }
}

public func XCTAssertEqual<Element: Equatable>(
    _ found: @autoclosure () throws -> [Element]?, _ expected: @autoclosure () throws -> [Element]?,
    _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
    report(found, expected, message, file, line, optional { inequality($0, $1) })
}

public func XCTAssertEqual(
    _ found: @autoclosure () throws -> String, _ expected: @autoclosure () throws -> String,
    _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
    report(found, expected, message, file, line) { inequality($0, $1) }
}

public func XCTAssertEqual(
    _ found: @autoclosure () throws -> String?, _ expected: @autoclosure () throws -> String?,
    _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
    report(found, expected, message, file, line, optional { inequality($0, $1) })
}

public func XCTAssertEqual(
    _ found: @autoclosure () throws -> Data, _ expected: @autoclosure () throws -> Data,
    _ message: @autoclosure () -> String = "", file: StaticString = #filePath, line: UInt = #line
) {
    report(found, expected, message, file, line) { inequality($0, $1) }
}
