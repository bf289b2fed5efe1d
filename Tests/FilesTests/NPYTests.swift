import Files
import Foundation
import Tensor
import TestSupport
import XCTest

final class NPYTests: XCTestCase {
    private struct Expected: Decodable {
        let shape: [Int]
        let values: [Double]
    }

    func testEveryTypeOrderAndVersionOfNumPy() throws {
        let expected = try JSONDecoder().decode([String: Expected].self, from: Data(contentsOf: golden("arrays.json")))
        XCTAssertEqual(expected.count, 25)
        for (name, theirs) in expected {
            let tensor = try NPY.read(golden("arrays/\(name).npy"))
            XCTAssertEqual(tensor.shape, theirs.shape, name)
            XCTAssertEqual(tensor.floats.map(Double.init), theirs.values, name)
            XCTAssertEqual(
                tensor.dtype == .int64,
                !name.contains("f2") && !name.contains("f4") && !name.contains("f8")
                    && !["fortran", "scalar", "empty", "version2", "version3"].contains(name), name)
        }
    }

    func testWhatIsWrittenReadsBackAndIsNumPysOwnBytes() throws {
        let folder = TemporaryFolder(self)
        for name in ["vector", "scalar", "empty", "little_f4", "little_i8"] {
            let tensor = try NPY.read(golden("arrays/\(name).npy"))
            try NPY.write(tensor, to: folder.file("a.npy"))
            XCTAssertEqual(
                try Data(contentsOf: folder.file("a.npy")), try Data(contentsOf: golden("arrays/\(name).npy")), name)
        }
        let view = try Tensor((0..<6).map(Float.init), shape: [2, 3]).transposed()
        try NPY.write(view, to: folder.file("a.npy"))
        XCTAssertEqual(try NPY.read(folder.file("a.npy")).floats, [0, 3, 1, 4, 2, 5])
        try NPY.write(view.to(.bfloat16), to: folder.file("a.npy"))
        XCTAssertEqual(try NPY.read(folder.file("a.npy")).dtype, .float32)
        XCTAssertEqual(folder.names, ["a.npy"])
    }

    func testForeignAndDamagedFiles() throws {
        let folder = TemporaryFolder(self)
        let whole = try Data(contentsOf: golden("arrays/little_f4.npy"))
        func header(_ text: String) -> [UInt8] {
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
        }
        let cases: [(String, [UInt8], String)] = [
            ("text", Array("hello, world".utf8), "this is not a .npy file"),
            ("magic", Array(whole.prefix(6)), "ends before its contents do"),
            ("header", Array(whole.prefix(60)), "ends before its contents do"),
            ("cut", Array(whole.dropLast()), "the file must have 176 bytes, not 175"),
            ("longer", Array(whole) + [0], "1 bytes after the array"),
            ("version", whole.enumerated().map { $0.offset == 6 ? 9 : $0.element }, "version 9"),
            ("nonsense", header("hello"), "must be a dictionary"),
            (
                "code", header("{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}"),
                "must be a dictionary"
            ),
            ("no shape", header("{'descr': '<f4', 'fortran_order': False}"), "'shape' is missing"),
            ("no order", header("{'descr': '<f4', 'shape': (1,)}"), "'fortran_order' is missing"),
            (
                "overflow", header("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 8)}"),
                "more elements than memory"
            ),
        ]
        for (name, bytes, expected) in cases {
            let url = try folder.write("\(name).npy", bytes)
            XCTAssertThrowsError(try NPY.read(url), name) {
                XCTAssertTrue("\($0)".contains(expected) && "\($0)".contains("\(name).npy"), "\(name): \($0)")
            }
        }
        let foreign = [
            "complex": "tensors hold real numbers", "records": "an array of records can't be read",
            "objects": "an array of Python objects can't be read", "dates": "the element type '<M8[D]' can't be read",
        ]
        for (name, expected) in foreign {
            XCTAssertThrowsError(try NPY.read(golden("arrays/\(name).npy"))) {
                XCTAssertTrue("\($0)".contains(expected), "\($0)")
            }
        }
    }
}
