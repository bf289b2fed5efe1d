import Files
import FoundationEssentials
import Language
import Notebook

/// One output in each form that a notebook can show it in, by media type.
package struct MediaBundle {
    private var forms: [JSON.Member]
    private var facts: [JSON.Member] = []

    /// As text.
    package let text: String

    package init(_ text: String) {
        self.text = text
        forms = [.init("text/plain", .string(text))]
    }

    /// A table: its text, and as HTML its first 500 rows.
    ///
    /// - Parameters:
    ///   - display: its text.
    ///   - file: where all of it is, relative to the folder of its run; nil where it is kept nowhere.
    package init(_ table: Table, display: String, file: String? = nil) {
        self.init(display.visible)
        let shown = ReportTable(DataColumns(table))
        if !shown.columns.isEmpty { add("text/html", HTML.allowed(TableView.html(shown, file: file))) }
    }

    package mutating func add(_ type: String, _ text: String) { forms.append(.init(type, .string(text))) }

    /// A figure's drawing and its picture, which is shown half as wide as it has dots; any other picture dot for dot,
    /// or larger where it has few.
    package mutating func add(_ attachment: Attachment) {
        let drawing = attachment.forms.first { $0.type == "image/svg+xml" }
        if !attachment.title.isEmpty { facts.append(.init("alt", .string(attachment.title))) }
        if let drawing { add(drawing.type, String(decoding: drawing.bytes, as: UTF8.self)) }
        for form in attachment.forms where ["image/png", "image/jpeg"].contains(form.type) {
            guard let picture = Picture(form.bytes) else { continue }
            forms.append(.init(picture.type, .string(picture.base64)))
            guard let size = picture.shownSize(density: drawing == nil ? 1 : 2) else { continue }
            facts.append(.init(picture.type, ["width": .integer(size.width), "height": .integer(size.height)]))
        }
    }

    /// Pictures beside each other.
    package mutating func add(_ pictures: [Attachment]) {
        let images = pictures.compactMap { picture in
            picture.forms.first { $0.type == "image/png" }.flatMap { Picture($0.bytes) }?
                .html(alternative: picture.title, isPixelated: true)
        }
        if !images.isEmpty { add("text/html", "<div>\(images.joined(separator: "\n"))</div>\n") }
    }

    /// `{"text/plain": …, "image/png": …}`, pictures in base64.
    package var data: JSON { .object(forms) }
    /// How large pictures are shown, and what they show.
    package var metadata: JSON { .object(facts) }
}
