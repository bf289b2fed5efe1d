import Basics
import Files

/// Byte-pair encoding: a piece starts as its characters, and the earliest applicable rule joins two neighbours until
/// none applies (Sennrich et al., 2016).
final class BytePairEncoding: TokenModel {
    /// The options of a tokenizer file that change the result.
    struct Options {
        var unknownToken: String?
        /// Whether neighbouring unknown characters become one unknown token.
        var fusesUnknown = false
        /// Appended to the last character of a piece: `</w>` in CLIP.
        var endOfWordSuffix = ""
        /// Whether a piece that is a token is taken whole, whatever the rules say.
        var ignoresMerges = false
        /// Whether an unknown character becomes tokens of its bytes, `<0xE4>`, where all of them are tokens.
        var fallsBackToBytes = false
    }

    let vocabulary: TokenIndex
    let options: Options
    /// The pairs that are joined, the earliest first.
    let rules: [(String, String)]
    private var merges: MergeTable
    private let unknown: Int32?
    /// Identifiers of single characters, and of those with the suffix.
    private var characters: [Unicode.Scalar: Int32] = [:]
    private var endings: [Unicode.Scalar: Int32] = [:]
    /// Pieces seen before; text repeats its words.
    private var cache: [ArraySlice<Unicode.Scalar>: [Int32]] = [:]
    private static let cacheLimit = 16_384

    init(vocabulary: TokenIndex, rules: [(String, String)], options: Options) throws(RhumbError) {
        self.vocabulary = vocabulary
        self.rules = rules
        self.options = options
        if let token = options.unknownToken {
            guard let id = vocabulary.identifier(of: token) else { throw .missingToken(token, role: "unknown") }
            unknown = Int32(id)
        } else {
            unknown = nil
        }
        merges = MergeTable(capacity: rules.count)
        for (rank, rule) in rules.enumerated() {
            guard let left = vocabulary.identifier(of: rule.0), let right = vocabulary.identifier(of: rule.1),
                let result = vocabulary.identifier(of: rule.0 + rule.1)
            else { throw .mergeOutsideVocabulary(rule.0, rule.1, number: rank + 1) }
            merges.insert(Int32(left), Int32(right), .init(rank: Int32(rank), result: Int32(result)))
        }
    }

    func tokenize(_ piece: ArraySlice<Unicode.Scalar>, into identifiers: inout [Int]) throws(RhumbError) {
        if let known = cache[piece] {
            for identifier in known { identifiers.append(Int(identifier)) }
            return
        }
        let tokens = whole(piece) ?? merged(symbols(of: piece))
        if cache.count < Self.cacheLimit { cache[ArraySlice(Array(piece))] = tokens }
        for identifier in tokens { identifiers.append(Int(identifier)) }
    }

    private func whole(_ piece: ArraySlice<Unicode.Scalar>) -> [Int32]? {
        guard options.ignoresMerges else { return nil }
        return vocabulary.identifier(of: String(String.UnicodeScalarView(piece))).map { [Int32($0)] }
    }

    func knows(_ piece: ArraySlice<Unicode.Scalar>) -> Bool {
        whole(piece) != nil || options.fallsBackToBytes
            || zip(piece.indices, piece).allSatisfy { index, scalar in
                (index == piece.endIndex - 1 ? symbol(ending: scalar) : symbol(of: scalar)) != nil
            }
    }

    /// The characters' tokens; an unknown one becomes the unknown token, or nothing when there is none.
    private func symbols(of piece: ArraySlice<Unicode.Scalar>) -> [Int32] {
        var symbols: [Int32] = []
        symbols.reserveCapacity(piece.count)
        var lastIsUnknown = false
        for (index, scalar) in zip(piece.indices, piece) {
            let isLast = index == piece.endIndex - 1
            if let symbol = isLast ? symbol(ending: scalar) : symbol(of: scalar) {
                symbols.append(symbol)
                lastIsUnknown = false
            } else if options.fallsBackToBytes, let bytes = bytes(of: scalar) {
                symbols += bytes
                lastIsUnknown = false
            } else if let unknown {
                if !(lastIsUnknown && options.fusesUnknown) { symbols.append(unknown) }
                lastIsUnknown = true
            }
        }
        return symbols
    }

