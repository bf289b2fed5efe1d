import Basics
import Tensor

/// Texts as rows of equal length.
public struct TokenBatch {
    /// Token identifiers, int64 [texts, length].
    public let identifiers: Tensor
    /// 1 for a token and 0 for padding, float32 [texts, length].
    public let mask: Tensor
    public let rows: [[Int]]
}

extension Tokenizer {
    public enum Padding: Sendable, Equatable {
        /// To the longest of the batch.
        case longest
        /// To this many tokens.
        case length(Int)
    }

    /// The identifiers of several texts, padded with the padding token on the tokenizer's side, mostly the right.
    ///
    /// - Parameters:
    ///   - padding: how long the rows become.
    ///   - length: the most identifiers a text keeps; nil for `maximumLength`.
    public func encode(_ texts: [String], padding: Padding = .longest, length: Int? = nil) throws -> TokenBatch {
        var limit = length
        if case .length(let wanted) = padding { limit = min(wanted, length ?? wanted) }
        var rows: [[Int]] = []
        for text in texts {
            try StopFlag.check()
            rows.append(try encode(text, length: limit))
        }
        let longest = rows.map(\.count).max() ?? 0
        let width = if case .length(let wanted) = padding { wanted } else { longest }
        let mask: [Float] = rows.flatMap { row in
            let ones = (0..<width).map { $0 < row.count ? Float(1) : 0 }
            return padsLeft ? ones.reversed() : ones
        }
        if rows.contains(where: { $0.count < width }) {
            let padding = try paddingIdentifier()
            rows = rows.map { row in
                let filler = [Int](repeating: padding, count: width - row.count)
                return padsLeft ? filler + row : row + filler
            }
        }
        return TokenBatch(
            identifiers: try Tensor(integers: rows.flatMap { $0 }, shape: [texts.count, width]),
            mask: try Tensor(mask, shape: [texts.count, width]), rows: rows)
    }

    /// The identifier of the padding token.
    public func paddingIdentifier() throws(RhumbError) -> Int {
        guard let token = specialTokens.padding, let identifier = identifier(of: token) else {
            throw .missingToken(specialTokens.padding ?? "", role: "padding")
        }
        return identifier
    }
}
