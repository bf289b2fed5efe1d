import Steering

/// How well a map keeps neighbourhoods.
struct Neighbourhoods {
    private let space: [[Int]]
    private let plane: [[Int]]

    /// - Parameters:
    ///   - points: coordinates in space, point by point; x and y are those on the map.
    init(_ points: [Float], dimensions: Int, _ x: [Double], _ y: [Double]) {
        func orders(_ distances: SquaredDistances) -> [[Int]] {
            let n = distances.count
            return (0..<n).map { i in
                (0..<n).filter { $0 != i }.sorted { distances.values[i * n + $0] < distances.values[i * n + $1] }
            }
        }
        space = orders(SquaredDistances(points, dimensions: dimensions))
        plane = orders(SquaredDistances(zip(x, y).flatMap { [Float($0), Float($1)] }, dimensions: 2))
    }

    /// The share of near neighbours in the plane that were near in space (Venna and Kaski, 2001), as scikit-learn's
    /// `trustworthiness` computes it.
    func trustworthiness(_ k: Int) -> Double {
        let n = space.count
        var penalty = 0.0
        for i in 0..<n {
            let rank = Dictionary(uniqueKeysWithValues: space[i].enumerated().map { ($1, $0 + 1) })
            for j in plane[i].prefix(k) { penalty += Double(max(0, (rank[j] ?? 0) - k)) }
        }
        return 1 - 2 * penalty / (Double(n * k) * Double(2 * n - 3 * k - 1))
    }

    /// The share of the k nearest in space that are among the k nearest on the map.
    func kept(_ k: Int) -> Double {
        let shares = zip(space, plane).map { Double(Set($0.prefix(k)).intersection($1.prefix(k)).count) / Double(k) }
        return shares.reduce(0, +) / Double(shares.count)
    }
}
