/// Why a cell runs although there is a cache. The messages stand here.
enum CellReason: Equatable {
    case marked
    case neverRun
    /// - Parameter line: of the first line that differs, in the recipe.
    case codeChanged(line: Int)
    /// A variable or parameter that it takes: `from` and `to` are nil when they don't show the difference.
    case valueChanged(name: String, cell: Int?, from: String?, to: String?)
    /// It takes a variable that it did not take, or takes one no more.
    case otherVariables([String])
    case functionChanged(name: String, cell: Int)
    /// A cell before it runs, and may give another value.
    case follows(name: String?, cell: Int)
    /// A value that can't be compared with the one before.
    case notComparable(name: String, cell: Int)
    case fact(name: String, from: String, to: String)
    case marksChanged
    case fileChanged(String)
    case matchesChanged(String)
    /// A file that it wrote is not what it was.
    case writtenChanged(String)
    case mayWrite(file: String, cell: Int)
    case seeds
    case mayDraw(cell: Int)
    /// A cell that runs takes something that can't be written down.
    case needed(name: String, by: Int)
    case lastValueNeeded(by: Int)
    case unclear(String)
    case damaged(String)
    case notCached(String)
    case gone

    var text: String {
        switch self {
        case .marked: return "marked nocache"
        case .neverRun: return "never run"
        case .codeChanged(let line): return "code changed at line \(line)"
        case .valueChanged(let name, let cell, let from, let to):
            let change = if let from, let to, from != to { " from \(from) to \(to)" } else { "" }
            return name + (cell.map { " of cell \($0)" } ?? "") + " changed" + change
        case .otherVariables(let names):
            return "takes other variables: " + names.joined(separator: ", ")
        case .functionChanged(let name, let cell): return "the function \(name) of cell \(cell) changed"
        case .follows(let name?, let cell): return "cell \(cell) runs, and gives it \(name)"
        case .follows(nil, let cell): return "cell \(cell) runs, and what it changes can't be told before"
        case .notComparable(let name, let cell): return "\(name) of cell \(cell) can't be compared with what it was"
        case .fact(let name, let from, let to):
            return from.count > 40 || to.count > 40 ? "\(name) changed" : "\(name) changed from \(from) to \(to)"
        case .marksChanged: return "the marks on its fence changed"
        case .fileChanged(let name): return "\(name) changed"
        case .matchesChanged(let pattern): return "other files match \(pattern)"
        case .writtenChanged(let name): return "\(name), which it wrote, is not what it was"
        case .mayWrite(let file, let cell): return "cell \(cell) runs, and may write \(file)"
        case .seeds: return "the stream of seeds is at another position"
        case .mayDraw(let cell): return "cell \(cell) runs, and may draw other seeds"
        case .needed(let name, let cell): return "cell \(cell) needs its \(name), which can't be cached"
        case .lastValueNeeded(let cell): return "cell \(cell) reads _, the last value"
        case .unclear(let what): return what
        case .damaged(let what): return "the cache is damaged: \(what)"
        case .notCached(let why): return "was not cached: \(why)"
        case .gone: return "its result is no longer in the cache"
        }
    }
}
