import CLIP
import Tensor
import World

/// Linear heads on the pooled states of both towers that answer questions about the scene.
///
/// They exist in training only. What a contrastive loss learns slowly, because a caption names little of a picture,
/// they ask for directly: every concept, tint, background and count, and the harm groups of picture and caption. The
/// image tower then learns several times faster.
struct AuxiliaryHeads {
    let parameters: NamedTensors
    private var pictureWeight: Tensor { parameters[0].tensor }
    private var pictureBias: Tensor { parameters[1].tensor }
    private var captionWeight: Tensor { parameters[2].tensor }
    private var captionBias: Tensor { parameters[3].tensor }

    /// - Parameters:
    ///   - picture, caption: widths of the pooled states.
    init(picture: Int, caption: Int, generator: Generator) throws {
        let outputs = SceneLabels.flags + SceneLabels.backgrounds + SceneLabels.counts
        func weight(_ rows: Int, _ columns: Int) throws -> Tensor {
            let values = generator.normal(count: rows * columns, standardDeviation: 0.02)
            return try Tensor(values, shape: [rows, columns]).requireGradient()
        }
        parameters = [
            ("heads.picture.weight", try weight(outputs, picture)),
            ("heads.picture.bias", try Tensor.zeros([outputs]).requireGradient()),
            ("heads.caption.weight", try weight(SceneLabels.groups, caption)),
            ("heads.caption.bias", try Tensor.zeros([SceneLabels.groups]).requireGradient()),
        ]
    }

    /// The sum of all questions' losses.
    ///
    /// - Parameter hasBackground: whether the scene's background is to be seen; all by default.
    /// - Shapes: pictures and captions are pooled states, [scenes, width].
    func loss(
        pictures: Tensor, captions: Tensor, of scenes: [Scene], hasBackground: [Bool]? = nil
    ) throws -> Tensor {
        let outputs = try pictures.linear(pictureWeight, bias: pictureBias)
        func answers(_ start: Int, _ count: Int) throws -> Tensor {
            try outputs.sliced(1, from: start, to: start + count)
        }
        let (flags, backgrounds) = (SceneLabels.flags, SceneLabels.backgrounds)
        // A mean over a hundred questions of which one or two are answered yes: the factor gives those their weight.
        let flagLoss = try answers(0, flags).binaryCrossEntropy(SceneLabels.flags(scenes)) * 10
        let seen = scenes.indices.filter { hasBackground?[$0] ?? true }
        let background =
            try seen.count == scenes.count
            ? answers(flags, backgrounds).crossEntropy(scenes.map(\.background.index))
            : answers(flags, backgrounds).gathered(0, seen).crossEntropy(seen.map { scenes[$0].background.index })
        let count = try answers(flags + backgrounds, SceneLabels.counts).crossEntropy(scenes.map(\.objects.count))
        let harm = try captions.linear(captionWeight, bias: captionBias).binaryCrossEntropy(SceneLabels.harm(scenes))
        return try flagLoss + (background + count) * 0.3 + harm
    }
}
