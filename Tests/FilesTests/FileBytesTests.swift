import Files
import Foundation
import Tensor
import TestSupport
import XCTest

/// A file that another program writes into after it was opened.
final class FileBytesTests: XCTestCase {
    private let usual = FileBytes.leastMapped
    override func tearDown() { FileBytes.leastMapped = usual }

    private func overwrite(_ url: URL, _ bytes: some Sequence<UInt8>, truncating: Bool) throws {
        // In place, as `cp` onto a file does: the same file with other contents.
        let handle = try FileHandle(forWritingTo: url)
        defer { try? handle.close() }
        if truncating { try handle.truncate(atOffset: 0) }
        try handle.write(contentsOf: Data(bytes))
    }

    /// Tensors out of a file are copies: neither other contents nor none reach them.
    func testTensorsStayWhatTheyWere() throws {
        let folder = TemporaryFolder(self)
        let values = (0..<4096).map(Float.init)
        for (name, read) in [
            ("a.safetensors", { try SafetensorsFile($0).tensor("x") }), ("a.npy", { try NPY.read($0) }),
            ("b.safetensors", { try Weights($0, mapsLargeFiles: true).tensor("x") }),
        ] as [(String, (URL) throws -> Tensor)] {
            let url = folder.file(name)
            if name.hasSuffix("npy") {
                try NPY.write(Tensor(values), to: url)
            } else {
                try Safetensors.write(["x": Tensor(values)], to: url)
            }
            let tensor = try read(url), bytes = try Data(contentsOf: url)
            try overwrite(url, bytes.map { $0 ^ 0x55 }, truncating: false)
            XCTAssertEqual(tensor.floats, values, name)
            try overwrite(url, [1, 2, 3], truncating: true)
            XCTAssertEqual(tensor.floats, values, name)
            XCTAssertNoThrow(try MappedFiles.check())
        }
    }

    /// A large file of a model's weights is mapped, and a change of it noticed.
    func testAChangeOfMappedWeightsIsNoticed() throws {
        FileBytes.leastMapped = 1000
        let folder = TemporaryFolder(self), url = folder.file("large.safetensors")
        let values = (0..<4096).map(Float.init)
        try Safetensors.write(["x": Tensor(values)], to: url)
        var tensor: Tensor? = try Weights(url, mapsLargeFiles: true).tensor("x")
        XCTAssertEqual(tensor?.floats, values)
        XCTAssertNoThrow(try MappedFiles.check())
        // A new file under the old name leaves the mapping as it was.
        try Safetensors.write(["x": Tensor(values.map { -$0 })], to: url)
        XCTAssertNoThrow(try MappedFiles.check())
        XCTAssertEqual(tensor?.floats, values)

        tensor = try Weights(url, mapsLargeFiles: true).tensor("x")
        let bytes = try Data(contentsOf: url)
        try overwrite(url, bytes, truncating: false)
        XCTAssertThrowsError(try MappedFiles.check()) {
            XCTAssertEqual($0 as? FileError, .changed(file: url.path, isLoaded: true))
            XCTAssertTrue(
                "\($0)".contains("was changed by another program after it was loaded; load it again"), "\($0)")
        }
        XCTAssertEqual(tensor?.floats.count, 4096)
        tensor = nil
        XCTAssertNoThrow(try MappedFiles.check(), "what nobody has in use any more is no matter")
    }

    /// Files with holes announce more than there can be.
    func testAFileLargerThanMemoryIsRefusedBeforeItIsRead() throws {
        let folder = TemporaryFolder(self)
        for name in ["a.npy", "a.safetensors", "a.json", "a.png"] {
            let url = try folder.write(name, [0x7B])
            guard truncate(url.path, 1 << 43) == 0 else { throw XCTSkip("no file system for files with holes") }
            XCTAssertThrowsError(
                try {
                    switch name {
                    case "a.npy": _ = try NPY.read(url)
                    case "a.json": _ = try FileContents.json(url)
                    case "a.png": _ = try ImageFile.read(url)
                    default: _ = try SafetensorsFile(url)
                    }
                }(), name
            ) { XCTAssertTrue("\($0)".contains("out of memory"), "\($0)") }
        }
    }
}
