/// A stretch of lines that differs between two texts.
struct LineChange {
    /// Number of the first line in each text, from 1.
    let firstLine: Int
    let secondLine: Int
    let first: String
    let second: String

    var title: String {
        "recipe line \(firstLine)" + (secondLine == firstLine ? "" : " (\(secondLine) in the second)")
    }

    /// The stretches that are not in both, by the longest common subsequence of lines.
    static func between(_ a: [Substring], _ b: [Substring]) -> [LineChange] {
        let start = zip(a, b).prefix { $0 == $1 }.count
        let end = zip(a[start...].reversed(), b[start...].reversed()).prefix { $0 == $1 }.count
        let x = Array(a[start..<a.count - end]), y = Array(b[start..<b.count - end])
        if x.isEmpty, y.isEmpty { return [] }
        // common[i][j]: how many lines x[i...] and y[j...] share in order.
        var common = [[Int]](repeating: [Int](repeating: 0, count: y.count + 1), count: x.count + 1)
        for i in x.indices.reversed() {
            for j in y.indices.reversed() {
                common[i][j] = x[i] == y[j] ? common[i + 1][j + 1] + 1 : max(common[i + 1][j], common[i][j + 1])
            }
        }
        var changes: [LineChange] = []
        var i = 0, j = 0
        while i < x.count || j < y.count {
            if i < x.count, j < y.count, x[i] == y[j] {
                (i, j) = (i + 1, j + 1)
                continue
            }
            let (fromI, fromJ) = (i, j)
            while i < x.count || j < y.count, !(i < x.count && j < y.count && x[i] == y[j]) {
                if i < x.count, j == y.count || common[i + 1][j] >= common[i][j + 1] { i += 1 } else { j += 1 }
            }
            func text(_ lines: ArraySlice<Substring>) -> String {
                lines.isEmpty ? "—" : lines.map(String.init).joined(separator: " ⏎ ")
            }
            changes.append(
                LineChange(
                    firstLine: start + fromI + 1, secondLine: start + fromJ + 1, first: text(x[fromI..<i]),
                    second: text(y[fromJ..<j])))
        }
        return changes
    }
}
