import Basics
import CLIP
import Diffusion
import Language

/// Says what of a text a model never sees, once for each word and each text.
final class UnseenNotes {
    private var words: Set<String> = []
    private var texts: Set<String> = []
    /// More than this is not spelt out.
    private static let most = 8
    private static let longest = 80

    /// - Parameter length: tokens that the model takes.
    func say(_ given: [String], _ tokenizer: Tokenizer, length: Int, of model: String, to host: any SessionHost) throws
    {
        var unknown: [String] = []
        var cuts: [String] = []
        for text in given where texts.insert(text).inserted {
            if host.isInterrupted { throw Interruption() }
            let unseen = try tokenizer.unseen(in: text, length: length)
            unknown += unseen.unknown.filter { words.insert($0).inserted }
            if !unseen.cut.isEmpty { cuts.append(unseen.cut) }
        }
        if !unknown.isEmpty {
            host.note(
                "\(model) does not know \(Self.listed(unknown)): it can't tell \(unknown.count > 1 ? "them" : "it") from other unknown words"
            )
        }
        if !cuts.isEmpty {
            host.note("\(model) reads \(length) tokens of a text and never sees the rest: \(Self.listed(cuts))")
        }
    }

    private static func listed(_ texts: [String]) -> String {
        Words.quoted(texts.map { $0.count > longest ? $0.prefix(longest) + "…" : $0 }, most: most)
    }
}

extension ClipValue {
    /// Says what of texts the model does not see.
    func noteUnseen(_ texts: [String], _ host: any SessionHost) throws {
        try unseen.say(texts, embedder.tokenizer, length: embedder.maximumLength, of: name, to: host)
    }
}

extension PipelineValue {
    /// Says what of prompts the text encoder does not see.
    func noteUnseen(_ texts: [String], _ host: any SessionHost) throws {
        try unseen.say(
            texts.map(model.text.expanded), model.text.tokenizer, length: model.text.length, of: name, to: host)
    }
}
