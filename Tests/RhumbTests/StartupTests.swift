import XCTest

/// What a start of the program loads. Time is not measured here; a library that is loaded needlessly is what costs it.
final class StartupTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    private static let late = [
        "libopenblas", "libdnnl", "libgomp", "libcrypto", "libzip", "libfreetype", "libcmark-gfm", "libboost",
        "libspng",
        "libturbojpeg", "libedit", "libcurl", "libzmq",
    ]

    /// The late libraries among those that the loader of the system initialises, by its own account (LD_DEBUG=files).
    private func loaded(by arguments: String...) throws -> Set<String> {
        let running = try rhumb.start(arguments, environment: ["LD_DEBUG": "files"])
        try running.input.fileHandleForWriting.close()
        let result = running.finish()
        XCTAssertEqual(result.status, 0, result.output)
        let initialised = result.errors.split(separator: "\n").filter { $0.contains("calling init:") }
        XCTAssertTrue(initialised.contains { $0.contains("libc.so") }, "the loader says what it loads")
        return Set(Self.late.filter { name in initialised.contains { $0.contains("/\(name)") } })
    }

    func testNothingIsLoadedThatALineDoesNotNeed() throws {
        XCTAssertEqual(try loaded(by: "eval", "print 1+1"), [])
        XCTAssertEqual(
            try loaded(by: "eval", "--threads", "1", "print 1+1"), [], "threads wait for the library they are for")
        XCTAssertEqual(try loaded(by: "--version"), [])
    }

    func testALibraryIsLoadedWhenItIsNeeded() throws {
        XCTAssertEqual(try loaded(by: "eval", "svd(eye(2))"), ["libopenblas"])
    }

    func testALibraryThatCannotBeLoadedIsNamedWithItsPackage() throws {
        // The loader looks here first, and takes neither for a library.
        for name in ["libopenblas.so.0", "libopenblas.so"] { try rhumb.file(name, "no library") }
        let result = try rhumb.run(
            "eval", "print 1", "svd(eye(2))", environment: ["LD_LIBRARY_PATH": rhumb.folder.path])
        XCTAssertEqual(result.status, 1)
        XCTAssertEqual(result.output, "1\n", "what came before is not lost")
        XCTAssertTrue(
            result.errors.hasPrefix("error: OpenBLAS is needed for this and can't be loaded: "), result.errors)
        XCTAssertTrue(result.errors.hasSuffix("\n  help: sudo apt-get install libopenblas-dev\n"), result.errors)

        let doctor = try rhumb.run("doctor", environment: ["LD_LIBRARY_PATH": rhumb.folder.path])
        XCTAssertTrue(doctor.output.contains("OpenBLAS is needed for this and can't be loaded"), doctor.output)
        XCTAssertTrue(doctor.output.contains("sudo apt-get install libopenblas-dev"), doctor.output)
    }
}
