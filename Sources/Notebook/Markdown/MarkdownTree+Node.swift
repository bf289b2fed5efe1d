import CMarkdown
import Glibc

extension MarkdownTree {
    /// A piece of the text. It keeps its tree alive; one that was replaced must not be used any more.
    package struct Node {
        private let pointer: OpaquePointer
        private let tree: MarkdownTree

        init(_ pointer: OpaquePointer, of tree: MarkdownTree) { (self.pointer, self.tree) = (pointer, tree) }
    }
}

extension MarkdownTree.Node {
    package enum Kind: Equatable {
        case paragraph
        case heading(level: Int)
        case list, quote, code, html, table, rule
        /// `number` in a list that counts, `isDone` in a list of tasks.
        case item(number: Int?, isDone: Bool?)
        case text, softBreak, lineBreak, inlineCode, inlineHTML, emphasis, strong, link, image
        /// Anything whose children are all there is to it.
        case other
    }

    package var kind: Kind {
        switch cmark_node_get_type(pointer) {
        case CMARK_NODE_PARAGRAPH: .paragraph
        case CMARK_NODE_HEADING: .heading(level: Int(cmark_node_get_heading_level(pointer)))
        case CMARK_NODE_LIST: .list
        case CMARK_NODE_ITEM: .item(number: number, isDone: isDone)
        case CMARK_NODE_BLOCK_QUOTE: .quote
        case CMARK_NODE_CODE_BLOCK: .code
        case CMARK_NODE_HTML_BLOCK: .html
        case CMARK_NODE_THEMATIC_BREAK: .rule
        case CMARK_NODE_TEXT: .text
        case CMARK_NODE_SOFTBREAK: .softBreak
        case CMARK_NODE_LINEBREAK: .lineBreak
        case CMARK_NODE_CODE: .inlineCode
        case CMARK_NODE_HTML_INLINE: .inlineHTML
        case CMARK_NODE_EMPH: .emphasis
        case CMARK_NODE_STRONG: .strong
        case CMARK_NODE_LINK: .link
        case CMARK_NODE_IMAGE: .image
        default: typeName == "table" ? .table : .other
        }
    }

    /// What cmark calls it; extensions have names alone.
    private var typeName: String { String(cString: cmark_node_get_type_string(pointer)) }

    /// What stands before an item that counts.
    private var number: Int? {
        guard let list = cmark_node_parent(pointer), cmark_node_get_list_type(list) == CMARK_ORDERED_LIST else {
            return nil
        }
        var number = Int(cmark_node_get_list_start(list))
        var before = cmark_node_previous(pointer)
        while let item = before {
            number += 1
            before = cmark_node_previous(item)
        }
        return number
    }

    private var isDone: Bool? {
        typeName == "tasklist" ? cmark_gfm_extensions_get_tasklist_item_checked(pointer) : nil
    }

    package var children: [Self] {
        var children: [Self] = []
        var next = cmark_node_first_child(pointer)
        while let child = next {
            children.append(Self(child, of: tree))
            next = cmark_node_next(child)
        }
        return children
    }

    /// This node and those below it, in the order of the text.
    package var all: [Self] {
        guard let iterator = cmark_iter_new(pointer) else { return [] }
        defer { cmark_iter_free(iterator) }
        var nodes: [Self] = []
        while true {
            switch cmark_iter_next(iterator) {
            case CMARK_EVENT_DONE: return nodes
            case CMARK_EVENT_ENTER: if let node = cmark_iter_get_node(iterator) { nodes.append(Self(node, of: tree)) }
            default: break
            }
        }
    }

    /// What text, code and HTML consist of.
    package var literal: String { cmark_node_get_literal(pointer).map { String(cString: $0) } ?? "" }

    /// What opens a block of code; nil for an indented one, and for what is not code.
    package var fence: (character: Character, length: Int)? {
        var length: CInt = 0, offset: CInt = 0
        var character: CChar = 0
        guard cmark_node_get_type(pointer) == CMARK_NODE_CODE_BLOCK,
            cmark_node_get_fenced(pointer, &length, &offset, &character) != 0
        else { return nil }
        return (Character(Unicode.Scalar(UInt8(bitPattern: character))), Int(length))
    }

    /// Where a link or a picture leads.
    package var address: String { cmark_node_get_url(pointer).map { String(cString: $0) } ?? "" }

    /// The words alone, with tags as they are written.
    package var plainText: String {
        all.map { node in
            switch node.kind {
            case .text, .inlineCode, .inlineHTML: node.literal
            case .softBreak, .lineBreak: " "
            default: ""
            }
        }.joined()
    }

    /// The lines of the text that a block takes, from 0.
    package var lines: Range<Int> {
        let first = max(Int(cmark_node_get_start_line(pointer)) - 1, 0)
        return first..<max(first, min(Int(cmark_node_get_end_line(pointer)), tree.lines.count))
    }

    /// As HTML, in cmark's safe mode: nothing that would run, no HTML of the text's own.
    package var html: String {
        guard
            let text = cmark_render_html(pointer, MarkdownTree.options, cmark_parser_get_syntax_extensions(tree.parser))
        else { return "" }
        defer { free(text) }
        return String(cString: text)
    }

    // MARK: Changing

    package func set(address: String) { cmark_node_set_url(pointer, address) }

    /// Takes the node out of the tree.
    package func remove() {
        cmark_node_unlink(pointer)
        cmark_node_free(pointer)
    }

    /// Puts a text in its place, in a paragraph of its own where a block stood.
    package func replace(withText literal: String) {
        guard let text = cmark_node_new(CMARK_NODE_TEXT) else { return remove() }
        cmark_node_set_literal(text, literal)
        if kind == .html, let paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH) {
            cmark_node_append_child(paragraph, text)
            cmark_node_replace(pointer, paragraph)
        } else {
            cmark_node_replace(pointer, text)
        }
        cmark_node_free(pointer)
    }

    /// Puts its words in its place: as a link, or emphasised.
    package func replaceWithWords(linkedTo address: String?) {
        guard let words = cmark_node_new(address == nil ? CMARK_NODE_EMPH : CMARK_NODE_LINK) else { return }
        if let address { cmark_node_set_url(words, address) }
        while let child = cmark_node_first_child(pointer) { cmark_node_append_child(words, child) }
        cmark_node_replace(pointer, words)
        cmark_node_free(pointer)
    }
}
