import Basics
import COpenBLAS
import Tensor

/// Embeddings as rows in double precision: the statistics of a few dozen anchors are worth the digits.
struct Rows {
    let count: Int
    let width: Int
    private(set) var values: [Double]

    init(_ tensor: Tensor, _ what: String) throws {
        guard tensor.rank == 2 else { throw RhumbError.notRows(tensor.shape) }
        (count, width) = (tensor.shape[0], tensor.shape[1])
        values = tensor.floats.map(Double.init)
        guard values.allSatisfy(\.isFinite) else { throw RhumbError.notFinite(what) }
    }

    private init(count: Int, width: Int, values: [Double]) {
        (self.count, self.width, self.values) = (count, width, values)
    }

    /// Some of the rows, in that order; a row may come again.
    func picked(_ places: [Int]) -> Rows {
        Rows(count: places.count, width: width, values: places.flatMap { self[$0] })
    }

    static func joined(_ a: Rows, _ b: Rows) -> Rows {
        Rows(count: a.count + b.count, width: a.width, values: a.values + b.values)
    }

    subscript(_ row: Int) -> ArraySlice<Double> { values[row * width..<(row + 1) * width] }

    /// The mean of the rows, leaving one out if asked.
    func mean(without omitted: Int? = nil) -> [Double] {
        var total = [Double](repeating: 0, count: width)
        for row in 0..<count where row != omitted {
            for (i, value) in self[row].enumerated() { total[i] += value }
        }
        let n = Double(omitted == nil ? count : count - 1)
        return total.map { $0 / n }
    }

    /// Each row less `centre`.
    func centred(on centre: [Double]) -> Rows {
        var result = self
        for row in 0..<count { for i in 0..<width { result.values[row * width + i] -= centre[i] } }
        return result
    }

    /// Root mean square distance of the rows from `centre`.
    func spread(around centre: [Double]) -> Double {
        (centred(on: centre).values.reduce(0) { $0 + $1 * $1 } / Double(count)).squareRoot()
    }
}

func dot<A: Collection<Double>, B: Collection<Double>>(_ a: A, _ b: B) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

func length(_ a: [Double]) -> Double { dot(a, a).squareRoot() }

/// Solves A x = b for a symmetric positive definite A [n, n].
func solvePositiveDefinite(_ a: [Double], _ b: [Double]) throws -> [Double] {
    var matrix = a, x = b
    var n = Int32(b.count), one: Int32 = 1, info: Int32 = 0
    "U".withCString { dposv_($0, &n, &one, &matrix, &n, &x, &n, &info) }
    guard info == 0, x.allSatisfy(\.isFinite) else { throw RhumbError.singular }
    return x
}
