import Foundation
import TestSupport
import XCTest

/// Runs on a disk that is really full: a small file system of memory, mounted for the length of one command.
final class FullDiskTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    /// Runs a script of the shell in a folder `disk` of so many KiB; `$RHUMB` is the program.
    private func onSmallDisk(_ kibibytes: Int, _ script: String) throws -> Executable.Result {
        try rhumb.file(
            "script.sh",
            """
            mkdir -p disk && mount -t tmpfs -o size=\(kibibytes)k tmpfs disk || exit 77
            cd disk
            RHUMB='\(Executable.path)'
            \(script)
            """)
        let unshare = geteuid() == 0 ? "unshare -m" : "unshare -rm"
        let result = try rhumb.runShell("\(unshare) sh script.sh")
        if result.status == 77 || result.errors.contains("unshare") {
            throw XCTSkip("no file system may be mounted here: \(result.errors)")
        }
        return result
    }

    func testAFullDiskEndsARunThatSaysSo() throws {
        try rhumb.file(
            "fill.md",
            """
            # Fill

            ```rhumb
            text = repeat("0123456789abcde\\n", 255)
            for i in 0..1000 { save text "f{i}.txt" }
            ```

            ```rhumb
            print "not reached"
            ```
            """)
        for size in [64, 200, 300] {
            let result = try onSmallDisk(
                size, "$RHUMB run ../fill.md --out out; echo \"status $?\"; cat out/manifest.json")
            XCTAssertTrue(result.output.contains("status 1"), result.output)
            XCTAssertFalse(result.output.contains("not reached"), result.output)
            XCTAssertTrue(result.errors.contains("can't write 'out/f"), result.errors)
            XCTAssertTrue(result.errors.contains("no space left on the device"), result.errors)
            let manifest = result.output.components(separatedBy: "status 1\n").last ?? ""
            let json = try JSONSerialization.jsonObject(with: Data(manifest.utf8)) as? [String: Any]
            XCTAssertEqual(json?["status"] as? String, "failed", "\(size) KiB: \(manifest)")
        }
    }

    func testASavedFileIsWholeOrAsItWas() throws {
        let result = try onSmallDisk(
            300,
            """
            $RHUMB eval 'save "old" "a.txt"' 'save (zeros 10000) "b.npy"'
            $RHUMB eval 'save (repeat("x", 400000)) "a.txt"'
            echo "status $?"
            $RHUMB eval 'save (zeros 100000) "b.npy"'
            echo "status $?"
            $RHUMB eval 'save (image (rand(3, 400, 400))) "c.png"'
            echo "status $?"
            cat a.txt
            $RHUMB eval 'len(load "b.npy")'
            ls -A
            """)
        XCTAssertEqual(result.output, "status 1\nstatus 1\nstatus 1\nold10000\na.txt\nb.npy\n", result.errors)
        for name in ["a.txt", "b.npy", "c.png"] {
            XCTAssertTrue(
                result.errors.contains("error: can't write '\(name)': no space left on the device"), result.errors)
        }
    }
}
