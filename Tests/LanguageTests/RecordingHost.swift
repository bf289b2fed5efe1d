import Language

/// Keeps what a program writes.
final class RecordingHost: SessionHost {
    var output = ""
    var notes: [String] = []
    var parameters: [String: String] = [:]
    var isInterrupted = false

    func write(_ text: String) { output += text }
    func note(_ text: String) { notes.append(text) }
    func parameter(_ name: String) -> String? { parameters[name] }
}
