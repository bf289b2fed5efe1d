import Basics
import Files

/// SigLIP's tokenizer over a `spiece.model`: texts in lower case and without punctuation, cut into the pieces whose
/// probabilities have the largest product (Kudo 2018).
///
/// Identifiers are those of transformers' `SiglipTokenizer`, which runs the sentencepiece library.
final class SentencePiece: TokenModel {
    let vocabulary: TokenIndex
    /// The file as it was, to be saved again.
    let file: [UInt8]
    private let characters: CharacterMap
    private let removesExtraWhitespace: Bool
    let lowercases: Bool
    /// Scores of the pieces that texts are cut into.
    private var scores: [Int: Float] = [:]
    private var longest = 1
    private let unknown: Int
    private let unknownScore: Float
    private var unknownLength = 0
    /// What stands for the unknown piece in front of every text.
    private static let guardText = "<unk>"
    private static let space = Array("▁".utf8)

    /// - Throws: `RhumbError` for a file that is none, or of another kind than unigram.
    init(_ bytes: [UInt8], lowercases: Bool) throws(RhumbError) {
        let model = try SentencePieceFile(bytes)
        guard model.modelType == 1, !model.usesByteFallback else {
            throw .unsupported(
                "sentencepiece model", model.modelType == 1 ? "byte_fallback" : "of type \(model.modelType)",
                supported: "unigram without byte_fallback")
        }
        file = bytes
        self.lowercases = lowercases
        characters = try CharacterMap(model.characterMap)
        removesExtraWhitespace = model.removesExtraWhitespace
        var index = TokenIndex(capacity: model.pieces.count)
        for (identifier, piece) in model.pieces.enumerated() { try index.insert(piece.text, identifier) }
        vocabulary = index
        guard let place = model.pieces.firstIndex(where: { $0.type == 2 }) else {
            throw .sentencePiece("it has no unknown piece")
        }
        unknown = place
        let normal = model.pieces.filter { $0.type == 1 }.map(\.score)
        let least = normal.min() ?? 0, most = normal.max() ?? 0
        unknownScore = least - 10
        for (identifier, piece) in model.pieces.enumerated() where piece.type == 1 || piece.type == 4 {
            let length = piece.text.utf8.count
            scores[identifier] = piece.type == 1 ? piece.score : Float(length) * most - 0.1
            longest = max(longest, length)
        }
        unknownLength = cut(normalized(Array(Self.guardText.utf8))).count
    }

    /// Without the dummy space, sentencepiece drops a space at the start; transformers puts the unknown piece before
    /// the text and takes its pieces off again.
    func tokenize(_ piece: ArraySlice<Unicode.Scalar>, into identifiers: inout [Int]) throws(RhumbError) {
        let text = canonical(piece)
        let pieces = cut(normalized(Array((Self.guardText + text).utf8)))
        identifiers += pieces.count >= unknownLength ? pieces.dropFirst(unknownLength) : pieces[...]
    }

    func knows(_ piece: ArraySlice<Unicode.Scalar>) -> Bool {
        var identifiers: [Int] = []
        try? tokenize(piece, into: &identifiers)
        return !identifiers.contains(unknown)
    }

    /// It has no form in `tokenizer.json`: it is saved as its file.
    var description: JSON { .null }

    // MARK: - Normalisation

    /// Lower case as Python has it, no ASCII punctuation, one space between words.
    private func canonical(_ piece: ArraySlice<Unicode.Scalar>) -> String {
        let text = lowercases ? Self.lowercased(piece) : Array(piece)
        var result = String.UnicodeScalarView()
        var isAfterSpace = false
        for scalar in text {
            if scalar.value < 128, scalar.value > 32, scalar.value < 127, !scalar.properties.isAlphabetic,
                !(48...57).contains(scalar.value)
            {
                continue
            }
            // What Python's \s holds.
            let isSpace = scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
            if !isSpace { result.append(scalar) } else if !isAfterSpace, !result.isEmpty { result.append(" ") }
            isAfterSpace = isSpace
        }
        if result.last == " " { result.removeLast() }
        return String(result)
    }

    private static func lowercased(_ text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for (index, scalar) in zip(text.indices, text) {
            if scalar == "Σ" {
                func isCased(_ scalars: some Sequence<Unicode.Scalar>) -> Bool {
                    scalars.first { !$0.properties.isCaseIgnorable }?.properties.isCased ?? false
                }
                let isFinal = isCased(text[..<index].reversed()) && !isCased(text[(index + 1)...])
                result.append(isFinal ? "ς" : "σ")
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return result
    }

    /// As `Normalizer::Normalize` of the library.
    private func normalized(_ text: [UInt8]) -> [UInt8] {
        let blank = UInt8(ascii: " ")
        var rest = text[...], result: [UInt8] = []
        if removesExtraWhitespace {
            while !rest.isEmpty {
                let (bytes, count) = characters.prefix(of: rest)
                guard bytes.elementsEqual([blank]) else { break }
                rest = rest.dropFirst(count)
            }
        }
        var isAfterSpace = removesExtraWhitespace
        while !rest.isEmpty {
            var (bytes, count) = characters.prefix(of: rest)
            rest = rest.dropFirst(count)
            if isAfterSpace { bytes = bytes.drop { $0 == blank } }
            if !bytes.isEmpty {
                for byte in bytes { if byte == blank { result += Self.space } else { result.append(byte) } }
                isAfterSpace = bytes.last == blank
            }
            if !removesExtraWhitespace { isAfterSpace = false }
        }
        while removesExtraWhitespace, result.count >= 3, result.suffix(3).elementsEqual(Self.space) {
            result.removeLast(3)
        }
        return result
    }

    // MARK: - Cutting

    /// The best cut of a normalised text, as `EncodeOptimized` of the library finds it; neighbouring unknown characters
    /// are one.
    private func cut(_ text: [UInt8]) -> [Int] {
        var best = [(identifier: Int, score: Float, start: Int)](repeating: (-1, 0, -1), count: text.count + 1)
        var start = 0
        text.withUnsafeBufferPointer { bytes in
            while start < bytes.count {
                let lead = bytes[start]
                let length = min(lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4, bytes.count - start)
                let before = best[start].score
                var hasSingle = false
                for end in (start + 1)...min(start + longest, bytes.count) {
                    let part = UnsafeBufferPointer(rebasing: bytes[start..<end])
                    guard let identifier = vocabulary.identifier(of: part), let score = scores[identifier] else {
                        continue
                    }
                    if best[end].start < 0 || before + score > best[end].score {
                        best[end] = (identifier, before + score, start)
                    }
                    if end - start == length { hasSingle = true }
                }
                if !hasSingle {
                    let end = start + length
                    if best[end].start < 0 || before + unknownScore > best[end].score {
                        best[end] = (unknown, before + unknownScore, start)
                    }
                }
                start += length
            }
        }
        var identifiers: [Int] = []
        var end = text.count
        while end > 0 {
            let node = best[end]
            if node.identifier != unknown || identifiers.last != unknown { identifiers.append(node.identifier) }
            end = node.start
        }
        return identifiers.reversed()
    }
}
