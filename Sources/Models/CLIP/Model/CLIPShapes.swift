import Basics
import Files

/// What the shapes of weights tell of a CLIP model that has no configuration beside it.
struct CLIPShapes {
    private let weights: Weights

    init(_ weights: Weights) { self.weights = weights }

    /// A side of a weight.
    /// - Throws: `RhumbError` naming the weight where it is missing.
    func size(_ name: String, _ side: Int) throws(RhumbError) -> Int {
        guard let shape = weights.shape(of: name), side < shape.count, shape[side] > 0 else {
            throw .noCLIP(file: weights.url.displayPath, missing: name)
        }
        return shape[side]
    }

    /// Whether tensors of these names are a CLIP of OpenCLIP's or OpenAI's.
    static func areOpenCLIP(_ names: Set<String>) -> Bool {
        names.contains("visual.conv1.weight") && names.contains("visual.proj")
            && (names.contains("token_embedding.weight") || names.contains("text.token_embedding.weight"))
    }
}

extension CLIPConfiguration {
    /// The configuration of OpenAI's and OpenCLIP's weights by their shapes, as OpenAI's `build_model` tells it.
    ///
    /// - Parameter activation: no shape tells it. Heads of the image tower are 64 wide, but in the widths of ViT-H
    ///   (80), g (88) and G (104).
    /// - Throws: `RhumbError` naming the weight that is missing.
    init(shapesOf weights: Weights, activation: HiddenActivation) throws {
        self.init()
        let shapes = CLIPShapes(weights)
        let prefix = weights.contains("text.token_embedding.weight") ? "text." : ""
        projectionDim = try shapes.size("\(prefix)text_projection", 1)
        text.vocabSize = try shapes.size("\(prefix)token_embedding.weight", 0)
        text.hiddenSize = try shapes.size("\(prefix)token_embedding.weight", 1)
        text.maxPositionEmbeddings = try shapes.size("\(prefix)positional_embedding", 0)
        text.numHiddenLayers = weights.count(below: "\(prefix)transformer.resblocks")
        text.intermediateSize = try shapes.size("\(prefix)transformer.resblocks.0.mlp.c_fc.weight", 0)
        text.numAttentionHeads = max(text.hiddenSize / 64, 1)
        text.hiddenAct = activation
        // OpenCLIP pools where the identifier is largest.
        text.eosTokenID = TextConfiguration.legacyEosTokenID

        vision.hiddenSize = try shapes.size("visual.conv1.weight", 0)
        vision.numChannels = try shapes.size("visual.conv1.weight", 1)
        vision.patchSize = try shapes.size("visual.conv1.weight", 3)
        vision.numHiddenLayers = weights.count(below: "visual.transformer.resblocks")
        vision.intermediateSize = try shapes.size("visual.transformer.resblocks.0.mlp.c_fc.weight", 0)
        let headWidth = [1280: 80, 1408: 88, 1664: 104][vision.hiddenSize] ?? 64
        vision.numAttentionHeads = max(vision.hiddenSize / headWidth, 1)
        let patches = try shapes.size("visual.positional_embedding", 0) - 1
        let side = Int(Double(patches).squareRoot().rounded())
        guard side * side == patches else {
            throw RhumbError.configuration("visual.positional_embedding", "of \(patches) patches", "those of a square")
        }
        vision.imageSize = side * vision.patchSize
        vision.hiddenAct = activation
    }
}
