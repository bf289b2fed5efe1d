import Foundation
import GnuplotStream

/// Runs gnuplot, one process a figure.
enum Gnuplot {
    /// The first executable `gnuplot` in the folders of `PATH`.
    static func locate(path: String = ProcessInfo.processInfo.environment["PATH"] ?? "") throws(PlotError) -> String {
        for folder in path.split(separator: ":") {
            let candidate = "\(folder)/gnuplot"
            if access(candidate, X_OK) == 0 { return candidate }
        }
        throw .gnuplotMissing
    }

    /// Sends a script to a new process and returns the bytes it wrote to its standard output.
    static func run(_ script: String) throws(PlotError) -> [UInt8] {
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
            throw .gnuplotFailed(status: Int(result.status), diagnostics: diagnostics)
        }
        return result.output.withMemoryRebound(to: UInt8.self, capacity: result.output_count) {
            Array(UnsafeBufferPointer(start: $0, count: result.output_count))
        }
    }

    private static func taken(_ message: UnsafeMutablePointer<CChar>?) -> String {
        guard let message else { return "out of memory" }
        defer { free(message) }
        return String(cString: message)
    }
}
