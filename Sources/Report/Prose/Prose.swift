import CMarkdown
import Checkpoint
import FoundationEssentials
import Glibc

/// Markdown of a recipe as parts of a page, by cmark-gfm in its safe mode: HTML in a recipe is shown as it is written, its
/// comments are left out, and so are links that would run something.
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
        cmark_gfm_core_extensions_ensure_registered()
    }

    private static func isDefinition(_ line: Substring) -> Bool {
        let body = line.drop { $0 == " " }
        guard line.count - body.count <= 3, body.first == "[", let close = body.firstIndex(of: "]") else {
            return false
        }
        return body[body.index(after: close)...].hasPrefix(": ")
    }

    private static let options =
        CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_TABLE_PREFER_STYLE_ATTRIBUTES | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE

    /// The blocks of a piece of Markdown.
    mutating func blocks(_ text: String) -> [Block] {
        guard let parser = cmark_parser_new(Self.options) else { return [] }
        defer { cmark_parser_free(parser) }
        for name in ["table", "strikethrough", "autolink", "tasklist"] {
            if let found = cmark_find_syntax_extension(name) { cmark_parser_attach_syntax_extension(parser, found) }
        }
        var text = text + "\n\n" + definitions
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
        }
        guard let document = cmark_parser_finish(parser) else { return [] }
        defer { cmark_node_free(document) }
        inlinePictures(of: document)
        Self.quoteHTML(of: document)
        var blocks: [Block] = []
        var next = cmark_node_first_child(document)
        while let node = next {
            if cmark_node_get_type(node) == CMARK_NODE_HEADING {
                blocks.append(heading(node, parser))
            } else {
                blocks.append(Block(html: Self.html(node, parser), heading: nil))
            }
            next = cmark_node_next(node)
        }
        return blocks
    }

    private static func html(_ node: OpaquePointer, _ parser: OpaquePointer) -> String {
        guard let text = cmark_render_html(node, options, cmark_parser_get_syntax_extensions(parser)) else { return "" }
        defer { free(text) }
        return String(cString: text)
    }

    private mutating func heading(_ node: OpaquePointer, _ parser: OpaquePointer) -> Block {
        var html = ""
        var next = cmark_node_first_child(node)
        while let child = next {
            html += Self.html(child, parser)
            next = cmark_node_next(child)
        }
        let level = Int(cmark_node_get_heading_level(node))
        let text = Self.plainText(node)
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

    /// The nodes below one, itself included, in the order of the text.
    private static func nodes(of root: OpaquePointer) -> [OpaquePointer] {
        guard let iterator = cmark_iter_new(root) else { return [] }
        defer { cmark_iter_free(iterator) }
        var nodes: [OpaquePointer] = []
        while true {
            switch cmark_iter_next(iterator) {
            case CMARK_EVENT_DONE: return nodes
            case CMARK_EVENT_ENTER: if let node = cmark_iter_get_node(iterator) { nodes.append(node) }
            default: break
            }
        }
    }

    private static func plainText(_ root: OpaquePointer) -> String {
        nodes(of: root).map { node in
            switch cmark_node_get_type(node) {
            case CMARK_NODE_TEXT, CMARK_NODE_CODE: cmark_node_get_literal(node).map { String(cString: $0) } ?? ""
            case CMARK_NODE_SOFTBREAK, CMARK_NODE_LINEBREAK: " "
            default: ""
            }
        }.joined()
    }

    private static func quoteHTML(of document: OpaquePointer) {
        for node in nodes(of: document) {
            let type = cmark_node_get_type(node)
            guard type == CMARK_NODE_HTML_INLINE || type == CMARK_NODE_HTML_BLOCK else { continue }
            let literal = cmark_node_get_literal(node).map { String(cString: $0) } ?? ""
            guard !literal.drop(while: \.isWhitespace).hasPrefix("<!--"), let text = cmark_node_new(CMARK_NODE_TEXT)
            else {
                cmark_node_unlink(node)
                cmark_node_free(node)
                continue
            }
            cmark_node_set_literal(text, literal.withoutOuterLineEnds)
            if type == CMARK_NODE_HTML_BLOCK, let paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH) {
                cmark_node_append_child(paragraph, text)
                cmark_node_replace(node, paragraph)
            } else {
                cmark_node_replace(node, text)
            }
            cmark_node_free(node)
        }
    }

    /// Puts the pictures beside the recipe into the page; one from elsewhere becomes a link, one that isn't there its own
    /// description, so that reading needs no network.
    private func inlinePictures(of document: OpaquePointer) {
        for node in Self.nodes(of: document) where cmark_node_get_type(node) == CMARK_NODE_IMAGE {
            let address = cmark_node_get_url(node).map { String(cString: $0) } ?? ""
            if let data = picture(address) {
                cmark_node_set_url(node, data)
                continue
            }
            let isElsewhere = address.hasPrefix("https://") || address.hasPrefix("http://")
            guard let words = cmark_node_new(isElsewhere ? CMARK_NODE_LINK : CMARK_NODE_EMPH) else { continue }
            if isElsewhere { cmark_node_set_url(words, address) }
            while let child = cmark_node_first_child(node) { cmark_node_append_child(words, child) }
            cmark_node_replace(node, words)
            cmark_node_free(node)
        }
    }

    /// A PNG or JPEG in or below the recipe's folder, as a data address.
    private func picture(_ address: String) -> String? {
        guard !address.hasPrefix("/"), !address.contains(":"), !address.split(separator: "/").contains(".."),
            let bytes = try? Checkpoint.bytes(of: URL(filePath: folder + "/" + address))
        else { return nil }
        return Picture(bytes)?.address
    }
}
