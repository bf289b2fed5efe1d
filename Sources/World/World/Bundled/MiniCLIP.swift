import CLIP

/// The mini CLIP: its sizes, and what stands between it and its user.
public enum MiniCLIP {
    /// About 1.5 M parameters: text 3 layers of 128 over 20 positions, image 4 layers of 128 over 8 × 8 patches of 8
    /// pixels, projected to 128.
    public static let configuration: CLIPConfiguration = {
        var text = TextConfiguration()
        text.vocabSize = Vocabulary.count
        text.hiddenSize = 128
        text.intermediateSize = 512
        text.numHiddenLayers = 3
        text.numAttentionHeads = 4
        text.maxPositionEmbeddings = Vocabulary.positions
        text.bosTokenID = Vocabulary.startIdentifier
        text.eosTokenID = Vocabulary.endIdentifier
        text.padTokenID = Vocabulary.endIdentifier
        var vision = VisionConfiguration()
        vision.hiddenSize = 128
        vision.intermediateSize = 512
        vision.numHiddenLayers = 4
        vision.numAttentionHeads = 4
        vision.imageSize = Scene.side
        vision.patchSize = 8
        return CLIPConfiguration(projectionDim: 128, text: text, vision: vision)
    }()

    /// A model with the world's tokenizer and preprocessing: pictures of 0…1 become −1…1, others than the world's own
    /// are resized to its side.
    public static func embedder(_ model: CLIPModel) throws -> CLIPEmbedder {
        var preprocessing = Preprocessing(imageSize: model.configuration.vision.imageSize)
        preprocessing.mean = [0.5, 0.5, 0.5]
        preprocessing.standardDeviation = [0.5, 0.5, 0.5]
        let tokenizer = try Tokenizer(json: Vocabulary.tokenizer, configuration: Vocabulary.tokenizerConfiguration)
        return try CLIPEmbedder(model: model, tokenizer: tokenizer, preprocessing: preprocessing)
    }
}
