import Console
import Files
import Language
import Notebook

extension Kernel {
    /// What could stand at the cursor, each with what it is.
    func completion(_ request: JSON) -> JSON {
        let code = request["code"]?.string ?? ""
        let found = session.complete(code, at: Self.offset(request["cursor_pos"]?.integer, in: code))
        let start = JSON.integer(Self.position(found.range.lowerBound, in: code))
        let end = JSON.integer(Self.position(found.range.upperBound, in: code))
        let before = code.utf8.prefix(found.range.lowerBound).last
        let kinds = found.candidates.map { candidate -> JSON in
            [
                "text": .string(candidate.text), "type": .string(kind(of: candidate.text, after: before)),
                "signature": .string(candidate.summary), "start": start, "end": end,
            ]
        }
        return [
            "status": "ok", "matches": .array(found.candidates.map { .string($0.text) }),
            "cursor_start": start, "cursor_end": end,
            "metadata": ["_jupyter_types_experimental": .array(kinds)],
        ]
    }

    /// What a candidate is, in a word.
    ///
    /// - Parameter before: the byte that it would stand behind.
    private func kind(of text: String, after before: UInt8?) -> String {
        if before == UInt8(ascii: ".") { return "property" }
        if text.hasSuffix(":") { return "param" }
        if let quote = before, "\"'".utf8.contains(quote) { return text.contains("/") ? "path" : "text" }
        if let value = session.interpreter[text] { return value.typeName }
        let registry = session.interpreter.registry
        if registry[text] != nil { return "function" }
        if registry.constants[text] != nil { return "constant" }
        return text.allSatisfy(\.isLetter) ? "keyword" : "text"
    }

    /// Help on the name at the cursor.
    func inspection(_ request: JSON) -> JSON {
        let code = request["code"]?.string ?? ""
        let text = session.inspect(code, at: Self.offset(request["cursor_pos"]?.integer, in: code))
        return [
            "status": "ok", "found": .bool(text != nil),
            "data": text.map { ["text/plain": .string($0)] } ?? [:], "metadata": [:],
        ]
    }

    /// Whether Enter runs the code, or how far the next line is indented.
    func completeness(_ request: JSON) -> JSON {
        let code = request["code"]?.string ?? ""
        guard !session.isComplete(code) else { return ["status": "complete"] }
        let spaces = Indentation.afterEnter(in: code, cursor: code.utf8.count)
        return ["status": "incomplete", "indent": .string(String(repeating: " ", count: spaces))]
    }

    /// The UTF-8 offset of a place that Jupyter counts in code points; the end where it names none.
    static func offset(_ position: Int?, in text: String) -> Int {
        guard let position else { return text.utf8.count }
        return text.unicodeScalars.prefix(max(0, position)).reduce(0) { $0 + $1.utf8.count }
    }

    /// The place of a UTF-8 offset in code points.
    static func position(_ offset: Int, in text: String) -> Int {
        let end = text.utf8.index(text.utf8.startIndex, offsetBy: min(max(0, offset), text.utf8.count))
        return text.unicodeScalars[..<end].count
    }
}
