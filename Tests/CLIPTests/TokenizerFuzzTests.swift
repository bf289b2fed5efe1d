import Basics
import CLIP
import Files
import Foundation
import TestSupport
import XCTest

/// A tokenizer's file, cut and with bytes exchanged: it is refused by an error of this program's own, or it works to an
/// end.
///
/// ``Fuzz`` asks for more changes.
final class TokenizerFuzzTests: XCTestCase {
    private let text = #"""
        {"added_tokens": [{"id": 6, "content": "<s>", "special": true, "lstrip": true}, {"id": 7, "content": "</s>", "special": true}],
         "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"},
           {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "}]},
         "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
           {"type": "Split", "pattern": {"Regex": "'s|[\\p{L}]{1,20}|(?i:x|y)+|[^\\s\\p{L}]+?(?=a)|\\d"}, "behavior": "Removed", "invert": true},
           {"type": "Digits", "individual_digits": true}]},
         "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
           {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}], "pair": [],
           "special_tokens": {"<s>": {"id": "<s>", "ids": [6], "tokens": ["<s>"]}, "</s>": {"id": "</s>", "ids": [7], "tokens": ["</s>"]}}},
         "truncation": {"max_length": 12}, "decoder": {"type": "ByteLevel"},
         "model": {"type": "BPE", "unk_token": "u", "end_of_word_suffix": "", "vocab": {"a": 0, "b": 1, "ab": 2, "u": 3, "d": 4, "ad": 5},
           "merges": ["a b", "a d"]}}
        """#

    func testDamagedTokenizers() throws {
        let changes = Fuzz.count(1500)
        let whole = Array(text.utf8)
        func read(_ bytes: [UInt8]) throws {
            let json = try bytes.withUnsafeBytes { try JSON(parsing: $0) }
            let tokenizer = try Tokenizer(json: json, configuration: [:])
            for text in ["ab ad's 12 xyX <s>!", "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\u{301}\u{AC00}"] {
                _ = try tokenizer.encode(text)
                _ = try tokenizer.unseen(in: text, length: 6)
            }
        }
        XCTAssertNoThrow(try read(whole))
        var state = 7 &+ Fuzz.seed &* 0x9E37_79B9_7F4A_7C15
        func number(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let characters = Array(#"{}[]()?*+|\^$.,:"0123456789-aeLpx"#.utf8)
        var accepted = 0
        for _ in 0..<changes {
            var changed = whole
            for _ in 0...number(3) { changed[number(whole.count)] = characters[number(characters.count)] }
            if number(20) == 0 { changed = Array(changed[..<number(whole.count)]) }
            do {
                try read(changed)
                accepted += 1
            } catch {
                XCTAssertTrue(error is RhumbError || error is JSONError, "\(type(of: error)): \(error)")
            }
        }
        XCTAssertGreaterThan(accepted, changes / 20, "changes of values, not of the grammar alone, are tried")
    }
}
