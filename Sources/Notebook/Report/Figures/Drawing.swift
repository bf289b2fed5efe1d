/// An SVG figure as part of a page.
///
/// A page can hold many drawings, so names in each get a prefix of its own. Only elements and attributes that draw
/// something pass: a drawing with anything else in it, above all with a script, is refused as a whole and its picture
/// is shown instead. Where all colours are those of Rhumb's figures they become the page's, so that the drawing is at
/// home on a dark page too.
struct Drawing {
    /// The `svg` element.
    let html: String

    /// - Parameters:
    ///   - prefix: before every name in the drawing.
    ///   - alternative: for readers that can't see it.
    /// - Returns: nil for text that is not well-formed, harmless SVG.
    init?(_ text: String, prefix: String, alternative: String) {
        var reader = DrawingReader(text, prefix: prefix, isThemed: true)
        guard var body = reader.read() else { return nil }
        if !reader.isThemed {
            reader = DrawingReader(text, prefix: prefix, isThemed: false)
            guard let plain = reader.read() else { return nil }
            body = plain
        }
        guard let box = reader.viewBox else { return nil }
        html = """
            <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
            class="\(reader.isThemed ? "themed" : "paper")" width="\(box.width)" height="\(box.height)" \
            viewBox="\(box.text)" role="img" aria-label="\(HTML.escaped(alternative))">\(body)</svg>
            """
    }
}
