/// The Python sides of one sample of the miniature, on the settings of `MiniatureSample`.
extension DiffusionScripts {
    /// The noise levels, and the way from noise to a picture: `predict(x, t, contexts)` gives the noise, `decode(x)`
    /// the picture.
    static var schedule: String {
        PeerScript.piece(
            PackageResources.sample_py,
            [
                "__DECODER__": DiffusionKind.miniatureDecoding.rawValue, "__STEPS__": "\(MiniatureSample.steps)",
                "__GUIDANCE__": "\(MiniatureSample.guidance)",
            ])
    }

    /// The two networks of a sample in OpenVINO, as functions from tensors to a tensor that lasts until the next call.
    static var compiledParts: String {
        PeerScript.piece(PackageResources.sample_openvino_py)
    }
}
