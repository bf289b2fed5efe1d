/// Processes that do nothing but keep a core busy each, until ``end()``.
///
/// They end with this process too, however it ends: their shells wait for the end of their input. And after ten minutes
/// of work each they end by themselves.
package final class BusyLoops {
    private var shells: [ChildProcess] = []

    package init(_ count: Int) throws(BenchError) {
        for _ in 0..<count {
            shells.append(try ChildProcess("sh", ["-c", "ulimit -t 600; while :; do :; done & read end; kill $!"]))
        }
    }

    package func end() { shells = [] }
}