    private func bytes(of scalar: Unicode.Scalar) -> [Int32]? {
        let found = String(scalar).utf8.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return vocabulary.identifier(of: "<0x\(digits.count < 2 ? "0" : "")\(digits)>")
        }
        return found.contains(nil) ? nil : found.compactMap { $0.map(Int32.init) }
    }

    private func symbol(of scalar: Unicode.Scalar) -> Int32? {
        if let known = characters[scalar] { return known }
        guard let id = vocabulary.identifier(of: String(scalar)) else { return nil }
        characters[scalar] = Int32(id)
        return Int32(id)
    }

    private func symbol(ending scalar: Unicode.Scalar) -> Int32? {
        if let known = endings[scalar] { return known }
        guard let id = vocabulary.identifier(of: String(scalar) + options.endOfWordSuffix) else { return nil }
        endings[scalar] = Int32(id)
        return Int32(id)
    }

    /// Applies the rules. A heap holds the applicable ones, by rank and then from left to right, so that a piece of n
    /// characters takes O(n log n): text without spaces can be one piece of many thousands.
    private func merged(_ start: [Int32]) -> [Int32] {
        var symbols = start
        guard symbols.count > 1 else { return symbols }
        var next = Array(1...symbols.count)
        var previous = Array(-1..<symbols.count - 1)
        /// Rank of the rule that joins a symbol with its right neighbour; an entry of the heap whose rank is not the
        /// current one is out of date.
        var ranks = [Int32](repeating: -1, count: symbols.count)
        var heap = MinimumHeap()

        func propose(_ left: Int) {
            let right = next[left]
            let merge = right < symbols.count ? merges[symbols[left], symbols[right]] : nil
            ranks[left] = merge?.rank ?? -1
            if let merge { heap.push(UInt64(UInt32(merge.rank)) << 32 | UInt64(left)) }
        }

        for left in 0..<symbols.count - 1 { propose(left) }
        while let top = heap.pop() {
            let left = Int(top & 0xFFFF_FFFF)
            guard ranks[left] == Int32(truncatingIfNeeded: top >> 32) else { continue }
            let right = next[left]
            symbols[left] = merges[symbols[left], symbols[right]]!.result
            ranks[right] = -1
            next[left] = next[right]
            if next[left] < symbols.count { previous[next[left]] = left }
            propose(left)
            if previous[left] >= 0 { propose(previous[left]) }
        }

        var result: [Int32] = []
        var position = 0
        while position < symbols.count {
            result.append(symbols[position])
            position = next[position]
        }
        return result
    }

    var description: JSON {
        [
            "type": "BPE", "dropout": .null, "unk_token": options.unknownToken.map(JSON.string) ?? .null,
            "continuing_subword_prefix": "", "end_of_word_suffix": .string(options.endOfWordSuffix),
            "fuse_unk": .bool(options.fusesUnknown), "byte_fallback": .bool(options.fallsBackToBytes),
            "ignore_merges": .bool(options.ignoresMerges),
            "vocab": vocabulary.description,
            "merges": .array(rules.map { .array([.string($0.0), .string($0.1)]) }),
        ]
    }
}

/// A binary heap of integers, the smallest on top.
struct MinimumHeap {
    private var items: [UInt64] = []

    mutating func push(_ item: UInt64) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[child] < items[(child - 1) / 2] {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> UInt64? {
        guard let top = items.first else { return nil }
        let last = items.removeLast()
        if items.isEmpty { return top }
        items[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < items.count else { return top }
            if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
            guard items[child] < items[parent] else { return top }
            items.swapAt(child, parent)
            parent = child
        }
    }
}
