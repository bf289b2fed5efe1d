/// Collects the two halves of a gnuplot script: the data blocks, and the commands that use them.
struct ScriptBuilder {
    private(set) var blocks: [String] = []
    private(set) var commands: [String] = []
    private var blockNames: [String: Int] = [:]

    /// Adds a named block with one row a line, its fields separated by blanks, and returns its gnuplot name.
    mutating func block(_ stem: String, rows: some Sequence<String>) -> String {
        let number = (blockNames[stem] ?? 0) + 1
        blockNames[stem] = number
        let name = "$\(stem)\(number)"
        var text = "\(name) << EOD\n"
        for row in rows { text += row + "\n" }
        blocks.append(text + "EOD")
        return name
    }

    mutating func command(_ text: String) {
        commands.append(text)
    }
}
