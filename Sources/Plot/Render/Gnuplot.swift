import Foundation
import GnuplotStream

/// Runs gnuplot, one process a figure.
package enum Gnuplot {
    /// The first executable `gnuplot` in the folders of `PATH`.
    package static func locate(path: String = ProcessInfo.processInfo.environment["PATH"] ?? "") throws(PlotError) -> String {
        for folder in path.split(separator: ":") {
            let candidate = "\(folder)/gnuplot"
            if access(candidate, X_OK) == 0 { return candidate }
        }
        throw .gnuplotMissing
    }

    /// Sends a script to a new process and returns the bytes it wrote to its standard output.
    package static func run(_ script: String) throws(PlotError) -> [UInt8] {
        var error: UnsafeMutablePointer<CChar>?
        guard let stream = gnuplotstream_open(try locate(), &error) else {
            throw .gnuplotUnusable(reason: taken(error))
        }
        // A write fails only when gnuplot has stopped reading; its diagnostics below tell why.
        var text = script
        text.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) { gnuplotstream_write(stream, $0.baseAddress, $0.count) }
        }
        var result = gnuplotstream_result()
        guard gnuplotstream_close(stream, &result, &error) == 0 else { throw .gnuplotUnusable(reason: taken(error)) }
        defer { gnuplotstream_result_free(&result) }
        guard result.status == 0 else {
            let diagnostics = String(cString: result.diagnostics)
            throw .gnuplotFailed(status: Int(result.status), diagnostics: summary(of: diagnostics))
        }
        return result.output.withMemoryRebound(to: UInt8.self, capacity: result.output_count) {
            Array(UnsafeBufferPointer(start: $0, count: result.output_count))
        }
    }

    /// What gnuplot said, and of which command: it prints the line, a caret below it and the reason. A line is all
    /// commands of a block, so only the command over the caret is quoted.
    package static func summary(of diagnostics: String) -> String {
        var lines = diagnostics.split(whereSeparator: \.isNewline)
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        guard let last = lines.last else { return "" }
        var reason = last.drop { $0 == " " }
        // The number is of a line nobody sees: the commands came through a pipe.
        if reason.hasPrefix("line "), let colon = reason.firstIndex(of: ":") { reason = reason[colon...].dropFirst(2) }
        guard lines.count > 2, let caret = lines[lines.count - 2].firstIndex(of: "^") else {
            return lines.map { String($0.drop { $0 == " " }) }.joined(separator: " ")
        }
        let context = Array(lines[lines.count - 3])
        let column = min(lines[lines.count - 2].distance(from: lines[lines.count - 2].startIndex, to: caret), context.count)
        let start = context[..<column].lastIndex(of: ";").map { $0 + 1 } ?? 0
        let end = context[column...].firstIndex(of: ";") ?? context.count
        var command = Substring(String(context[start..<end]))
        for prompt in ["gnuplot> ", "more> "] where command.hasPrefix(prompt) { command = command.dropFirst(prompt.count) }
        return "\(reason) in '\(command.drop { $0 == " " })'"
    }

    private static func taken(_ message: UnsafeMutablePointer<CChar>?) -> String {
        guard let message else { return "out of memory" }
        defer { free(message) }
        return String(cString: message)
    }
}
