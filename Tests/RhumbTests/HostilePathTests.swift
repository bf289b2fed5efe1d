import Foundation
import TestSupport
import XCTest

/// Paths that lead to devices, pipes, circles of links and folders of very many files: each command ends, and says why.
final class HostilePathTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    /// Runs a script of the shell that is ended with status 124 when it takes far too long.
    private func shell(_ script: String) throws -> Executable.Result {
        try rhumb.runShell("RHUMB='\(Executable.path)'; rhumb() { timeout 60 \"$RHUMB\" \"$@\"; }\n" + script)
    }

    func testFoldersThatHoldThemselves() throws {
        let result = try shell(
            """
            mkdir -p a/b; ln -s .. a/b/up; ln -s . a/self; ln -s "$PWD" a/b/all
            printf '# R\\n\\n```rhumb\\nprint 2\\n```\\n' > a/b/r.md
            rhumb eval 'load "a"'; echo "$?"
            rhumb check a; echo "$?"
            printf '# S\\n\\n```rhumb fails\\nload "../a"\\n```\\n\\n```rhumb\\nprint 3\\n```\\n' > s.md
            rhumb run s.md --out out --cache; echo "$?"
            """)
        let lines = result.output.split(separator: "\n").map(String.init)
        XCTAssertEqual(lines.first, "1", result.output)
        XCTAssertTrue(result.errors.contains("error: can't tell what 'a' holds"), result.errors)
        // Once, however often links lead to it.
        XCTAssertEqual(lines.filter { $0.hasPrefix("pass  a/b/r.md") }.count, 1, result.output)
        XCTAssertTrue(result.output.contains("\n1 passed, "), result.output)
        XCTAssertEqual(lines.last, "0", result.output + result.errors)
    }

    /// As `/` or a home folder, named by mistake.
    func testAFolderOfVeryManyFiles() throws {
        let result = try shell(
            """
            mkdir many; cd many; seq 10001 | sed 's/.*/f&.md/' | xargs touch; cd ..
            rhumb eval 'load "many"'; echo "$?"
            rhumb check many; echo "$?"
            printf '# S\\n\\n```rhumb fails\\nload "../many"\\n```\\n\\n```rhumb\\nprint 3\\n```\\n' > s.md
            rhumb run s.md --out out --cache > /dev/null; echo "$?"
            rhumb run s.md --out other --cache > log; echo "$?"; grep -c 'from the cache' other/transcript.md
            """)
        XCTAssertEqual(result.output, "1\n1\n0\n0\n1\n", result.errors)
        XCTAssertTrue(result.errors.contains("can't read 'many': it holds more than 10000 files"), result.errors)
        let first = try rhumb.text(of: "other/transcript.md").components(separatedBy: "print 3")[0]
        XCTAssertFalse(first.contains("from the cache"), "what was read can't be compared, so the cell runs: \(first)")
    }

    func testDevicesAndPipes() throws {
        let result = try shell(
            """
            mkfifo pipe; ln -s /dev/zero zeros.npy
            for path in pipe pipe.npy /dev/zero zeros.npy /dev/null /dev/tty /proc/self/mem; do
              [ "$path" = pipe.npy ] && mkfifo pipe.npy
              rhumb eval "load \\"$path\\"" < /dev/null; echo "$path $?"
            done
            printf '# S\\n\\n```rhumb fails\\nload "/dev/zero"\\n```\\n' > s.md
            rhumb run s.md --out out > /dev/null; echo "run $?"
            rhumb run /dev/null; echo "null $?"
            rhumb check /dev/zero > /dev/null; echo "zero $?"
            """)
        let expected =
            "pipe 1\npipe.npy 1\n/dev/zero 1\nzeros.npy 1\n/dev/null 1\n/dev/tty 1\n/proc/self/mem 1\nrun 0\n"
        XCTAssertTrue(result.output.hasPrefix(expected), result.output + result.errors)
        XCTAssertTrue(result.output.hasSuffix("zero 1\n"), result.output + result.errors)
        XCTAssertFalse(result.errors.contains("/dev/null': permission denied"), result.errors)
    }

    func testStandardInputThatCantBeRead() throws {
        let result = try shell("rhumb - < /; echo \"$?\"; rhumb - <&-; echo \"$?\"; rhumb - < /dev/null; echo \"$?\"")
        XCTAssertEqual(result.output, "1\n1\n0\n")
        XCTAssertTrue(result.errors.hasPrefix("error: can't read 'standard input': it is a folder\n"), result.errors)
        XCTAssertTrue(
            result.errors.contains("error: can't read 'standard input': Bad file descriptor\n"), result.errors)
    }

    func testARecipeOutOfAPipe() throws {
        let result = try shell("printf 'print 40 + 2\\n' | rhumb run /dev/stdin --out out; echo \"$?\"")
        XCTAssertTrue(
            result.output.contains("\n42\n") || result.output.hasPrefix("42\n"), result.output + result.errors)
        XCTAssertTrue(result.output.hasSuffix("\n0\n"), result.output + result.errors)
    }
}
