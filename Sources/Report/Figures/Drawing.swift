import Plot

/// An SVG figure as part of a page.
///
/// A page can hold many drawings, so names in each get a prefix of its own. Only elements and attributes that draw
/// something pass: a drawing with anything else in it, above all with a script, is refused as a whole and its picture is
/// shown instead. Where all colours are those of Rhumb's figures they become the page's, so that the drawing is at home
/// on a dark page too.
struct Drawing {
    /// The `svg` element.
    let html: String

    /// - Parameters:
    ///   - prefix: before every name in the drawing.
    ///   - alternative: for readers that can't see it.
    /// - Returns: nil for text that is no well-formed, harmless SVG.
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
            class="\(reader.isThemed ? "themed" : "paper")" width="\(box.width)" height="\(box.height)" viewBox="\(box.text)" \
            role="img" aria-label="\(HTML.escaped(alternative))">\(body)</svg>
            """
    }
}

/// Goes through an SVG tag by tag and writes what passes.
private struct DrawingReader {
    private let bytes: [UInt8]
    private let prefix: String
    /// Whether all colours so far were the theme's.
    private(set) var isThemed: Bool
    private(set) var viewBox: (width: String, height: String, text: String)?
    private var position = 0
    private var output = ""
    private var open: [String] = []
    /// Where the group begins that was just opened and has nothing in it yet.
    private var emptyGroup: String.Index?

    init(_ text: String, prefix: String, isThemed: Bool) {
        bytes = Array(text.utf8)
        self.prefix = prefix
        self.isThemed = isThemed
    }

    private static let elements: Set<String> = [
        "svg", "g", "defs", "use", "symbol", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline",
        "polygon", "text", "tspan", "image", "clipPath", "mask", "pattern", "linearGradient", "radialGradient", "stop",
        "filter", "feFlood", "feComposite",
    ]
    /// Attributes whose value is only a number, a word or a colour, by name; `style`, `id` and addresses are looked at.
    private static let attributes: Set<String> = [
        "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry", "width", "height", "d", "points",
        "transform", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin",
        "stroke-dasharray", "stroke-opacity", "stroke-miterlimit", "opacity", "color", "font-family", "font-size",
        "font-weight", "font-style", "text-anchor", "dominant-baseline", "baseline-shift", "clip-path", "mask", "filter",
        "filterUnits", "flood-color", "flood-opacity", "in", "in2", "operator", "result", "offset", "stop-color",
        "stop-opacity", "gradientUnits", "gradientTransform", "patternUnits", "preserveAspectRatio", "shape-rendering",
        "image-rendering", "xml:space", "viewBox", "style", "id", "href", "xlink:href", "clip-rule", "visibility",
    ]
    private static let colourAttributes: Set<String> = ["fill", "stroke", "color", "stop-color", "flood-color"]

    /// What stands between the `svg` tags; nil when something may not pass.
    mutating func read() -> String? {
        while position < bytes.count {
            guard let mark = bytes[position...].firstIndex(of: UInt8(ascii: "<")) else {
                position = bytes.count
                break
            }
            add(text: position..<mark)
            position = mark
            if starts(with: "<?") || starts(with: "<!--") {
                guard skip(to: starts(with: "<?") ? "?>" : "-->") else { return nil }
            } else if starts(with: "</") {
                guard close() else { return nil }
            } else {
                guard openElement() else { return nil }
            }
        }
        return open.isEmpty && viewBox != nil ? output : nil
    }

    private func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[position...].starts(with: $0) }
    }

    private mutating func skip(to end: String) -> Bool {
        let end = Array(end.utf8)
        while position + end.count <= bytes.count {
            if bytes[position..<position + end.count].elementsEqual(end) {
                position += end.count
                return true
            }
            position += 1
        }
        return false
    }

    /// White space only matters inside text.
    private mutating func add(text range: Range<Int>) {
        guard let last = open.last, last == "text" || last == "tspan" else { return }
        output += Self.withEntities(String(decoding: bytes[range], as: UTF8.self))
    }

    /// Inside a name or description, which gnuplot gives to all its parts; the page has a better one for the whole.
    private var isDescription: Bool { open.last == "title" || open.last == "desc" }

    /// An `&` that begins no entity that HTML and XML share is escaped.
    private static func withEntities(_ text: String) -> String {
        guard text.contains("&") else { return text.replacing(">", with: "&gt;") }
        let known = ["amp;", "lt;", "gt;", "quot;", "apos;"]
        let pieces = text.split(separator: "&", omittingEmptySubsequences: false)
        return pieces.dropFirst().reduce(String(pieces[0])) { result, piece in
            let digits = piece.drop { $0 == "#" || $0 == "x" }.prefix { $0.isASCII && $0.isHexDigit }
            let isNumber = piece.hasPrefix("#") && !digits.isEmpty && piece[digits.endIndex...].hasPrefix(";")
            return result + (isNumber || known.contains(where: piece.hasPrefix) ? "&" : "&amp;") + piece
        }
    }

    private mutating func close() -> Bool {
        position += 2
        guard let name = takeName(), name == open.last else { return false }
        skipSpace()
        guard starts(with: ">") else { return false }
        position += 1
        if open.count > 1, !isDescription {
            // gnuplot opens a group for every change of the pen.
            if let start = emptyGroup, name == "g" { output.removeSubrange(start...) } else { output += "</\(name)>" }
        }
        emptyGroup = nil
        open.removeLast()
        return true
    }

    private mutating func openElement() -> Bool {
        position += 1
        guard let name = takeName(), Self.elements.contains(name), open.isEmpty == (name == "svg") else { return false }
        var written = "<" + name
        var seen: Set<String> = []
        while true {
            skipSpace()
            guard position < bytes.count else { return false }
            if starts(with: "/>") || starts(with: ">") { break }
            guard let (attribute, value) = takeAttribute(), seen.insert(attribute).inserted else { return false }
            if name == "svg", attribute == "viewBox" { takeViewBox(value) }
            guard Self.attributes.contains(attribute) else { continue }
            guard let passed = passed(attribute, value) else { return false }
            written += " \(attribute)=\"\(passed)\""
        }
        let isEmpty = starts(with: "/>")
        position += isEmpty ? 2 : 1
        if !isEmpty { open.append(name) }
        guard name != "svg", name != "title", name != "desc" else { return true }
        emptyGroup = name == "g" && !isEmpty ? output.endIndex : nil
        output += written + (isEmpty ? "/>" : ">")
        return true
    }

    private mutating func takeViewBox(_ value: String) {
        let numbers = value.split(separator: " ")
        guard numbers.count == 4, numbers.allSatisfy({ Double($0)?.isFinite == true }) else { return }
        viewBox = (String(numbers[2]), String(numbers[3]), numbers.joined(separator: " "))
    }

    private mutating func takeName() -> String? {
        let start = position
        while position < bytes.count, Self.isNamePart(bytes[position]) { position += 1 }
        return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private mutating func takeAttribute() -> (name: String, value: String)? {
        guard let name = takeName() else { return nil }
        skipSpace()
        guard starts(with: "=") else { return nil }
        position += 1
        skipSpace()
        guard position < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[position]) else { return nil }
        let quote = bytes[position]
        position += 1
        guard let end = bytes[position...].firstIndex(of: quote) else { return nil }
        defer { position = end + 1 }
        let value = String(decoding: bytes[position..<end], as: UTF8.self)
        return value.contains("<") ? nil : (name, value)
    }

    /// The value as the page has it; nil when it may not pass.
    private mutating func passed(_ attribute: String, _ value: String) -> String? {
        let value = value.replacing("\"", with: "&quot;")
        switch attribute {
        case "id": return prefix + value
        case "href", "xlink:href":
            if value.hasPrefix("#") { return "#" + prefix + value.dropFirst() }
            return value.hasPrefix("data:image/png;base64,") || value.hasPrefix("data:image/jpeg;base64,") ? value : nil
        case _ where value.contains("\\") || value.contains("@"): return nil
        case _ where value.lowercased().contains("url"):
            // Only names within the drawing.
            let rest = value.replacing("url(#", with: "").lowercased()
            return rest.contains("url") ? nil : Self.withEntities(value.replacing("url(#", with: "url(#" + prefix))
        case let name where Self.colourAttributes.contains(name): return isThemed ? themed(value) : Self.withEntities(value)
        default: return Self.withEntities(value)
        }
    }

    /// A colour of Rhumb's figures as the page has it. Any other means that the drawing keeps its own paper.
    private mutating func themed(_ value: String) -> String {
        if let word = Self.plainColours[value] { return word }
        guard let colour = Self.colour(value) else {
            isThemed = false
            return value
        }
        if let name = Self.themeColours[colour] { return "var(--\(name))" }
        if let series = Palette.qualitative.firstIndex(of: colour) { return "var(--series-\(series))" }
        isThemed = false
        return value
    }

    private static let plainColours = [
        "none": "none", "currentColor": "currentColor", "black": "var(--figure-ink)", "lightgrey": "var(--figure-grid)",
        "white": "var(--figure-paper)",
    ]
    private static let themeColours: [Colour: String] = [
        Colour(red: 255, green: 255, blue: 255): "figure-paper", Colour(red: 0, green: 0, blue: 0): "figure-ink",
        Theme.ink: "figure-ink", Theme.softInk: "figure-soft", Theme.frame: "figure-frame", Theme.grid: "figure-grid",
    ]

    /// `#0072b2` or `rgb(  0, 114, 178)`.
    private static func colour(_ text: String) -> Colour? {
        if let colour = Colour(hex: text.lowercased()) { return colour }
        guard text.hasPrefix("rgb("), text.hasSuffix(")") else { return nil }
        let parts = text.dropFirst(4).dropLast().split(separator: ",").compactMap { part in
            UInt8(part.filter { $0 != " " })
        }
        return parts.count == 3 ? Colour(red: parts[0], green: parts[1], blue: parts[2]) : nil
    }
}
