import Files
import FoundationEssentials
import Language
import Notebook

/// Gathers what code gives as the content of a tool's result: text, and pictures between it.
final class ContentFront: Front {
    private(set) var content: [JSON] = []
    private var text = ""
    private var left = 0
    /// Told of every step of long work.
    var progressed: (StepProgress) -> Void = { _ in }

    /// Characters of text in one result; a client would hardly take more.
    private static let longest = 100_000

    /// As many pictures of a list as one result shows.
    private static let mostPictures = 16

    var width: Int { 100 }

    /// Forgets what was gathered.
    func begin() { (content, text, left) = ([], "", Self.longest) }

    /// Everything that came.
    func take() -> [JSON] {
        flush()
        return content
    }

    func receive(_ event: Event) {
        switch event {
        case .text(let text): add(text)
        case .note(let note): addLine(note)
        case .value(let value, let display, _):
            addLine(display)
            for picture in value.pictures(atMost: Self.mostPictures) { add(picture, nil) }
        case .figure(let attachment, let saved): add(attachment, saved)
        case .progress(let step): progressed(step)
        case .error(let diagnostic): addLine(diagnostic.text())
        }
    }

    private func addLine(_ line: String) {
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        add(line.hasSuffix("\n") ? line : line + "\n")
    }

    private func add(_ more: String) {
        guard left > 0 else { return }
        let count = more.count
        text += count <= left ? more : String(more.prefix(left)) + "\n… cut here: print less, or save it to a file\n"
        left -= min(count, left)
    }

    private func add(_ attachment: Attachment, _ saved: SavedFigure?) {
        if let saved { addLine((saved.title.isEmpty ? "figure" : saved.title) + ": " + saved.displayPath) }
        let pictures = attachment.forms.filter { $0.type == "image/png" || $0.type == "image/jpeg" }
        guard let picture = pictures.first else { return }
        flush()
        content.append([
            "type": "image", "data": .string(Data(picture.bytes).base64EncodedString()),
            "mimeType": .string(picture.type),
        ])
    }

    private func flush() {
        if !text.isEmpty { content.append(["type": "text", "text": .string(text)]) }
        text = ""
    }
}
