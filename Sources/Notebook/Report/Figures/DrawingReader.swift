/// Goes through an SVG tag by tag and writes what passes.
struct DrawingReader {
    private let bytes: [UInt8]
    let prefix: String
    /// Whether all colours so far were the theme's.
    var isThemed: Bool
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
    static func withEntities(_ text: String) -> String {
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
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
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
        guard position < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[position]) else {
            return nil
        }
        let quote = bytes[position]
        position += 1
        guard let end = bytes[position...].firstIndex(of: quote) else { return nil }
        defer { position = end + 1 }
        let value = String(decoding: bytes[position..<end], as: UTF8.self)
        return value.contains("<") ? nil : (name, value)
    }
}
