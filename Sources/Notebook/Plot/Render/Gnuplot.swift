import Foundation
import GnuplotStream
import Synchronization

/// Runs gnuplot, one process a figure.
package enum Gnuplot {
    /// What a run left behind.
    package struct Output {
        /// What gnuplot wrote to its standard output.
        package var text: [UInt8]
        /// What it wrote to each of its files.
        package var files: [[UInt8]]
    }

    /// The first executable `gnuplot` in the folders of `PATH`.
    package static func locate() throws(PlotError) -> String {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        for folder in path.split(separator: ":") {
            let candidate = "\(folder)/gnuplot"
            if access(candidate, X_OK) == 0 { return candidate }
        }
        throw .gnuplotMissing
    }

    /// How long a figure may take: RHUMB_GNUPLOT_SECONDS, or a minute, which a hundred usual figures take.
    package static var timeout: Double {
        let wanted = getenv("RHUMB_GNUPLOT_SECONDS").flatMap { Double(String(cString: $0)) }
        return wanted.flatMap { $0 > 0 ? $0 : nil } ?? 60
    }

    /// Asked many times a second, from another thread, while gnuplot runs: whether it is to be ended.
    private static let shouldStop = Mutex<(@convention(c) () -> Bool)?>(nil)

    /// Lets an interrupt end a gnuplot at work; the figure then throws ``PlotError/interrupted``.
    package static func stop(when isAsked: @escaping @convention(c) () -> Bool) {
        shouldStop.withLock { $0 = isAsked }
    }

    /// Sends a script to a new process, which has ``timeout`` to end.
    ///
    /// - Parameters:
    ///   - files: How many files in memory the script writes.
    ///   - script: Makes the script, given the paths of those files.
    package static func run(
        files count: Int = 0, _ script: (_ files: [String]) -> String
    ) throws(PlotError) -> Output {
        var error: UnsafeMutablePointer<CChar>?
        let seconds = timeout
        guard
            let stream = gnuplotstream_open(
                try locate(), Int32(count), seconds, shouldStop.withLock(\.self), &error)
        else {
            throw .gnuplotUnusable(reason: taken(error))
        }
        // A write fails only when gnuplot has stopped reading; its diagnostics below tell why.
        var text = script((0..<count).map { String(cString: gnuplotstream_path(stream, Int32($0))) })
        text.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) { gnuplotstream_write(stream, $0.baseAddress, $0.count) }
        }
        var result = gnuplotstream_result()
        guard gnuplotstream_close(stream, &result, &error) == 0 else { throw .gnuplotUnusable(reason: taken(error)) }
        defer { gnuplotstream_result_free(&result) }
        if result.was_stopped { throw .interrupted }
        if result.was_late { throw .gnuplotTooSlow(seconds: seconds) }
        guard result.status == 0 else {
            let diagnostics = String(decoding: bytes(result.diagnostics), as: UTF8.self)
            throw .gnuplotFailed(status: Int(result.status), diagnostics: GnuplotDiagnostics.summary(diagnostics))
        }
        return Output(text: bytes(result.output), files: (0..<count).map { bytes(result.files[$0]) })
    }

    private static func bytes(_ text: gnuplotstream_text) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: text.bytes, count: text.count))
    }

    private static func taken(_ message: UnsafeMutablePointer<CChar>?) -> String {
        guard let message else { return "out of memory" }
        defer { free(message) }
        return String(cString: message)
    }
}
