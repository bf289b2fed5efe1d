/// Turns one piece of pre-split text into tokens.
import Basics
import Files

protocol TokenModel: AnyObject {
    var vocabulary: TokenIndex { get }
    /// Appends the identifiers of the piece's tokens.
    func tokenize(_ piece: ArraySlice<Unicode.Scalar>, into identifiers: inout [Int]) throws(RhumbError)
    /// Whether all of a piece has tokens of its own.
    func knows(_ piece: ArraySlice<Unicode.Scalar>) -> Bool
    /// The model as a tokenizer file describes it.
    var description: JSON { get }
}
