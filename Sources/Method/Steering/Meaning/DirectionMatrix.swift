import Basics
import Tensor

/// Several directions in one space beside each other.
public enum DirectionMatrix {
    /// The cosine of each with each, row by row.
    public static func cosines(_ directions: [Direction]) throws -> [[Double]] {
        try directions.map { row in try directions.map { try row.cosine($0) } }
    }

    /// How well each direction tells the two sides of each group apart: the area under the ROC curve of the row's
    /// direction on the column's group.
    ///
    /// - Parameter groups: unit rows of each side, [examples, width].
    public static func auc(_ directions: [Direction], on groups: [(safe: Tensor, unsafe: Tensor)]) throws -> [[Double]]
    {
        try withoutGradients {
            try directions.map { direction in
                try groups.map { group in
                    try Separation.auc(
                        safe: direction.safety(group.safe).floats.map(Double.init),
                        unsafe: direction.safety(group.unsafe).floats.map(Double.init))
                }
            }
        }
    }
}
