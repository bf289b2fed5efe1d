/// The same work done by Rhumb and by other programs, timed in one run.
package struct Benchmark {
    /// What `rhumb bench` calls it.
    package let name: String
    /// One line without a full stop.
    package let summary: String
    package let peers: [Peer]
    package let works: [Work]
    /// Seconds of rest before each program's turn: threads of the one before may still be looking for work.
    package let rest: Double
    /// Works that take less than this many seconds are done once more before each timing, untimed.
    package let warmUp: Double

    package init(name: String, summary: String, peers: [Peer], works: [Work], rest: Double = 0, warmUp: Double = 0) {
        self.name = name
        self.summary = summary
        self.peers = peers
        self.works = works
        self.rest = rest
        self.warmUp = warmUp
    }

    /// One piece of work, done again and again.
    package struct Work {
        /// What the peer scripts know it by, too.
        package let name: String
        /// Whether a quick look takes it in.
        package let isQuick: Bool
        /// Does the work once and gives its result, which a peer must reproduce: to this relative tolerance.
        package let run: () throws -> Double
        package let tolerance: Double
        /// Nil where it is not counted.
        package let arithmetic: (() -> Arithmetic)?
        /// Compares what else a peer has left of the work it has just done, and says in a sentence how far it agrees.
        package let check: (() throws -> String)?

        package init(
            _ name: String, isQuick: Bool = true, tolerance: Double = 1e-9, arithmetic: (() -> Arithmetic)? = nil,
            check: (() throws -> String)? = nil, run: @escaping () throws -> Double
        ) {
            self.name = name
            self.isQuick = isQuick
            self.tolerance = tolerance
            self.arithmetic = arithmetic
            self.check = check
            self.run = run
        }
    }

    /// Another program that can do the work: a Python script.
    ///
    /// Its first line of output is a JSON object `{"name": "PyTorch 2.15.0", "on": ["transformers 5.24.0"]}`, or
    /// `{"missing": "why"}` when it can't run here. Then it reads lines of JSON from its standard input:
    /// * `{"prepare": "row"}` gets a work ready, such as by making its model; answered by `{"ready": true}`;
    /// * `{"run": "row"}` does that work once; answered by `{"seconds": 0.123, "result": 832040}`. Where it knows them,
    ///   the most bytes it held meanwhile stand beside as `"memory"`.
    ///
    /// To either it may answer `{"missing": "why"}` for work it does not do, and `{"failed": "why"}` for an error after
    /// which it goes on.
    package struct Peer {
        package let name: String
        package let script: String

        package init(name: String, script: String) {
            self.name = name
            self.script = script
        }
    }
}
