import Files
import Foundation
import TestSupport
import XCTest

final class AtomicFileTests: XCTestCase {
    func testTheOldFileStandsUntilTheNewOneIsWhole() throws {
        let folder = TemporaryFolder(self)
        let url = try folder.write("a.txt", "old".utf8)
        do {
            let file = try AtomicFile(url)
            try file.write("half of the new")
            XCTAssertEqual(try String(contentsOf: url, encoding: .utf8), "old")
            // Without a name nothing is left where the process is killed now; not every file system has such files.
            let nameless = open(folder.url.path, 0o20000000 | O_DIRECTORY | O_WRONLY, 0o600)
            XCTAssertEqual(folder.names.count, nameless >= 0 ? 1 : 2, "\(folder.names)")
            if nameless >= 0 { close(nameless) }
        }
        XCTAssertEqual(folder.names, ["a.txt"], "what is not committed leaves nothing behind")
        XCTAssertEqual(try String(contentsOf: url, encoding: .utf8), "old")
        try AtomicFile.write("new", to: url)
        XCTAssertEqual(try String(contentsOf: url, encoding: .utf8), "new")
        XCTAssertEqual(folder.names, ["a.txt"])
    }

    func testReservedRoomThatIsNotUsedIsGivenBack() throws {
        let folder = TemporaryFolder(self)
        let file = try AtomicFile(folder.file("a"))
        try file.reserve(10_000)
        try file.write([1, 2, 3])
        try file.commit()
        XCTAssertEqual(try Data(contentsOf: folder.file("a")), Data([1, 2, 3]))
    }

    /// As with a file of the user's own that has the name of a temporary one.
    func testAFileWithTheTemporaryNameIsLeftAlone() throws {
        let folder = TemporaryFolder(self), taken = ".a.txt.\(getpid())-0.part"
        try folder.write(taken, "mine".utf8)
        try AtomicFile.write("new", to: folder.file("a.txt"))
        XCTAssertEqual(Set(folder.names), ["a.txt", taken])
        XCTAssertEqual(try String(contentsOf: folder.file(taken), encoding: .utf8), "mine")
        XCTAssertEqual(try String(contentsOf: folder.file("a.txt"), encoding: .utf8), "new")
    }

    func testPermissionsAndLinksAreKept() throws {
        let folder = TemporaryFolder(self)
        let url = try folder.write("a.sh", "old".utf8)
        let manager = FileManager.default
        try manager.setAttributes([.posixPermissions: 0o750], ofItemAtPath: url.path)
        try manager.createSymbolicLink(atPath: folder.file("link").path, withDestinationPath: "a.sh")
        try AtomicFile.write("new", to: folder.file("link"))
        XCTAssertEqual(try String(contentsOf: url, encoding: .utf8), "new")
        XCTAssertEqual(try manager.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int, 0o750)
        XCTAssertEqual(try manager.destinationOfSymbolicLink(atPath: folder.file("link").path), "a.sh")
    }

    func testEachFailureSaysWhatAndWhy() throws {
        let folder = TemporaryFolder(self)
        try folder.write("plain", "x".utf8)
        func message(_ path: String) -> String {
            do {
                try AtomicFile.write("x", to: URL(fileURLWithPath: path))
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        let missing = folder.file("none/a.txt").path
        XCTAssertEqual(
            message(missing),
            "can't write '\(missing)': no such file or folder; check the path, and that its folder exists")
        XCTAssertTrue(message(folder.url.path).contains("it is a folder"))
        XCTAssertTrue(message(folder.file("plain/a.txt").path).contains("a part of the path is not a folder"))
        XCTAssertTrue(message("/proc/rhumb.txt").hasPrefix("can't write '/proc/rhumb.txt': "))
        // A device that is always full stands for a disk that is.
        XCTAssertEqual(
            message("/dev/full"),
            "can't write '/dev/full': no space left on the device; free some space or choose another folder")
        if geteuid() != 0 { XCTAssertTrue(message("/etc/rhumb.txt").contains("permission denied")) }
    }

    func testTooLittleRoomIsFoundBeforeWriting() throws {
        let folder = TemporaryFolder(self)
        let file = try AtomicFile(folder.file("huge"))
        XCTAssertThrowsError(try file.reserve(1 << 60)) { XCTAssertTrue("\($0)".contains("can't write"), "\($0)") }
    }

    func testChecksums() throws {
        let folder = TemporaryFolder(self)
        // FIPS 180-4 examples, and a million times "a" through the file reader.
        XCTAssertEqual(
            try SHA256.hex(of: "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        XCTAssertEqual(
            try SHA256.hex(of: ""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let url = try folder.write("a", [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        XCTAssertEqual(
            try SHA256.hex(ofFile: url), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        XCTAssertThrowsError(try SHA256.hex(ofFile: folder.file("none")))
    }
}
