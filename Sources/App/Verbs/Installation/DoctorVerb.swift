import Language
import Training

enum InstallationVerbs {
    static var all: [Verb] { [doctor] }

    private static var doctor: Verb {
        Verb(
            "doctor", family: "session",
            summary: "check the installation: what works here, and what to do about the rest",
            parameters: [.rest("models", .file([]), help: "model folders to check as well")],
            result: "table of what was checked, its status, what was found and what to do",
            examples: [.init("len(doctor()) > 5", gives: "true")], effects: [.looksOutside]
        ) { call in
            let checks = Installation.checks(models: try call.strings("models"))
            return .table(try Table(checks))
        }
    }
}

extension Table {
    /// A row for each finding.
    init(_ findings: [Finding]) throws {
        try self.init([
            .init("what", findings.map(\.name)), .init("status", findings.map(\.status.rawValue)),
            .init("found", findings.map(\.text)), .init("to do", findings.map(\.advice)),
        ])
    }
}
