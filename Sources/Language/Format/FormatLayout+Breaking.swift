extension FormatLayout {
    /// Where the first line that is too long is best broken; nil where none is, or none can be.
    ///
    /// - Parameter refused: pieces that no line may start with.
    func breakWanted(refused: Set<Int>) -> Int? {
        for line in lines where line.width > Self.width {
            // Statements in braces get lines of their own before anything else is broken.
            if let block = block(on: line), !refused.contains(block) { return block }
            let places = line.words.dropFirst().compactMap { word -> (piece: Int, cost: Int)? in
                guard !refused.contains(word.piece), word.column <= Self.width, let cost = cost(of: word) else {
                    return nil
                }
                return (word.piece, cost + Self.width - word.column)
            }
            if let best = places.min(by: { $0.cost < $1.cost }) { return best.piece }
        }
        return nil
    }

    /// What stands first in the braces around statements on a line.
    private func block(on line: Line) -> Int? {
        for word in line.words {
            if case .blockOpen(true) = pieces[word.piece].role, word.piece + 1 < pieces.count,
                pieces[word.piece + 1].breaks == 0
            {
                if case .blockClose = pieces[word.piece + 1].role { continue }
                return word.piece + 1
            }
        }
        return nil
    }

    /// How unwelcome a line end is in front of a word, in columns; nil where there can be none.
    private func cost(of word: Placed) -> Int? {
        let left = pieces[word.piece - 1], right = pieces[word.piece]
        let depth = 80 * word.depth
        switch (left.role, right.role) {
        case (_, .close), (_, .blockClose), (_, .comma), (_, .semicolon), (_, .blockOpen): return nil
        case (.comma, _): return depth
        case (_, .infix) where right.text == "|>": return depth
        case (.open, _): return depth + 30
        case (.blockOpen, _): return depth + 60
        case (.colon, _), (.dot, _), (_, .dot), (_, .colon): return nil
        case (_, .word) where right.isOption: return depth
        case (.infix, _) where ["=", "+=", "-=", "*=", "/="].contains(left.text): return depth + 200
        case (.infix, _) where left.text == "|>": return nil
        case (.infix, _) where left.text == "->": return depth + 40
        case (.infix, _) where ["*", "/", "%", "@", "**"].contains(left.text): return depth + 50
        case (.infix, _): return depth + 15
        case (.keyword, _) where ["and", "or"].contains(left.text): return depth + 10
        default: return nil
        }
    }
}
