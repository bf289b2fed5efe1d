import Foundation
import XCTest

/// Whose files are in a run's folder: a run never takes away what it has not written.
final class RunFolderTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws {
        rhumb = try Executable()
        try rhumb.file(
            "r.md",
            "# R\n\n```rhumb name: one\nparam a = 1\nt = table {x: [a]}\nt\nsave \"{a}\" \"deep/own.txt\"\n```\n")
    }
    override func tearDown() { rhumb.remove() }

    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: rhumb.folder.appendingPathComponent(name).path)
    }

    private func put(_ name: String, _ text: String = "precious") throws {
        let file = rhumb.folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func testFoldersWithNamesLikeOursAreNobodysRun() throws {
        try put("paper/figures/fig1.pdf")
        try put("paper/tables/t.csv")
        try put("page/manifest.json", "{\"name\": \"a web page\", \"format\": 1}")
        try put("page/report.html")
        for folder in ["paper", "page"] {
            for options in [[], ["--force"]] {
                let running = try rhumb.start(["run", "r.md", "--out", folder] + options)
                let result = running.finish()
                XCTAssertEqual(result.status, 1)
                XCTAssertTrue(
                    result.errors.contains("the folder '\(folder)' holds files that are not those of an earlier run"),
                    result.errors)
            }
        }
        XCTAssertEqual(try rhumb.text(of: "paper/figures/fig1.pdf"), "precious")
        XCTAssertEqual(try rhumb.text(of: "page/report.html"), "precious")
    }

    func testAFinishedRunIsReplacedByForceAlone() throws {
        XCTAssertEqual(try rhumb.run("run", "r.md", "--out", "out").status, 0)
        let again = try rhumb.run("run", "r.md", "--out", "out", "--set", "a=2")
        XCTAssertEqual(again.status, 1)
        XCTAssertTrue(
            again.errors.contains(
                "error: the folder 'out' holds a run that is complete\n  help: name another folder, or replace it with --force"
            ), again.errors)
        XCTAssertEqual(try rhumb.text(of: "out/deep/own.txt"), "1")
        try put("out/notes.txt")
        try put("out/figures/mine.pdf")
        try put("out/deep/mine.txt")
        try rhumb.file("s.md", "```rhumb\n2\n```\n")
        let forced = try rhumb.run("run", "s.md", "--out", "out", "--force")
        XCTAssertEqual(forced.status, 0, forced.errors)
        XCTAssertEqual(
            ["out/deep/own.txt", "out/tables/01-one.csv", "out/tables/t.csv", "out/tables"].filter(exists), [],
            "what the first run wrote is gone")
        for name in ["notes.txt", "figures/mine.pdf", "deep/mine.txt"] {
            XCTAssertEqual(try rhumb.text(of: "out/" + name), "precious")
        }
        XCTAssertEqual(try rhumb.run("run", "r.md", "--force").status, 2, "there is nothing to replace without --out")
    }

    func testAFailedAndAnUnfinishedRunAreKeptToo() throws {
        try rhumb.file("f.md", "```rhumb\nexpect 1 > 2\n```\n")
        XCTAssertEqual(try rhumb.run("run", "f.md", "--out", "failed").status, 1)
        XCTAssertTrue(try rhumb.run("run", "r.md", "--out", "failed").errors.contains("holds a run that failed"))
        try rhumb.file("k.md", "```rhumb\nprint \"now\"\nwhile true { x = 1 }\n```\n")
        let running = try rhumb.start(["run", "k.md", "--out", "killed"])
        let deadline = Date().addingTimeInterval(20)
        while !exists("killed/cells/1.json"), Date() < deadline { usleep(10_000) }
        kill(running.process.processIdentifier, SIGKILL)
        _ = running.finish()
        try put("killed/checkpoints/cell-1-1/.checkpoint.safetensors.123-0.part")
        try put("killed/.mine.part")
        let refused = try rhumb.run("run", "r.md", "--out", "killed")
        XCTAssertTrue(
            refused.errors.contains(
                "holds a run that is not finished\n  help: go on with it: rhumb run --resume killed; or replace it with --force"
            ), refused.errors)
        XCTAssertEqual(try rhumb.run("run", "r.md", "--out", "killed", "--force").status, 0)
        XCTAssertFalse(
            exists("killed/checkpoints/cell-1-1/.checkpoint.safetensors.123-0.part"),
            "half-written files are swept at any depth")
        XCTAssertTrue(exists("killed/.mine.part"), "and nobody else's")
    }

    func testResumeSweepsHalfWrittenFilesAtAnyDepth() throws {
        try rhumb.file("f.md", "```rhumb\nexpect 1 > 2\n```\n")
        XCTAssertEqual(try rhumb.run("run", "f.md", "--out", "out").status, 1)
        try put("out/trained/deep/.model.safetensors.99-3.part")
        try put("out/.manifest.json.99-0.part")
        XCTAssertEqual(try rhumb.run("run", "--resume", "out").status, 1)
        XCTAssertEqual(
            ["out/trained/deep/.model.safetensors.99-3.part", "out/.manifest.json.99-0.part"].filter(exists), [])
    }

    func testAManifestCantHaveFilesElsewhereRemoved() throws {
        XCTAssertEqual(try rhumb.run("run", "r.md", "--out", "out").status, 0)
        try put("victim/a.txt")
        try FileManager.default.createSymbolicLink(
            atPath: rhumb.folder.path + "/out/way", withDestinationPath: "../victim")
        var text = try rhumb.text(of: "out/manifest.json")
        text = text.replacingOccurrences(
            of: "\"files\": [\n    \"manifest.json\"",
            with:
                "\"files\": [\"../victim/a.txt\", \"\(rhumb.folder.path)/victim/a.txt\", \"way/a.txt\", \"way/\", \"/\", \"\", \"manifest.json\""
        )
        XCTAssertTrue(text.contains("../victim"), text)
        try put("out/manifest.json", text)
        let result = try rhumb.run("run", "r.md", "--out", "out", "--force")
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertEqual(try rhumb.text(of: "victim/a.txt"), "precious")
    }

    func testLinksInARunsFolderAreNotWrittenThrough() throws {
        XCTAssertEqual(try rhumb.run("run", "r.md", "--out", "runs/a").status, 0)
        for name in ["report.html", "report.md", "../index.html"] {
            try put("victim.txt")
            try? FileManager.default.removeItem(at: rhumb.folder.appendingPathComponent("runs/a/" + name))
            try FileManager.default.createSymbolicLink(
                atPath: rhumb.folder.path + "/runs/a/" + name, withDestinationPath: rhumb.folder.path + "/victim.txt")
            XCTAssertEqual(
                try rhumb.run("report", "runs/a", "--format", name.hasSuffix("md") ? "md" : "html").status, 0)
            XCTAssertEqual(try rhumb.run("report", "runs").status, 0)
            XCTAssertEqual(try rhumb.text(of: "victim.txt"), "precious", name)
        }
        // A folder that is a link leads a resumed run out of its own.
        try rhumb.file("f.md", "```rhumb\nt = load \"there.csv\"\nt\n```\n")
        XCTAssertEqual(try rhumb.run("run", "f.md", "--out", "out").status, 1)
        try put("there.csv", "a\n1\n")
        try put("victim/tables.txt")
        try FileManager.default.createSymbolicLink(
            atPath: rhumb.folder.path + "/out/tables", withDestinationPath: "../victim")
        let result = try rhumb.run("run", "--resume", "out")
        XCTAssertTrue(result.errors.contains("can't write into 'out/tables': it is a symbolic link"), result.errors)
        XCTAssertFalse(exists("victim/01.csv"))
    }

    /// As with a full disk: what should be a file can't be written.
    func testARunWhoseFolderCantBeWrittenHasFailed() throws {
        try rhumb.file(
            "w.md",
            "```rhumb\nsave \"x\" \"cells/2.json/in-the-way.txt\"\n```\n\n```rhumb\nprint 2\n```\n\n```rhumb\n3\n```\n")
        let result = try rhumb.run("run", "w.md", "--out", "out")
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(result.errors.contains("error: can't write 'out/cells/2.json': it is a folder"), result.errors)
        let manifest = try rhumb.text(of: "out/manifest.json")
        XCTAssertTrue(manifest.contains("\"status\": \"failed\""), manifest)
        XCTAssertFalse(manifest.contains("\"running\""), manifest)
        XCTAssertTrue(manifest.contains("can't write"), "the manifest says why")
        XCTAssertTrue(manifest.contains("w.md:6"), "and where")
    }

    func testARunWhoseValuesCantBeWrittenHasFailed() throws {
        try rhumb.file("v.md", "```rhumb\nsave \"x\" \"values.json/in-the-way.txt\"\nexpect 1 > 2\n```\n")
        XCTAssertEqual(try rhumb.run("run", "v.md", "--out", "out").status, 1)
        XCTAssertTrue(try rhumb.text(of: "out/manifest.json").contains("\"status\": \"failed\""))
        try rhumb.file("u.md", "```rhumb\nsave \"x\" \"values.json/in-the-way.txt\"\n```\n")
        XCTAssertEqual(try rhumb.run("run", "u.md", "--out", "other").status, 1)
        XCTAssertTrue(try rhumb.text(of: "other/manifest.json").contains("\"status\": \"failed\""))
    }
}
