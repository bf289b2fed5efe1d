/// What the Python sides of benchmarks share: their start, the formulas of `FormulaNumbers`, and the conversation.
enum PeerScript {
    /// Ends with an answer that says so where a module is missing; everything they print goes to the errors.
    ///
    /// - Parameter imports: lines of Python after which `numpy` and `torch` are there too.
    static func opening(threads: Int, imports: [String]) -> String {
        conversation
            + PeerScript.piece(
                PackageResources.opening_py,
                ["__THREADS__": "\(threads)", "__IMPORTS__": imports.joined(separator: "\n    ")])
    }

    /// The conversation that `Benchmark.Peer` describes.
    ///
    /// `converse(name, on, prepare, measure)` goes on to the end of the input: `prepare` takes the name of a work and
    /// gives a function that does it once, or raises NotImplementedError; `measure` takes that and the seconds it took
    /// last, and gives what to answer.
    private static let conversation = PeerScript.piece(PackageResources.conversation_py)

    /// A peer without any library.
    static func plain(_ script: String) -> String { conversation + script }

    /// A piece of a script, as a file of `Python` has it.
    ///
    /// - Parameter values: what stands for the file's names in double underscores.
    static func piece(_ file: [UInt8], _ values: [String: String] = [:]) -> String {
        // The line end of the last line is the file's.
        let text = String(decoding: file.dropLast(), as: UTF8.self)
        return values.reduce(text) { $0.replacing($1.key, with: $1.value) }
    }
}
