import CMarkdown

/// A text in GitHub's Markdown as a tree: tables, strikethrough, task lists and bare addresses included.
package final class MarkdownTree {
    /// Of the text, from the first.
    package let lines: [Substring]
    let document: OpaquePointer
    /// Lives as long as the tree, since rendering asks for its extensions.
    let parser: OpaquePointer

    static let options =
        CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_TABLE_PREFER_STYLE_ATTRIBUTES | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE

    /// - Returns: nil when there is no memory for it: every text is Markdown.
    package init?(_ text: String) {
        cmark_gfm_core_extensions_ensure_registered()
        guard let parser = cmark_parser_new(Self.options) else { return nil }
        for name in ["table", "strikethrough", "autolink", "tasklist"] {
            if let found = cmark_find_syntax_extension(name) { cmark_parser_attach_syntax_extension(parser, found) }
        }
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
        }
        guard let document = cmark_parser_finish(parser) else {
            cmark_parser_free(parser)
            return nil
        }
        (self.document, self.parser) = (document, parser)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    deinit {
        cmark_node_free(document)
        cmark_parser_free(parser)
    }

    /// Paragraphs, headings, lists and the like, in their order.
    package var blocks: [Node] { Node(document, of: self).children }

    /// The words of its headings.
    package var headings: [String] {
        blocks.compactMap { block in
            if case .heading = block.kind { block.plainText } else { nil }
        }
    }

    /// Every node below the whole text, in the order of the text.
    package var nodes: [Node] { Node(document, of: self).all.dropFirst().map(\.self) }
}
