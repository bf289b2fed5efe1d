import Plot

extension DrawingReader {
    /// Attributes whose value is only a number, a word or a colour, by name; `style`, `id` and addresses are looked at.
    static let attributes: Set<String> = [
        "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry", "width", "height", "d", "points",
        "transform", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin",
        "stroke-dasharray", "stroke-opacity", "stroke-miterlimit", "opacity", "color", "font-family", "font-size",
        "font-weight", "font-style", "text-anchor", "dominant-baseline", "baseline-shift", "clip-path", "mask",
        "filter",
        "filterUnits", "flood-color", "flood-opacity", "in", "in2", "operator", "result", "offset", "stop-color",
        "stop-opacity", "gradientUnits", "gradientTransform", "patternUnits", "preserveAspectRatio", "shape-rendering",
        "image-rendering", "xml:space", "viewBox", "style", "id", "href", "xlink:href", "clip-rule", "visibility",
    ]
    private static let colourAttributes: Set<String> = ["fill", "stroke", "color", "stop-color", "flood-color"]

    /// The value as the page has it; nil when it may not pass.
    mutating func passed(_ attribute: String, _ value: String) -> String? {
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
        case let name where Self.colourAttributes.contains(name):
            return isThemed ? themed(value) : Self.withEntities(value)
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
