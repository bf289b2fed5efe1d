import ArgumentParser
import Console
import Foundation
import Language
import Programs
import Verbs

struct VerbsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verbs", abstract: "List all verbs, or those of a family, with a line about each.")

    @Argument(help: "A family, such as steering.")
    var family: String?

    @Option(help: "Write the reference pages into this folder instead.")
    var write: String?

    @Flag(help: "Everything that the declarations say, as JSON. See docs/programs.md.")
    var json = false

    func validate() throws {
        if json, family != nil || write != nil {
            throw ValidationError("'--json' gives all verbs: it takes neither a family nor '--write'")
        }
    }

    func run() throws {
        let registry = Registry.rhumb()
        if json { return print(registry.json.text(indent: 1)) }
        if let write { return try registry.writeReference(to: URL(fileURLWithPath: write)) }
        let families = registry.families.filter { family == nil || $0.name == family }
        guard !families.isEmpty else {
            let known = registry.families.map(\.name)
            throw ValidationError(
                "there is no family '\(family ?? "")'; families: \(known.joined(separator: ", "))")
        }
        let width = families.flatMap(\.verbs).map(\.name.displayWidth).max() ?? 0
        for (position, family) in families.enumerated() {
            if position > 0 { print() }
            print(family.summary.isEmpty ? family.name : "\(family.name): \(family.summary)")
            for verb in family.verbs { print("  " + verb.name.padded(to: width + 2) + verb.verb.summary) }
        }
    }
}
