import Files
import Foundation
import Tensor
import TestSupport
import XCTest

final class SafetensorsTests: XCTestCase {
    private struct Expected: Decodable {
        struct Number: Decodable {
            let value: Double
            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let text = try? container.decode(String.self) {
                    value = text == "nan" ? .nan : text == "inf" ? .infinity : -.infinity
                } else {
                    value = try container.decode(Double.self)
                }
            }
        }
        let shape: [Int]
        let values: [Number]
    }

    /// Every element type, against PyTorch's own conversions.
    func testEveryElementTypeConvertsAsInPyTorch() throws {
        let file = try SafetensorsFile(golden("types.safetensors"))
        XCTAssertEqual(file.metadata, ["format": "pt", "note": "é"])
        let expected = try JSONDecoder().decode(
            [String: Expected].self, from: Data(contentsOf: golden("types.json")))
        XCTAssertEqual(Set(file.names), Set(expected.keys))
        for (name, golden) in expected {
            let tensor = try file.tensor(name)
            XCTAssertEqual(tensor.shape, golden.shape, name)
            XCTAssertEqual(file.shape(of: name), golden.shape, name)
            XCTAssertEqual(tensor.count, golden.values.count, name)
            for (index, (mine, theirs)) in zip(tensor.floats, golden.values.map(\.value)).enumerated() {
                if theirs.isNaN {
                    XCTAssertTrue(mine.isNaN, "\(name)[\(index)]")
                } else {
                    XCTAssertEqual(mine, Float(theirs), "\(name)[\(index)]")
                }
            }
        }
        XCTAssertEqual(try file.tensor("i64").ints, [Int.min, Int.max])
        XCTAssertEqual(try file.tensor("u64").ints, [0, Int.max])
        XCTAssertEqual(try file.tensor("bf16").dtype, .bfloat16)
        XCTAssertEqual(try file.tensor("bool").dtype, .int64)
        XCTAssertEqual(try file.tensor("f16", as: .bfloat16).dtype, .bfloat16)
        XCTAssertEqual(try file.tensor("i8", as: .float32).dtype, .float32)
    }

    func testAMappedTensorOutlivesItsFileAndNeverWritesToIt() throws {
        let folder = TemporaryFolder(self)
        let url = folder.file("a.safetensors")
        try Safetensors.write(["x": Tensor([1, 2, 3])], to: url)
        let before = try Data(contentsOf: url)
        let tensor = try SafetensorsFile(url).tensor("x")
        try tensor.assign(Tensor([7, 8, 9]))
        XCTAssertEqual(tensor.floats, [7, 8, 9])
        XCTAssertEqual(try Data(contentsOf: url), before)
        XCTAssertEqual(try SafetensorsFile(url).tensor("x").floats, [1, 2, 3])
    }

    func testPagesGivenBackOnceWeightsArePackedAreReadFromTheFileAgain() throws {
        let folder = TemporaryFolder(self)
        let url = folder.file("a.safetensors")
        let generator = Generator(seed: 1)
        let weights = try Tensor.randn([256, 512], generator: generator),
            x = try Tensor.randn([64, 512], generator: generator)
        try Safetensors.write(["w": weights], to: url)
        let mapped = try SafetensorsFile(url).tensor("w")
        try withoutGradients {
            let results = try (0..<3).map { _ in try x.linear(mapped).floats }
            XCTAssertEqual(results[1], results[2])
            XCTAssertEqual(mapped.floats, weights.floats)
            try mapped.assign(Tensor.zeros([256, 512]))
            XCTAssertEqual(try (0..<3).map { _ in try x.linear(mapped).floats.max() }, [0, 0, 0])
        }
    }

    func testUnalignedTensorsAreCopied() throws {
        let folder = TemporaryFolder(self)
        let header =
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
            + #""b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"#
        let url = try folder.write("odd.safetensors", file(header, [5, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]))
        let file = try SafetensorsFile(url)
        XCTAssertEqual(try file.tensor("a").ints, [5])
        XCTAssertEqual(try file.tensor("b").floats, [1, -2])
    }

    func testTwoElementsAByte() throws {
        let folder = TemporaryFolder(self)
        let header = #"{"x":{"dtype":"F4","shape":[2,8],"data_offsets":[0,8]}}"#
        let url = try folder.write("f4.safetensors", file(header, [0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE]))
        let positive: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6]
        XCTAssertEqual(try SafetensorsFile(url).tensor("x").floats, positive + positive.map { -$0 })
    }

    func testElementsWithoutPlaceInATensorAreRefusedByName() throws {
        let folder = TemporaryFolder(self)
        let header =
            #"{"c":{"dtype":"C64","shape":[1],"data_offsets":[0,8]},"#
            + #""u":{"dtype":"U64","shape":[1],"data_offsets":[8,16]}}"#
        let url = try folder.write("c.safetensors", file(header, [UInt8](repeating: 0xFF, count: 16)))
        let file = try SafetensorsFile(url)
        XCTAssertThrowsError(try file.tensor("c")) {
            XCTAssertTrue("\($0)".hasSuffix("'c': C64 elements can't be loaded: tensors hold real numbers"), "\($0)")
        }
        XCTAssertThrowsError(try file.tensor("u")) {
            XCTAssertTrue("\($0)".contains("18446744073709551615 is beyond a 64-bit signed integer"), "\($0)")
        }
        XCTAssertThrowsError(try file.tensor("cc")) { XCTAssertTrue("\($0)".contains("did you mean 'c'?"), "\($0)") }
    }

    // MARK: Files that lie

    private func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
    }

    func testFilesThatLieAreRefusedWithTheReason() throws {
        let zeros = [UInt8](repeating: 0, count: 64)
        func tensor(_ type: String, _ shape: String, _ begin: Int, _ end: Int) -> String {
            #"{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
        }
        let cases: [(String, [UInt8], String)] = [
            ("empty", [], "must have at least 8 bytes, not 0"),
            ("short", [1, 2, 3], "must have at least 8 bytes, not 3"),
            ("absurd length", [UInt8](repeating: 0xFF, count: 20), "a header of 18446744073709551615 bytes"),
            ("length beyond file", [200, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D], "header of 200 bytes, and the file has 10"),
            ("no JSON", file("{\"a\": nonsense}"), "'nonsense' can't"),
            ("not UTF-8", file("{}").dropLast() + [0xFF], "at line 1"),
            ("no object", file("[1]"), "'header' must be an object, not an array"),
            (
                "twice",
                file("{\"a\":\(tensor("F32", "[1]", 0, 4)),\"a\":\(tensor("F32", "[1]", 4, 8))}", Array(zeros[..<8])),
                "'a': the name is in the header twice"
            ),
            (
                "no type", file(#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, Array(zeros[..<4])),
                "'a': 'dtype' is missing"
            ),
            (
                "unknown type", file("{\"a\":\(tensor("F33", "[1]", 0, 4))}", Array(zeros[..<4])),
                "unknown element type 'F33'"
            ),
            (
                "negative size", file("{\"a\":\(tensor("F32", "[-1]", 0, 4))}", Array(zeros[..<4])),
                "'shape' must be a list of whole numbers, not [-1]"
            ),
            ("fraction", file("{\"a\":\(tensor("F32", "[1.5]", 0, 4))}", Array(zeros[..<4])), "not [1.5]"),
            (
                "overflow", file("{\"a\":\(tensor("F32", "[4611686018427387904,16]", 0, 4))}", Array(zeros[..<4])),
                "has more elements than memory has bytes"
            ),
            (
                "wrong size", file("{\"a\":\(tensor("F32", "[2,3]", 0, 20))}", Array(zeros[..<20])),
                "'a': shape 2×3 of F32 takes 24 bytes, and its offsets span 20"
            ),
            (
                "backwards", file("{\"a\":\(tensor("F32", "[0]", 8, 4))}", Array(zeros[..<8])),
                "its offsets must rise, not be [8, 4]"
            ),
            (
                "three offsets", file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#, zeros),
                "'data_offsets' must be two numbers"
            ),
            (
                "truncated", file("{\"a\":\(tensor("F32", "[8]", 0, 32))}", Array(zeros[..<31])),
                "'a': its data ends at byte"
            ),
            (
                "far beyond", file("{\"a\":\(tensor("U8", "[9223372036854775807]", 0, Int.max))}", zeros),
                "its data ends at byte"
            ),
            (
                "hole",
                file("{\"a\":\(tensor("F32", "[1]", 0, 4)),\"b\":\(tensor("F32", "[1]", 8, 12))}", Array(zeros[..<12])),
                "'b': bytes 4 to 8 of the data before it belong to no tensor"
            ),
            (
                "overlap",
                file("{\"a\":\(tensor("F32", "[2]", 0, 8)),\"b\":\(tensor("F32", "[1]", 4, 8))}", Array(zeros[..<8])),
                "'b': its data overlaps that of 'a' by 4 bytes"
            ),
            ("trailing", file("{\"a\":\(tensor("F32", "[1]", 0, 4))}", zeros), "60 bytes after the last tensor"),
            ("metadata", file(#"{"__metadata__":{"n":1}}"#), "'n' must be a string, not a number"),
            ("half a byte", file("{\"a\":\(tensor("F4", "[3]", 0, 1))}", [0]), "more elements than memory"),
        ]
        let folder = TemporaryFolder(self)
        for (name, bytes, expected) in cases {
            let url = try folder.write("\(name).safetensors", bytes)
            XCTAssertThrowsError(try SafetensorsFile(url), name) { error in
                guard name != "no JSON" else {
                    XCTAssertTrue("\(error)".contains("column 7"), "\(name): \(error)")
                    return
                }
                XCTAssertTrue("\(error)".contains(expected), "\(name): \(error)")
                XCTAssertTrue("\(error)".contains("\(name).safetensors"), "\(name): \(error)")
            }
        }
    }

    func testMissingFilesAndFolders() throws {
        let folder = TemporaryFolder(self)
        XCTAssertThrowsError(try SafetensorsFile(folder.file("none.safetensors"))) {
            XCTAssertEqual(
                "\($0)",
                "can't read '\(folder.file("none.safetensors").path)': no such file or folder; "
                    + "check the path, and that its folder exists")
        }
        XCTAssertThrowsError(try SafetensorsFile(folder.url)) { XCTAssertTrue("\($0)".contains("it is a folder")) }
    }

    // MARK: Shards and folders

    func testShardsOfTheReferenceAndOurs() throws {
        let folder = TemporaryFolder(self)
        let theirs = try Weights(golden("shards"))
        XCTAssertEqual(theirs.url.lastPathComponent, "model.safetensors.index.json")
        var tensors: [String: Tensor] = [:]
        for index in 0..<6 {
            let name = "layer.\(index).weight"
            let tensor = try theirs.tensor(name, shape: [4, index + 1])
            XCTAssertEqual(tensor.floats, [Float](repeating: Float(index), count: 4 * (index + 1)))
            tensors[name] = tensor
        }
        let files = try Safetensors.writeShards(tensors, to: folder.url, maximumBytes: 128)
        XCTAssertEqual(files.count, 5)
        XCTAssertEqual(folder.names, files.map(\.lastPathComponent).sorted(), "nothing is left beside the files")
        let ours = try Weights(folder.url)
        XCTAssertEqual(Set(ours.names), Set(theirs.names))
        for (name, tensor) in tensors { XCTAssertEqual(try ours.tensor(name).floats, tensor.floats) }
        XCTAssertThrowsError(try ours.tensor("layer.1.weight", shape: [2, 4])) {
            XCTAssertTrue("\($0)".contains("'layer.1.weight': the shape must be 2×4, not 4×2"), "\($0)")
        }
    }

    func testAnIndexThatLies() throws {
        let folder = TemporaryFolder(self)
        try Safetensors.write(["a": Tensor(1)], to: folder.file("one.safetensors"))
        let cases = [
            (#"{}"#, "'weight_map' is missing"),
            (#"{"weight_map":{"b":"one.safetensors"}}"#, "'b': the index says it is in 'one.safetensors'"),
            (
                #"{"weight_map":{"a":"../one.safetensors"}}"#,
                "names '../one.safetensors', which is not a file beside it"
            ),
            (#"{"weight_map":{"a":"two.safetensors"}}"#, "two.safetensors': no such file or folder"),
            (#"{"weight_map":{"a":3}}"#, "'a' must be a file name, not a number"),
        ]
        for (text, expected) in cases {
            let url = try folder.write("model.safetensors.index.json", text.utf8)
            XCTAssertThrowsError(try Weights(url), text) { XCTAssertTrue("\($0)".contains(expected), "\($0)") }
        }
    }

    func testAFolderWithoutAClearChoice() throws {
        let folder = TemporaryFolder(self)
        XCTAssertThrowsError(try Weights(folder.url)) { XCTAssertTrue("\($0)".contains("has no file of weights")) }
        try Safetensors.write(["a": Tensor(1)], to: folder.file("one.safetensors"))
        XCTAssertEqual(try Weights(folder.url).names, ["a"])
        try Safetensors.write(["b": Tensor(1)], to: folder.file("two.safetensors"))
        XCTAssertThrowsError(try Weights(folder.url)) {
            XCTAssertTrue(
                "\($0)".contains("several .safetensors files and no index (one.safetensors, two.safetensors)"))
        }
        try Safetensors.write(["c": Tensor(1)], to: folder.file("model.safetensors"))
        XCTAssertEqual(try Weights(folder.url).names, ["c"])
    }

    // MARK: Writing

    func testWritingIsDeterministicAlignedAndOrdered() throws {
        let folder = TemporaryFolder(self)
        let tensors: [String: Tensor] = [
            "z": try Tensor([1, 2, 3]), "a": try Tensor([1, 2] as [Float]).to(.bfloat16),
            "n": try Tensor(integers: [5]), "s": try Tensor(4), "e": try Tensor.zeros([0, 3]),
            "t": try Tensor((0..<6).map(Float.init), shape: [2, 3]).transposed(),
        ]
        try Safetensors.write(tensors, to: folder.file("1.safetensors"), metadata: ["b": "2", "a": "1"])
        try Safetensors.write(tensors, to: folder.file("2.safetensors"), metadata: ["a": "1", "b": "2"])
        let bytes = try Data(contentsOf: folder.file("1.safetensors"))
        XCTAssertEqual(bytes, try Data(contentsOf: folder.file("2.safetensors")))
        XCTAssertEqual((8 + Int(bytes[0]) + Int(bytes[1]) << 8) % 64, 0)
        let file = try SafetensorsFile(folder.file("1.safetensors"))
        XCTAssertEqual(file.names, ["n", "e", "s", "t", "z", "a"])
        XCTAssertEqual(file.metadata, ["a": "1", "b": "2"])
        for (name, tensor) in tensors {
            let read = try file.tensor(name)
            XCTAssertEqual(read.shape, tensor.shape, name)
            XCTAssertEqual(read.dtype, tensor.dtype, name)
            XCTAssertEqual(read.floats, tensor.floats, name)
        }
    }

    func testWritingHalves() throws {
        let folder = TemporaryFolder(self)
        let values: [Float] = [1.0009765625, 65504, 1e6, -6e-8, 0.1]
        try Safetensors.write(
            ["x": Tensor(values), "i": Tensor(integers: [1, 2])], to: folder.file("h"), as: .float16)
        let file = try SafetensorsFile(folder.file("h"))
        XCTAssertEqual(file.type(of: "x"), .float16)
        XCTAssertEqual(file.type(of: "i"), .int64)
        XCTAssertEqual(try file.tensor("x").floats, [1.0009765625, 65504, .infinity, -5.9604645e-08, 0.099975586])
        XCTAssertThrowsError(try Safetensors.write(["x": Tensor(1)], to: folder.file("no"), as: .float64))
        XCTAssertThrowsError(try Safetensors.write(["__metadata__": Tensor(1)], to: folder.file("no")))
        XCTAssertEqual(folder.names, ["h"])
    }
}
