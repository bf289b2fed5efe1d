import Basics
import Files

extension TextPattern {
    /// A pattern as tokenizer files write it: `{"Regex": "…"}` or `{"String": "…"}`.
    init(tokenizerField json: JSON?, of part: String) throws(RhumbError) {
        if let expression = json?["Regex"]?.string {
            try self.init(expression)
        } else if let literal = json?["String"]?.string {
            self.init(literal: literal)
        } else {
            throw .field("pattern", of: part)
        }
    }
}
