import Language

extension Benchmark {
    /// The language's own speed, without any library below it: against CPython on the same work.
    ///
    /// Both compile a function once, outside the time, and call it again and again.
    package static func language(registry: Registry) -> Benchmark {
        Benchmark(
            name: "language", summary: "scalar loops, calls, strings and lists against CPython",
            peers: [Peer(name: "CPython", script: pythonScript)],
            works: languageWorks.map { work in
                let interpreter = Interpreter(registry: registry, host: SilentHost())
                return Work(work.name) {
                    if interpreter["work"] == nil { try interpreter.run(Source(name: work.name, text: work.rhumb)) }
                    guard case .function(let function) = interpreter["work"],
                        case .number(let result) = try interpreter.call(function, [])
                    else { return .nan }
                    return result
                }
            })
    }

    /// Every work as a function of the language and of Python, with the same steps in the same order.
    static let languageWorks: [(name: String, rhumb: String, python: String)] = [
        (
            "scalar loop, 1 M steps",
            """
            func work() {
                total = 0
                for i in 0..1000000 { total = total + i * 0.5 - i % 7 }
                return total
            }
            """,
            """
            def work():
                total = 0
                for i in range(1000000):
                    total = total + i * 0.5 - i % 7
                return total
            """
        ),
        (
            "while loop, Collatz below 20 000",
            """
            func work() {
                longest = 0
                start = 1
                while start < 20000 {
                    n = start
                    steps = 0
                    while n != 1 {
                        if n % 2 == 0 { n = n / 2 } else { n = 3 * n + 1 }
                        steps = steps + 1
                    }
                    if steps > longest { longest = steps }
                    start = start + 1
                }
                return longest
            }
            """,
            """
            def work():
                longest = 0
                start = 1
                while start < 20000:
                    n = start
                    steps = 0
                    while n != 1:
                        if n % 2 == 0:
                            n = n // 2
                        else:
                            n = 3 * n + 1
                        steps = steps + 1
                    if steps > longest:
                        longest = steps
                    start = start + 1
                return longest
            """
        ),
        (
            "function calls, fib 27",
            """
            func fib(n) { if n < 2 { return n } else { return fib(n - 1) + fib(n - 2) } }
            func work() { return fib(27) }
            """,
            """
            def fib(n):
                if n < 2:
                    return n
                else:
                    return fib(n - 1) + fib(n - 2)
            def work():
                return fib(27)
            """
        ),
        (
            "string building, 200 k pieces",
            """
            func work() {
                text = ""
                for i in 0..200000 { text = text + "item {i}, " }
                return len(text)
            }
            """,
            """
            def work():
                text = ""
                for i in range(200000):
                    text = text + f"item {i}, "
                return len(text)
            """
        ),
        (
            "list work, sieve below 500 k",
            """
            func work() {
                n = 500000
                prime = []
                for i in 0..n { prime = append(prime, true) }
                for i in 2..708 {
                    if prime[i] {
                        j = i * i
                        while j < n {
                            prime[j] = false
                            j = j + i
                        }
                    }
                }
                count = 0
                for i in 2..n { if prime[i] { count = count + 1 } }
                return count
            }
            """,
            """
            def work():
                n = 500000
                prime = []
                for i in range(n):
                    prime.append(True)
                for i in range(2, 708):
                    if prime[i]:
                        j = i * i
                        while j < n:
                            prime[j] = False
                            j = j + i
                count = 0
                for i in range(2, n):
                    if prime[i]:
                        count = count + 1
                return count
            """
        ),
    ]

    private static var pythonScript: String {
        var script = "works = {}\n"
        for work in languageWorks {
            script += "\(work.python)\nworks[\"\(work.name)\"] = work\n"
        }
        script += PeerScript.piece(PackageResources.language_py)
        return PeerScript.plain(script)
    }
}

/// The works print nothing.
private final class SilentHost: SessionHost {
    func write(_ text: String) {}
}
