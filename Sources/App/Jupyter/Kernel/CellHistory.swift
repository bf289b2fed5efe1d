import Files
import Glibc

/// The cells that a kernel has run, for front ends that ask. Nothing is kept when the kernel ends: the notebook has it.
struct CellHistory {
    private var cells: [(code: String, result: String?)] = []

    mutating func append(_ code: String, result: String?) { cells.append((code, result)) }

    /// What a `history_request` asks for: `[session, line, code]`, or `[session, line, [code, result]]`.
    func answer(_ request: JSON) -> JSON {
        let wantsResults = request["output"]?.bool ?? false
        let most = request["n"]?.integer.map { max(0, $0) } ?? .max
        var numbers = Array(cells.indices)
        switch request["hist_access_type"]?.string ?? "tail" {
        case "range":
            // The present session is 0, or 1 by its own number; of others nothing is known.
            guard [0, 1].contains(request["session"]?.integer ?? 0) else { return [] }
            let start = max(1, request["start"]?.integer ?? 1)
            let stop = request["stop"]?.integer ?? .max
            numbers = numbers.filter { $0 + 1 >= start && $0 + 1 < stop }
        case "search":
            let pattern = request["pattern"]?.string ?? "*"
            numbers = numbers.filter { fnmatch(pattern, cells[$0].code, 0) == 0 }
            if request["unique"]?.bool ?? false {
                var seen: Set<String> = []
                numbers = numbers.reversed().filter { seen.insert(cells[$0].code).inserted }.reversed()
            }
            numbers = numbers.suffix(most)
        default: numbers = numbers.suffix(most)
        }
        return .array(
            numbers.map { number in
                let code = JSON.string(cells[number].code)
                let result = cells[number].result.map { JSON.string($0) } ?? .null
                return [1, .integer(number + 1), wantsResults ? [code, result] : code]
            })
    }
}
