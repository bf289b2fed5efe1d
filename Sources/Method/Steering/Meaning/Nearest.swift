import Basics
import Tensor

/// Which of many embeddings lie furthest along a direction, and which furthest against it.
public struct Nearest: Sendable {
    /// An embedding by its place, and its cosine.
    public struct Item: Equatable, Sendable {
        public let index: Int
        public let cosine: Double
    }

    /// The greatest cosine first.
    public let along: [Item]
    /// The least cosine first.
    public let against: [Item]

    /// - Parameters:
    ///   - vector: a unit vector, [width].
    ///   - rows: unit rows, [count, width]; of equal cosines the earlier row comes first.
    ///   - count: at most so many on each side. No row stands on both: of few rows each side gets half.
    /// - Throws: `RhumbError` for other widths and for what is not finite.
    public init(to vector: Tensor, among rows: Tensor, count: Int) throws {
        let all = try Self.ranked(vector, rows)
        along = Array(all.prefix(min(count, (all.count + 1) / 2)))
        against = Array(all.reversed().prefix(min(count, all.count / 2)))
    }

    /// Every row by its cosine, the greatest first.
    public static func ranked(_ vector: Tensor, _ rows: Tensor) throws -> [Item] {
        guard rows.rank == 2, vector.rank == 1 else { throw RhumbError.notRows(rows.shape) }
        guard rows.shape[1] == vector.count else { throw RhumbError.widths(vector.count, rows.shape[1]) }
        let cosines = try withoutGradients { try rows.matmul(vector).floats }
        guard cosines.allSatisfy(\.isFinite) else { throw RhumbError.notFinite("an embedding") }
        return cosines.enumerated().map { Item(index: $0.offset, cosine: Double($0.element)) }
            .sorted { ($1.cosine, $0.index) < ($0.cosine, $1.index) }
    }
}
