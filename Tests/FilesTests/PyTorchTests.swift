import Files
import Foundation
import Tensor
import TestSupport
import XCTest

/// Files of `torch.save`, against PyTorch's own values, and files that mean harm.
final class PyTorchTests: XCTestCase {
    private struct Expected: Decodable {
        let shape: [Int]
        let values: [Double]
    }

    private static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: golden("pytorch/\(name)")))
    }

    /// Every element type, views of every kind, both formats, both orders of bytes, checkpoints around a state dict.
    func testEveryFileHoldsWhatPyTorchPutIn() throws {
        let files = try JSONDecoder().decode(
            [String: [String: Expected]].self, from: Data(contentsOf: golden("pytorch/expected.json")))
        XCTAssertEqual(files.count, 8)
        for (file, expected) in files {
            let weights = try Weights(golden("pytorch/\(file).pt"))
            XCTAssertEqual(Set(weights.names), Set(expected.keys), file)
            for (name, golden) in expected {
                let tensor = try weights.tensor(name)
                XCTAssertEqual(tensor.shape, golden.shape, "\(file) \(name)")
                XCTAssertEqual(weights.shape(of: name), golden.shape, "\(file) \(name)")
                XCTAssertTrue(tensor.isContiguous, "\(file) \(name)")
                let values = tensor.dtype == .int64 ? tensor.ints.map(Double.init) : tensor.floats.map(Double.init)
                let theirs = tensor.dtype == .int64 ? golden.values : golden.values.map { Double(Float($0)) }
                XCTAssertEqual(values, theirs, "\(file) \(name)")
            }
        }
        let types = try PyTorchFile(golden("pytorch/types.pt"))
        XCTAssertEqual(types.type(of: "u16"), .uint16)
        XCTAssertEqual(types.type(of: "f8e4m3"), .float8E4M3)
        XCTAssertEqual(try types.tensor("bf16").dtype, .bfloat16)
        XCTAssertEqual(try types.tensor("bf16", as: .float32).dtype, .float32)
        XCTAssertEqual(try types.tensor("bool").dtype, .int64)
        XCTAssertThrowsError(try types.tensor("f23")) { XCTAssertTrue("\($0)".contains("did you mean"), "\($0)") }
        XCTAssertEqual(try PyTorchFile(golden("pytorch/state.pt")).names.first, "0.weight", "in the order of the file")
    }

    /// Callbacks and numbers of numpy's beside the weights (Lightning), modules as objects and compressed code
    /// (TorchScript): Golden/make_checkpoints.py.
    func testCheckpointsWithMoreInThemThanTensors() throws {
        let files = try XCTUnwrap(FileContents.json(golden("checkpoints.json")).members)
        XCTAssertEqual(files.count, 2)
        for file in files {
            let weights = try Weights(golden("pytorch/\(file.key)"))
            let expected = try XCTUnwrap(file.value.members)
            XCTAssertEqual(Set(weights.names), Set(expected.map(\.key)), file.key)
            for tensor in expected {
                let (shape, values) = (tensor.value.array?[0].array, tensor.value.array?[1].array)
                XCTAssertEqual(weights.shape(of: tensor.key), shape?.compactMap(\.integer), tensor.key)
                let found = try weights.tensor(tensor.key, as: .float32).floats
                XCTAssertEqual(found, values?.compactMap(\.number).map { Float($0) }, tensor.key)
            }
        }
        let metadata = try Weights(golden("pytorch/lightning.ckpt")).metadata
        XCTAssertEqual(metadata["global_step"], "875000")
        XCTAssertEqual(metadata["epoch"], "3")
    }

    func testATensorOutlivesItsFileAndSharesNothingWithOthers() throws {
        let tensor: Tensor, other: Tensor
        do {
            let file = try PyTorchFile(golden("pytorch/views.pt"))
            (tensor, other) = (try file.tensor("base"), try file.tensor("base"))
        }
        try tensor.assign(Tensor(1).expanded([2, 3, 4]))
        XCTAssertEqual(other.floats, (0..<24).map(Float.init))
    }

    func testFilesThatLieAreRefused() throws {
        for (name, reason) in [
            ("short_storage", "'w': its storage is said to have 6 elements, and is of 20 bytes"),
            ("long_storage", "'w': its storage is said to have 6 elements, and is of 28 bytes"),
            ("large_shape", "'w': it reaches to element"),
            ("large_stride", "'w': it reaches to element 7 of a storage of 6"),
            ("huge_shape", "'w': the shape 2147483647×2147483647 has more elements"),
            ("negative_offset", "'w': "), ("byteorder", "the order of bytes 'middle' can't be read"),
            ("compressed", "compressed or encrypted"), ("no_pickle", "not a PyTorch file"),
            ("no_storage", "'data/0' is missing"),
            ("code", "asks for 'posix.system', which is not part of a tensor; none of it was run"),
        ] {
            XCTAssertThrowsError(try PyTorchFile(golden("pytorch/damaged/\(name).pt")), name) {
                XCTAssertTrue("\($0)".contains(reason), "\(name): \($0)")
                XCTAssertTrue("\($0)".contains("\(name).pt"), "\($0)")
            }
        }
        let changed = try PyTorchFile(golden("pytorch/damaged/checksum.pt"))
        XCTAssertThrowsError(try changed.tensor("w")) { XCTAssertTrue("\($0)".contains("CRC"), "\($0)") }
    }

    /// A file that ends early, wherever, is an error of its own and never a crash.
    func testTruncatedFiles() throws {
        let folder = TemporaryFolder(self)
        for name in ["state.pt", "stream.pt"] {
            let bytes = try Self.bytes(name)
            for length in stride(from: 0, to: bytes.count, by: 31) {
                let url = try folder.write(name, bytes[..<length])
                XCTAssertThrowsError(try PyTorchFile(url), "\(name) cut to \(length)") {
                    XCTAssertTrue($0 is FileError, "\($0)")
                }
            }
        }
    }

    /// Random damage is refused or harmless.
    func testDamagedFilesNeverCrash() throws {
        var random = Knuth(state: 1)
        let folder = TemporaryFolder(self)
        for name in ["views.pt", "checkpoint.pt", "stream.pt"] {
            let bytes = try Self.bytes(name)
            for _ in 0..<120 {
                var changed = bytes
                for _ in 0...random.below(3) { changed[random.below(bytes.count)] = UInt8(random.below(256)) }
                let url = try folder.write(name, changed)
                guard let file = try? PyTorchFile(url) else { continue }
                for tensor in file.names { _ = try? file.tensor(tensor) }
            }
        }
    }

    // MARK: Pickles

    /// A file of before PyTorch 1.6 whose values are described by a pickle.
    private func stream(_ pickle: [UInt8]) -> [UInt8] {
        let mark: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
        return mark + [0x80, 2, 0x4D, 0xE9, 3, 0x2E] + [0x80, 2, 0x7D, 0x2E] + [0x80, 2] + pickle + [
            0x80, 2, 0x5D, 0x2E,
        ]
    }

    private func refusal(_ pickle: [UInt8]) throws -> String {
        let folder = TemporaryFolder(self)
        var text = ""
        XCTAssertThrowsError(try PyTorchFile(folder.write("a.pt", stream(pickle)))) {
            XCTAssertTrue($0 is FileError, "\($0)")
            text = "\($0)"
        }
        return text
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    func testPicklesThatCallSomething() throws {
        let call = bytes("X\u{4}\0\0\0echo") + [0x85, 0x52, 0x2E]
        for name in [
            "os\nsystem", "builtins\neval", "builtins\nexec", "torch\nload", "torch.jit\nload", "__builtin__\ngetattr",
        ] {
            let text = try refusal(bytes("c\(name)\n") + call)
            XCTAssertTrue(text.contains("asks for '\(name.replacingOccurrences(of: "\n", with: "."))'"), text)
            XCTAssertTrue(text.contains("none of it was run"), text)
            XCTAssertTrue(text.contains("torch.save(model.state_dict(), …)"), text)
        }
        // The same by protocol 4, where a name can be put together at run time.
        let stacked = try refusal([0x8C, 2] + bytes("os") + [0x8C, 6] + bytes("system") + [0x93] + call)
        XCTAssertTrue(stacked.contains("asks for 'os.system'"), stacked)
        // Instructions that make objects in other ways: INST, OBJ, NEWOBJ_EX, EXT1, PERSID, and Python 2's.
        for code: UInt8 in [0x69, 0x6F, 0x92, 0x82, 0x50, 0x49, 0x53, 0x56, 0x46, 0x32, 0x30, 0xFF, 0] {
            let text = try refusal([code, 0x2E])
            XCTAssertTrue(text.contains("holds the instruction \(code), which no file of tensors needs"), text)
        }
        // Names that are known, used as nothing uses them.
        for pickle in [
            bytes("ctorch\nFloatStorage\n") + [0x29, 0x52, 0x2E],
            bytes("ctorch\nFloatStorage\n") + [0x29, 0x81, 0x2E],
            bytes("c__torch__.Model\nCLIP\n") + [0x29, 0x52, 0x2E],
            bytes("ctorch._utils\n_rebuild_tensor_v2\n") + [0x29, 0x52, 0x2E],
            bytes("ccollections\nOrderedDict\n") + [0x4B, 1, 0x85, 0x52, 0x2E], [0x4B, 1, 0x29, 0x52, 0x2E],
            bytes("ccollections\nOrderedDict\n") + [0x7D, 0x62, 0x2E], [0x4B, 1, 0x51, 0x2E], [0x29, 0x51, 0x2E],
        ] {
            XCTAssertTrue(try refusal(pickle).contains("at byte"), "\(pickle)")
        }
    }

    func testPicklesThatAreBroken() throws {
        for (pickle, reason) in [
            ([0x2E], "the stack is empty"), ([0x74, 0x2E], "a mark is missing"), ([0x85, 0x2E], "the stack is empty"),
            ([0x68, 9, 0x2E], "entry 9 of its memo was never made"), ([0x28, 0x71, 0, 0x2E], "the stack is empty"),
            ([0x4B, 1, 0x28, 0x85, 0x2E], "the stack is empty"),
            ([0x5D, 0x4B, 1, 0x4B, 2, 0x73, 0x2E], "not a dictionary"),
            ([0x7D, 0x4B, 1, 0x61, 0x2E], "not a list"), ([0x58, 1, 0, 0, 0, 0xFF, 0x2E], "not UTF-8"),
            ([0x58, 255, 255, 255, 255, 0x41, 0x2E], "ends before its contents do"),
            ([0x8D, 255, 255, 255, 255, 255, 255, 255, 255, 0x2E], "ends before its contents do"),
            ([0x7D, 0x2E], "no named tensors"), ([0x4B, 1, 0x2E], "no named tensors"),
        ] as [([UInt8], String)] {
            let text = try refusal(pickle)
            XCTAssertTrue(text.contains(reason), "\(pickle): \(text)")
        }
    }

    /// What nests, repeats or contains itself takes neither the stack nor the memory nor for ever.
    func testPicklesThatGrow() throws {
        let million = 1_000_000
        XCTAssertTrue(
            try refusal([0x29] + [UInt8](repeating: 0x85, count: million) + [0x2E]).contains("no named tensors"))
        let name = bytes("X\u{1}\0\0\0a")
        // { a: { a: { a: …
        let nested =
            [UInt8](repeating: 0x7D, count: 1) + (0..<100).flatMap { _ in name + [0x7D] }
            + [UInt8](repeating: 0x73, count: 100) + [0x2E]
        XCTAssertTrue(try refusal(nested).contains("nests so deeply"))
        // x = {a: x}
        XCTAssertTrue(try refusal([0x7D, 0x71, 0] + name + [0x68, 0, 0x73, 0x2E]).contains("no named tensors"))
        // Each dictionary holds the one before twice: 2¹⁰⁰ ways down.
        let other = bytes("X\u{1}\0\0\0b")
        var knot: [UInt8] = [0x7D, 0x71, 0]
        for level in 1...100 as ClosedRange<UInt8> {
            knot += [0x7D, 0x71, level] + name + [0x68, level - 1, 0x73] + other + [0x68, level - 1, 0x73]
        }
        XCTAssertTrue(try refusal(knot + [0x2E]).contains("nests so deeply"))
        // One list of pairs, made into dictionaries again and again.
        let pairs = [UInt8](repeating: 0, count: 10_000).flatMap { _ in [0x4B, 1, 0x4B, 1, 0x86] as [UInt8] }
        let list: [UInt8] = [0x5D, 0x71, 0, 0x28] + pairs + [0x65]
        let again =
            bytes("ccollections\nOrderedDict\n") + [0x71, 1]
            + (0..<10_000).flatMap { _ in [0x68, 1, 0x68, 0, 0x85, 0x52] as [UInt8] }
        XCTAssertTrue(try refusal(list + again + [0x2E]).contains("again and again"))
    }

    // MARK: Weights

    func testFoldersAndShardsOfPyTorchFiles() throws {
        let folder = TemporaryFolder(self)
        try folder.write("state_of_training.json", "{}".utf8)
        try folder.write("pytorch_model.bin", Self.bytes("state.pt"))
        try folder.write("optimizer.bin", Self.bytes("types.pt"))
        let whole = try Weights(folder.url)
        XCTAssertEqual(whole.url.lastPathComponent, "pytorch_model.bin")
        XCTAssertTrue(whole.contains("0.weight"))
        XCTAssertEqual(try FileContents.kind(of: folder.url), .tensors)
        // safetensors are preferred where both lie.
        try Safetensors.write(["x": Tensor([1])], to: folder.file("model.safetensors"))
        XCTAssertEqual(try Weights(folder.url).names, ["x"])

        let sharded = TemporaryFolder(self)
        try sharded.write("a.bin", Self.bytes("state.pt"))
        try sharded.write("b.bin", Self.bytes("stream.pt"))
        try sharded.write(
            "pytorch_model.bin.index.json", #"{"weight_map": {"0.weight": "a.bin", "0.bias": "b.bin"}}"#.utf8)
        let weights = try Weights(sharded.url)
        XCTAssertEqual(Set(weights.names), ["0.weight", "0.bias"])
        XCTAssertEqual(try weights.tensor("0.bias").shape, [3])
        XCTAssertEqual(try FileContents.kind(of: sharded.file("pytorch_model.bin.index.json")), .tensors)

        // A name that says nothing.
        for name in ["state.pt", "stream.pt"] {
            XCTAssertTrue(try Weights(folder.write("nameless", Self.bytes(name))).contains("0.weight"))
        }
        let several = TemporaryFolder(self)
        for name in ["a.pt", "b.pt"] { try several.write(name, Self.bytes("state.pt")) }
        XCTAssertThrowsError(try Weights(several.url)) {
            XCTAssertTrue("\($0)".contains("several .pt files and no index (a.pt, b.pt)"), "\($0)")
        }
    }
}
