import Tensor

extension CLIPModel {
    /// The loss CLIP is trained with: cross-entropy of every picture finding its text among the batch's and of every
    /// text finding its picture, averaged (Radford et al. 2021, figure 3).
    ///
    /// - Parameters:
    ///   - images: unit rows, [pairs, projection].
    ///   - texts: unit rows, [pairs, projection]; row i belongs to picture i.
    /// - Returns: a scalar.
    public func contrastiveLoss(images: Tensor, texts: Tensor) throws -> Tensor {
        let logits = try images.matmul(texts.transposed()) * logitScale.exp()
        let own = Array(0..<images.shape[0])
        let finding = try logits.logSoftmax(1).picked(own).mean() + logits.transposed().logSoftmax(1).picked(own).mean()
        return try finding * -0.5
    }
}
