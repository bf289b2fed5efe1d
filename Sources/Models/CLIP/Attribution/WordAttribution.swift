import Basics
import Tensor

/// What each word of a text does to its product with a vector, z · v.
public struct WordAttribution: Sendable {
    public struct Word: Sendable {
        public let text: String
        /// z · v less that of the text without the word.
        public let leavingOut: Double
        /// The slope along the embeddings of the word's tokens, times them.
        public let gradient: Double
        /// Integrated gradients from embeddings of 0 to those of the word's tokens (Sundararajan, Taly and Yan 2017).
        public let integrated: Double
    }

    public let words: [Word]
    /// z · v
    public let value: Double
    /// z · v where the embeddings of all words are 0; start, end and positions stay.
    public let baseline: Double

    /// What integrated gradients add up to; `value − baseline` but for the finite number of steps.
    public var integratedSum: Double { words.reduce(0) { $0 + $1.integrated } }
}

extension CLIPEmbedder {
    /// What each word of a text does to z · v.
    ///
    /// Words are what blanks part, where the tokenizer sees them so; else each token counts as one.
    ///
    /// - Parameters:
    ///   - vector: v, [width].
    ///   - steps: of the integral, at the middle of each step.
    /// - Throws: `RhumbError` for a text without a word, and for a vector of another width.
    public func attribution(of text: String, along vector: Tensor, steps: Int = 64) throws -> WordAttribution {
        guard !model.configuration.isSigLIP else { throw RhumbError.notOfSigLIP("attributions of words") }
        guard vector.shape == [width] else { throw RhumbError.vectorWidth(vector.shape, width) }
        let frame = try tokenizer.encode("", length: maximumLength)
        let identifiers = try tokenizer.encode(text, length: maximumLength)
        let words = try self.words(of: text, identifiers, around: frame)
        guard !words.isEmpty else { throw RhumbError.noWords }
        func products(_ rows: Tensor) throws -> [Double] { try rows.matmul(vector).floats.map(Double.init) }

        let shortened = words.map { word in
            identifiers.enumerated().filter { !word.places.contains($0.offset) }.map(\.element)
        }
        let values = try withoutGradients { try products(embed(identifiers: [identifiers] + shortened)) }

        let length = identifiers.count
        let table = try withoutGradients {
            try model.text.tokenEmbeddings(Tensor(integers: identifiers, shape: [1, length])).to(.float32)
        }
        // 1 at the tokens of words, 0 at start and end.
        let inside = Set(words.flatMap(\.places))
        let mask = try Tensor((0..<length).map { inside.contains($0) ? 1 : 0 }, shape: [1, length, 1])
        /// z · v, and the products of slopes and embeddings at each token, where words are scaled by factors.
        func slopes(_ factors: [Float]) throws -> (values: [Double], tokens: [Double]) {
            let scale = try Tensor(factors, shape: [factors.count, 1, 1])
            let point = try withoutGradients { try table * (1 - mask + mask * scale) }
            let leaf = try point.copied().requireGradient()
            let result = try embed(tokenEmbeddings: leaf).matmul(vector)
            try result.sum().backward()
            guard let gradient = leaf.gradient else { throw RhumbError.notFinite(tower: "text") }
            let tokens = try withoutGradients { try (gradient * table).sum([0, 2]).floats.map(Double.init) }
            return (result.floats.map(Double.init), tokens)
        }
        let here = try slopes([1]).tokens
        // In blocks, of which one is recorded at a time: a large tower keeps much for each step.
        var path = [Double](repeating: 0, count: length)
        for start in stride(from: 0, to: steps, by: Self.block) {
            let factors = (start..<min(start + Self.block, steps)).map { (Float($0) + 0.5) / Float(steps) }
            path = zip(path, try slopes(factors).tokens).map { $0 + $1 }
        }
        let empty = try withoutGradients { try products(embed(tokenEmbeddings: table * (1 - mask)))[0] }
        return WordAttribution(
            words: words.enumerated().map { index, word in
                WordAttribution.Word(
                    text: word.text, leavingOut: values[0] - values[index + 1],
                    gradient: word.places.reduce(0) { $0 + here[$1] },
                    integrated: word.places.reduce(0) { $0 + path[$1] } / Double(steps))
            }, value: values[0], baseline: empty)
    }

    /// Steps of the integral that are recorded at once.
    private static var block: Int { 8 }

    /// The words of a text with the places of their tokens, as far as the model sees them.
    private func words(
        of text: String, _ identifiers: [Int], around frame: [Int]
    ) throws -> [(text: String, places: Range<Int>)] {
        // What stands before the words, and after them.
        let before = zip(identifiers, frame.dropLast()).prefix { $0 == $1 }.count, after = frame.count - before
        let end = identifiers.count - after
        let tokenizer = try tokenizer
        let parts = text.split(whereSeparator: \.isWhitespace).map(String.init)
        let tokens = try parts.map { try tokenizer.encode($0, addsSpecialTokens: false, length: .max) }
        var words: [(String, Range<Int>)] = []
        var at = before
        let whole = try tokenizer.encode(text, addsSpecialTokens: false, length: .max)
        if tokens.flatMap({ $0 }) == whole {
            for (part, its) in zip(parts, tokens) where at < end && !its.isEmpty {
                words.append((part, at..<min(at + its.count, end)))
                at += its.count
            }
            return words
        }
        return (before..<max(before, end)).map { (tokenizer.token(identifiers[$0]) ?? "", $0..<$0 + 1) }
    }
}
