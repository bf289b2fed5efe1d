import Files
import Foundation
import Tensor
import TestSupport
import XCTest

/// Sizes whose products overflow, also where one of them is 0: NumPy says "array is too big" to all of these.
final class SizeTests: XCTestCase {
    private static let shapes = [
        "0, 1099511627776, 1099511627776", "1099511627776, 0, 1099511627776", "4611686018427387904, 0, 4",
        "3037000500, 3037000500",
    ]

    private func safetensors(_ shape: String, type: String = "F32") -> [UInt8] {
        let header = Array(#"{"a":{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[0,0]}}"#.utf8)
        return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
    }

    private func npy(_ shape: String) -> [UInt8] {
        let header = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape),), }\n".utf8)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count & 255), UInt8(header.count >> 8)] + header
    }

    func testSizesThatOverflowAreRefused() throws {
        let folder = TemporaryFolder(self)
        for shape in Self.shapes {
            let text = shape.replacingOccurrences(of: ", ", with: "×")
            for type in ["F32", "F4", "U8"] {
                XCTAssertThrowsError(try SafetensorsFile(folder.write("a.safetensors", safetensors(shape, type: type))))
                {
                    XCTAssertTrue(
                        "\($0)".contains("'a': the shape \(text) has more elements")
                            || "\($0)".contains("its offsets span 0"),
                        "\(type): \($0)")
                }
            }
            XCTAssertThrowsError(try NPY.read(folder.write("a.npy", npy(shape)))) {
                XCTAssertTrue(
                    "\($0)".contains("the shape \(text) has more elements") || "\($0)".contains("expected"), "\($0)")
            }
        }
        XCTAssertThrowsError(try PyTorchFile(golden("pytorch/damaged/empty_huge.pt"))) {
            XCTAssertTrue("\($0)".contains("the shape 0×1099511627776×1099511627776 has more elements"), "\($0)")
        }
    }

    func testEmptyTensorsOfPossibleSizesLoad() throws {
        let folder = TemporaryFolder(self)
        let tensor = try SafetensorsFile(folder.write("a.safetensors", safetensors("0, 1048576, 3"))).tensor("a")
        XCTAssertEqual(tensor.shape, [0, 1_048_576, 3])
        XCTAssertEqual(try NPY.read(folder.write("a.npy", npy("3, 0"))).shape, [3, 0])
    }

    func testDimensionsHaveALimit() throws {
        let folder = TemporaryFolder(self)
        let (most, tooMany) = (64, 65)
        func shape(_ rank: Int) -> String {
            (["0"] + [String](repeating: "1", count: rank - 1)).joined(separator: ", ")
        }
        XCTAssertEqual(
            try SafetensorsFile(folder.write("a.safetensors", safetensors(shape(most)))).tensor("a").rank, most)
        XCTAssertThrowsError(try SafetensorsFile(folder.write("a.safetensors", safetensors(shape(tooMany))))) {
            XCTAssertTrue("\($0)".contains("a shape of 65 dimensions is more than the 64 there can be"), "\($0)")
        }
        XCTAssertThrowsError(try NPY.read(folder.write("a.npy", npy(shape(tooMany))))) {
            XCTAssertTrue("\($0)".contains("65 dimensions"), "\($0)")
        }
    }
}
