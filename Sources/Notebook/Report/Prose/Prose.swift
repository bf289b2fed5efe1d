import Files
import FoundationEssentials
import Markdown

/// Markdown of a recipe as parts of a page: HTML in a recipe is shown as it is written, its comments are left out, and
/// so are links that would run something.
struct ProseRenderer {
    /// The recipe's folder, where its pictures are.
    let folder: String
    /// Definitions of links (`[name]: address`) of the whole recipe, since its parts are rendered one by one.
    private let definitions: String
    /// How often each identifier was given.
    private var identifiers: [String: Int] = [:]

    struct Heading {
        let level: Int
        let text: String
        let identifier: String
    }

    struct Block {
        let html: String
        let heading: Heading?
    }

    /// - Parameter reserved: identifiers that the page uses itself.
    init(folder: String, texts: [String], reserved: [String]) {
        self.folder = folder
        definitions = texts.flatMap { $0.split(separator: "\n") }.filter(Self.isDefinition).joined(separator: "\n")
        for identifier in reserved { identifiers[identifier] = 1 }
    }

    private static func isDefinition(_ line: Substring) -> Bool {
        let body = line.drop { $0 == " " }
        guard line.count - body.count <= 3, body.first == "[", let close = body.firstIndex(of: "]") else {
            return false
        }
        return body[body.index(after: close)...].hasPrefix(": ")
    }

    /// The blocks of a piece of Markdown.
    mutating func blocks(_ text: String) -> [Block] {
        guard let tree = MarkdownTree(text + "\n\n" + definitions) else { return [] }
        inlinePictures(of: tree)
        Self.quoteHTML(of: tree)
        return tree.blocks.map { node in
            if case .heading(let level) = node.kind { return heading(node, level) }
            return Block(html: node.html, heading: nil)
        }
    }

    private mutating func heading(_ node: MarkdownTree.Node, _ level: Int) -> Block {
        let html = node.children.map(\.html).joined()
        let text = node.plainText
        let identifier = unique(HTML.slug(text))
        return Block(
            html: "<h\(level) id=\"\(HTML.escaped(identifier))\">\(html)</h\(level)>\n",
            heading: Heading(level: level, text: text, identifier: identifier))
    }

    private mutating func unique(_ identifier: String) -> String {
        let count = (identifiers[identifier] ?? 0) + 1
        identifiers[identifier] = count
        return count == 1 ? identifier : unique("\(identifier)-\(count)")
    }

    private static func quoteHTML(of tree: MarkdownTree) {
        for node in tree.nodes where node.kind == .html || node.kind == .inlineHTML {
            if node.literal.drop(while: \.isWhitespace).hasPrefix("<!--") {
                node.remove()
            } else {
                node.replace(withText: node.literal.withoutOuterLineEnds)
            }
        }
    }

    /// Puts the pictures beside the recipe into the page; one from elsewhere becomes a link, one that isn't there its
    /// own description, so that reading needs no network.
    private func inlinePictures(of tree: MarkdownTree) {
        for node in tree.nodes where node.kind == .image {
            let address = node.address
            if let data = picture(address) {
                node.set(address: data)
            } else {
                let isElsewhere = address.hasPrefix("https://") || address.hasPrefix("http://")
                node.replaceWithWords(linkedTo: isElsewhere ? address : nil)
            }
        }
    }

    /// A PNG or JPEG in or below the recipe's folder, as a data address.
    private func picture(_ address: String) -> String? {
        guard !address.hasPrefix("/"), !address.contains(":"), !address.split(separator: "/").contains(".."),
            let bytes = try? FileContents.bytes(of: URL(filePath: folder + "/" + address))
        else { return nil }
        return Picture(bytes)?.address
    }
}
