import Bench

/// Peers that need no Python: shells that hold the conversation as a script would.
enum FakePeer {
    /// - Parameters:
    ///   - prepare: shell code that answers a line that asks to get a row ready.
    ///   - run: shell code that answers a line that asks to do it. `$line` is what was asked.
    static func script(prepare: String = "echo '{\"ready\": true}'", run: String) -> String {
        """
        echo '{"name": "shell 1", "on": ["sh 0.5"]}'
        while read -r line; do
        case $line in
        *prepare*) \(prepare) ;;
        *) \(run) ;;
        esac
        done
        """
    }

    static func benchmark(_ script: String, works: [String] = ["sum"]) -> Benchmark {
        Benchmark(
            name: "test", summary: "", peers: [.init(name: "shell", script: script)],
            works: works.map { .init($0) { 3 } })
    }

    static let right = "echo '{\"seconds\": 0.5, \"result\": 3}'"
}
