/// Texts that differ by one word.
public struct WordPair: Equatable, Sendable {
    /// Places of the two texts; the first comes first in the list unless it lacks the word.
    public let first, second: Int
    /// The word in each; nil where one of them lacks it.
    public let words: (first: String?, second: String?)

    public static func == (a: WordPair, b: WordPair) -> Bool {
        a.first == b.first && a.second == b.second && a.words == b.words
    }

    /// All pairs of texts that are the same but for one word, or but for a word that one of them lacks; letters' case
    /// is left aside. Texts that say the same are no pair.
    public static func all(in texts: [String]) -> [WordPair] {
        let words = texts.map { $0.lowercased().split(whereSeparator: \.isWhitespace).map(String.init) }
        var places: [[String]: [Int]] = [:]
        for (index, text) in words.enumerated() { places[text, default: []].append(index) }
        // Texts by what is left of them when a place is open; the open place is marked by what no word can be.
        var open: [[String]: [Int]] = [:]
        var pairs: [WordPair] = []
        for (index, text) in words.enumerated() {
            var shorter: Set<[String]> = []
            for at in text.indices {
                var rest = text
                rest[at] = " "
                for other in open[rest] ?? [] where words[other][at] != text[at] {
                    pairs.append(WordPair(first: other, second: index, words: (words[other][at], text[at])))
                }
                open[rest, default: []].append(index)
                rest.remove(at: at)
                guard shorter.insert(rest).inserted else { continue }
                for other in places[rest] ?? [] {
                    pairs.append(WordPair(first: other, second: index, words: (nil, text[at])))
                }
            }
        }
        return pairs
    }
}
