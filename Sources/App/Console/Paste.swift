/// Turns what was copied from somewhere into what should be typed.
package enum Paste {
    package static let primaryPrompt = "rhumb> "
    package static let continuationPrompt = "   ... "

    /// The pasted text without prompts and without white space at its end.
    ///
    /// When lines start with our prompt, the text was copied from a session: each prompt line and the lines that
    /// complete its block are kept, and the output between the blocks is dropped. Anything else stays as it is.
    ///
    /// - Parameter isComplete: whether a block could run, which tells where the output after it starts.
    package static func cleaned(_ text: String, isComplete: (String) -> Bool) -> String {
        let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        let prompt = primaryPrompt.dropLast()
        guard lines.contains(where: { $0.hasPrefix(prompt) }) else { return trimmingEnd(lines.joined(separator: "\n")) }
        var blocks: [String] = []
        var isOpen = false
        for line in lines {
            if line.hasPrefix(prompt) {
                blocks.append(withoutPrompt(line, primaryPrompt))
            } else if isOpen {
                blocks[blocks.count - 1] += "\n" + withoutPrompt(line, continuationPrompt)
            } else {
                continue
            }
            isOpen = !isComplete(blocks[blocks.count - 1])
        }
        return trimmingEnd(blocks.filter { !$0.isEmpty }.joined(separator: "\n"))
    }

    private static func withoutPrompt(_ line: Substring, _ prompt: String) -> String {
        if line.hasPrefix(prompt) { return String(line.dropFirst(prompt.count)) }
        // An empty line at the prompt, its last space trimmed by whatever copied it.
        return line == prompt.dropLast() ? "" : String(line)
    }

    private static func trimmingEnd(_ text: String) -> String {
        var rest = text[...]
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
