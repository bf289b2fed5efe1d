import Foundation
import Tensor
import TestSupport
import XCTest

import Files

/// Pickles of numpy's arrays, written by numpy (Golden/make_pickles.py): every protocol, and what must be refused.
final class ArrayPickleTests: XCTestCase {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden")

    private func url(_ name: String) -> URL { Self.folder.appendingPathComponent("pickles/\(name).p") }

    private func check(_ found: ArrayPickle, _ expected: JSON, _ name: String) throws {
        switch found {
        case .tensor(let tensor):
            XCTAssertEqual(tensor.shape, expected["shape"]?.array?.compactMap(\.integer), name)
            let numbers = try XCTUnwrap(expected["values"]?.array?.compactMap(\.number), name)
            guard !numbers.isEmpty else { return XCTAssertEqual(tensor.count, 0, name) }
            assertSameBits(
                tensor.dtype == .int64 ? tensor.ints.map(Float.init) : tensor.floats, numbers.map { Float($0) }, name)
        case .list(let items):
            let list = try XCTUnwrap(expected["list"]?.array, name)
            XCTAssertEqual(items.count, list.count, name)
            for (item, one) in zip(items, list) { try check(item, one, name) }
        case .record(let members):
            let list = try XCTUnwrap(expected["record"]?.array, name)
            XCTAssertEqual(members.map(\.name), list.compactMap { $0.array?[0].string }, name)
            for (member, one) in zip(members, list) { try check(member.value, XCTUnwrap(one.array?[1]), name) }
        case .none: XCTAssertEqual(expected["plain"], .null, name)
        case .boolean(let value): XCTAssertEqual(expected["plain"], .bool(value), name)
        case .integer(let value): XCTAssertEqual(expected["plain"], .integer(value), name)
        case .number(let value): XCTAssertEqual(expected["plain"], .number(value), name)
        case .text(let value): XCTAssertEqual(expected["plain"], .string(value), name)
        }
    }

    func testWhatNumpyWrote() throws {
        let golden = try XCTUnwrap(FileContents.json(Self.folder.appendingPathComponent("pickles.json")).members)
        XCTAssertEqual(golden.count, 14)
        for member in golden {
            XCTAssertEqual(try FileContents.kind(of: url(member.key)), .pickle, member.key)
            try check(ArrayPickle(contentsOf: url(member.key)), member.value, member.key)
        }
    }

    func testNothingElseIsMade() throws {
        for (name, says) in [
            ("runs", "posix.system"), ("objects", "an array of Python objects, or of texts"),
            ("texts", "the element type 'U1'"), ("complex", "the element type 'c16'"),
            ("dates", "the element type 'M8'"), ("set", "no array, number, text, list or dictionary"),
            ("short", "it ends before its contents do"), ("followed", "4 bytes after its value belong to nothing"),
            ("knot", "nests so deeply"), ("shared", "nests so deeply"),
        ] {
            XCTAssertThrowsError(try ArrayPickle(contentsOf: url(name)), name) { error in
                XCTAssertTrue("\(error)".contains(says), "\(name): \(error)")
            }
        }
    }

    /// Every cut and every changed byte is an error or some value, never the end of the process.
    func testDamageEndsNothing() throws {
        let folder = TemporaryFolder(self)
        for name in ["prompts2", "nested", "prompts5"] {
            let bytes = Array(try Data(contentsOf: url(name)))
            for index in bytes.indices {
                var other = bytes
                other[index] ^= 0x81
                for damaged in [Array(bytes[..<index]), other] {
                    _ = try? ArrayPickle(contentsOf: folder.write("x.p", damaged))
                }
            }
        }
    }
}
