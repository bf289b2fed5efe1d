import Basics
import Files

/// What becomes of the places where text is cut.
enum SplitBehaviour: String, CaseIterable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"

    init(_ json: JSON?) throws(RhumbError) {
        guard let name = json?.string, let behaviour = Self(rawValue: name) else {
            let supported = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw .unsupported("split behaviour", json?.string, supported: supported)
        }
        self = behaviour
    }

    /// The pieces that remain; the runs cover the text in order.
    func pieces(
        _ runs: [(range: Range<Int>, isCut: Bool)], of text: ArraySlice<Unicode.Scalar>
    ) -> [ArraySlice<Unicode.Scalar>] {
        switch self {
        case .removed: return runs.filter { !$0.isCut }.map { text[$0.range] }
        case .isolated: return runs.map { text[$0.range] }
        case .contiguous: return joined(runs) { $0 == $1 }.map { text[$0] }
        case .mergedWithPrevious: return joined(runs) { !$0 && $1 }.map { text[$0] }
        case .mergedWithNext:
            // A cut joins what follows unless that is a cut too.
            return joined(runs) { $0 && !$1 }.map { text[$0] }
        }
    }

    private func joined(_ runs: [(range: Range<Int>, isCut: Bool)], _ joins: (Bool, Bool) -> Bool) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var previous: Bool?
        for run in runs {
            if let previous, joins(previous, run.isCut), let last = result.popLast() {
                result.append(last.lowerBound..<run.range.upperBound)
            } else {
                result.append(run.range)
            }
            previous = run.isCut
        }
        return result
    }
}
