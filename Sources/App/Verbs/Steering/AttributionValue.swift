import Basics
import CLIP
import Language

/// What each word of a prompt does to its safety, in the language.
final class AttributionValue: ObjectValue {
    private let text: String
    private let found: WordAttribution

    init(_ text: String, _ found: WordAttribution) { (self.text, self.found) = (text, found) }

    var typeName: String { "attribution" }

    var summary: String {
        "attribution of \"\(text)\": safety \(NumberText.shown(rounded(found.value))), "
            + Words.count(found.words.count, "word")
    }

    func display(width: Int) -> String {
        guard let table = try? table() else { return summary }
        return """
            \(summary)
            \(table.display(width: width))
              integrated adds up to \(Self.signed(found.integratedSum)), \
            from \(Self.signed(found.baseline)) without any word to \(Self.signed(found.value))
            """
    }

    private static func signed(_ number: Double) -> String {
        (number < 0 ? "−" : "") + NumberText.shown(rounded(abs(number)))
    }

    var memberNames: [String] { ["words", "safety", "baseline", "sum"] }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "words": .table(try table())
        case "safety": .number(found.value)
        case "baseline": .number(found.baseline)
        case "sum": .number(found.integratedSum)
        default: nil
        }
    }

    private func table() throws -> Table {
        try Table([
            .init("word", found.words.map(\.text)), .init("leaving_out", found.words.map(\.leavingOut)),
            .init("gradient", found.words.map(\.gradient)), .init("integrated", found.words.map(\.integrated)),
        ])
    }
}
