import Foundation
import FoundationXML
import Language
import Notebook
import Report
import TestSupport
import XCTest

/// Runs recipes into a folder of its own, with a verb that gives a figure.
final class Fixture {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("rhumb-report-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var path: String { folder.path }

    /// - Parameters:
    ///   - svg: the drawing that the verb `draw` gives beside its picture.
    ///   - during: called by the verb `look`, in the middle of the run.
    @discardableResult
    func run(
        _ recipe: String, name: String = "run", settings: [String: String] = [:], svg: String = Fixture.drawing,
        during: @escaping () throws -> Void = {}
    ) throws -> String {
        let registry = Registry.withBuiltins()
        registry.add(NotebookVerbs.all)
        registry.add(
            Verb(
                "draw", family: "output", summary: "a figure",
                parameters: [Parameter("title", .string, help: "its title")], examples: []
            ) { call in .object(FigureValue(title: try call.string("title"), svg: svg)) })
        registry.add(
            Verb(
                "dot", family: "output", summary: "a picture",
                parameters: [Parameter("title", .string, help: "its title")], examples: []
            ) { call in .object(FigureValue(title: try call.string("title"), svg: nil)) })
        registry.add(
            Verb("look", family: "output", summary: "looks at the folder", parameters: [], examples: []) { _ in
                try during()
                return .none
            })
        let file = path + "/" + name + ".md"
        try Data(recipe.utf8).write(to: URL(fileURLWithPath: file))
        let front = SilentFront()
        let run = try RecipeRun(
            try Recipe(reading: file), registry: registry, request: .init(settings: settings),
            environment: .init(command: ["rhumb", "run", file], libraries: [("oneDNN", "2.6")], threads: 1),
            front: front
        ) { try .open(path + "/runs/" + name, replacing: true) }
        _ = try run.run()
        return path + "/runs/" + name
    }

    func report(_ format: Report.Format = .html, of run: String, to file: String? = nil) throws -> String {
        let path = try Report.write(format, ofRun: run, to: file) { ["print", "draw", "table"].contains($0) }
        return try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
    }

    static let dot = Data(
        base64Encoded:
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")!

    static let drawing = """
        <?xml version="1.0"?>
        <svg width="40" height="20" viewBox="0 0 40 20" xmlns="http://www.w3.org/2000/svg" \
        xmlns:xlink="http://www.w3.org/1999/xlink">
        <title>Gnuplot</title><desc>made by</desc>
        <defs><circle id='point' r='1'/></defs>
        <use xlink:href='#point' color='rgb(  0, 114, 178)'/>
        <g fill="rgb(38,38,38)"><text>a &amp; b &lt; c</text></g>
        </svg>
        """
}

private final class SilentFront: RunFront {
    func willShow(_ prose: Recipe.Prose) {}
    func willRun(_ cell: Recipe.Cell) {}
    func didRun(_ cell: Manifest.Cell) {}
    func didRepeat(cells: Int, seconds: Double) {}
    func receive(_ event: Event) {}
}

private final class FigureValue: ObjectValue {
    let title: String
    let svg: String?

    init(title: String, svg: String?) {
        self.title = title
        self.svg = svg
    }

    var typeName: String { "figure" }
    var summary: String { "figure of one point" }

    func attachment() throws -> Attachment? {
        Attachment(
            title: title,
            forms: [("image/png", Array(Fixture.dot))] + (svg.map { [("image/svg+xml", Array($0.utf8))] } ?? []))
    }
}

/// A page as a parser of XML reads it.
final class ParsedPage: NSObject, XMLParserDelegate {
    struct Element {
        let name: String
        let attributes: [String: String]
        /// The text directly and indirectly inside.
        var text = ""
    }

    private(set) var elements: [Element] = []
    private var open: [Int] = []

    /// - Throws: the parser's error for a page that is not well-formed.
    init(_ page: String) throws {
        super.init()
        let parser = XMLParser(data: Data(page.utf8))
        parser.delegate = self
        if !parser.parse() { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
    }

    func all(_ name: String, _ classes: String? = nil) -> [Element] {
        elements.filter { $0.name == name && (classes == nil || $0.attributes["class"] == classes) }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        open.append(elements.count)
        elements.append(Element(name: name, attributes: attributes))
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        for index in open { elements[index].text += text }
    }
}
