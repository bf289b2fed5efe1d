/// What gnuplot prints when it refuses a command.
enum GnuplotDiagnostics {
    /// The reason, and the command it is about: gnuplot prints the line, a caret below it and the reason. A line is all
    /// commands of a block, so only the command over the caret is quoted.
    static func summary(_ text: String) -> String {
        var lines = text.split(whereSeparator: \.isNewline)
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        guard let last = lines.last else { return "" }
        guard lines.count > 2, let caret = lines[lines.count - 2].firstIndex(of: "^") else {
            return lines.map { String($0.drop { $0 == " " }) }.joined(separator: " ")
        }
        var reason = last.drop { $0 == " " }
        // The number is of a line nobody sees: the commands came through a pipe.
        if reason.hasPrefix("line "), let colon = reason.firstIndex(of: ":") { reason = reason[colon...].dropFirst(2) }
        let context = Array(lines[lines.count - 3]), pointer = lines[lines.count - 2]
        let column = min(pointer.distance(from: pointer.startIndex, to: caret), context.count)
        let start = context[..<column].lastIndex(of: ";").map { $0 + 1 } ?? 0
        let end = context[column...].firstIndex(of: ";") ?? context.count
        var command = Substring(String(context[start..<end]))
        for prompt in ["gnuplot> ", "more> "] where command.hasPrefix(prompt) {
            command = command.dropFirst(prompt.count)
        }
        return "\(reason) in '\(command.drop { $0 == " " })'"
    }
}
