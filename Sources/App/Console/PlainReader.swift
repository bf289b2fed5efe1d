import Glibc

/// Reads blocks where lines can't be edited: a dumb terminal, or an editor that shows our output itself.
struct PlainReader {
    let write: (String) -> Void
    let isComplete: (String) -> Bool

    func read(prompt: String) -> BlockReader.Result {
        var block = ""
        var prompt = prompt
        while true {
            write(prompt)
            switch Self.readLine() {
            case .interrupted:
                write("\n")
                return .interrupted
            case .ended:
                // What was typed before Ctrl-D runs, complete or not, and says what is missing.
                return block.isEmpty ? .ended : .block(block)
            case .block(let line):
                // A terminal shows what is typed by itself.
                if isatty(STDIN_FILENO) == 0 { write(line + "\n") }
                block += block.isEmpty ? line : "\n" + line
                if isComplete(block) { return .block(block) }
                prompt = Paste.continuationPrompt
            }
        }
    }

    /// One line of standard input; a signal drops it.
    private static func readLine() -> BlockReader.Result {
        var bytes: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            let count = Glibc.read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { return .interrupted }
            if count <= 0 { return bytes.isEmpty ? .ended : .block(String(decoding: bytes, as: UTF8.self)) }
            if byte == UInt8(ascii: "\n") { return .block(String(decoding: bytes, as: UTF8.self)) }
            bytes.append(byte)
        }
    }
}
