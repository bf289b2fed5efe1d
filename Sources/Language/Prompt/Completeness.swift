extension Interpreter {
    /// Whether a text can be run as it stands. False only when more lines could complete it: something is open, or an
    /// operator waits for its operand. A text with an error is complete: running it shows the error.
    public static func isComplete(_ text: String) -> Bool {
        do {
            _ = try Parser.parse(Source(name: "prompt", text: text))
            return true
        } catch {
            return !error.isIncomplete
        }
    }
}
