extension FormatLayout {
    /// Spaces between a word and the one in front of it on its line.
    func spaces(before index: Int) -> Int {
        let least = gap(before: index)
        let piece = pieces[index]
        guard least == 1, piece.spaces > 1, isBelowAnother(index) else { return least }
        return piece.spaces
    }

    /// Whether a word with several spaces in front of it stands below or above one of a neighbouring line.
    private func isBelowAnother(_ index: Int) -> Bool {
        guard let column = pieces[index].column else { return false }
        var first = index, next = index + 1
        while pieces[first].breaks == 0, first > 0 { first -= 1 }
        while next < pieces.count, pieces[next].breaks == 0 { next += 1 }
        if pieces[first].breaks == 1 {
            var above = first - 1
            while above >= 0 {
                if pieces[above].column == column, pieces[above].breaks == 0 { return true }
                if pieces[above].breaks > 0 { break }
                above -= 1
            }
        }
        guard next < pieces.count, pieces[next].breaks == 1 else { return false }
        for below in pieces[(next + 1)...] {
            if below.breaks > 0 { break }
            if below.column == column { return true }
        }
        return false
    }

    private func gap(before index: Int) -> Int {
        let left = pieces[index - 1], right = pieces[index]
        let given = min(right.spaces, 1)
        switch (left.role, right.role) {
        case (.blockOpen, .blockClose): return 0
        case (.blockOpen, _), (_, .blockClose), (_, .blockOpen): return 1
        case (.open, _), (_, .close): return 0
        case (_, .comma), (_, .semicolon): return 0
        case (.comma, _), (.semicolon, _): return 1
        case (_, .colon): return 0
        case (.dot, _), (_, .dot): return 0
        case (.colon, _): return 1
        case (_, .dots(true, _)): return 0
        case (.dots(_, true), _): return 0
        case (.dots, _): return given
        case (.sign, _): return 0
        case (.infix, _), (_, .infix): return 1
        case (_, .dots): return given
        case (.question, _): return given
        case (.funcWord, .open): return 0
        case (.keyword, _), (_, .sign): return 1
        case (_, .open): return given
        default: return 1
        }
    }
}
