import Basics
import Files

/// A vocabulary of whole words: a piece is one token, or the unknown token.
final class WordLevel: TokenModel {
    let vocabulary: TokenIndex
    private let unknownToken: String
    private let unknown: Int?

    init(vocabulary: TokenIndex, unknownToken: String) {
        self.vocabulary = vocabulary
        self.unknownToken = unknownToken
        unknown = vocabulary.identifier(of: unknownToken)
    }

    func tokenize(_ piece: ArraySlice<Unicode.Scalar>, into identifiers: inout [Int]) throws(RhumbError) {
        let word = String(String.UnicodeScalarView(piece))
        guard let identifier = vocabulary.identifier(of: word) ?? unknown else { throw .unknownWord(word) }
        identifiers.append(identifier)
    }

    func knows(_ piece: ArraySlice<Unicode.Scalar>) -> Bool {
        vocabulary.identifier(of: String(String.UnicodeScalarView(piece))) != nil
    }

    var description: JSON {
        ["type": "WordLevel", "vocab": vocabulary.description, "unk_token": .string(unknownToken)]
    }
}
