import Tensor

extension Tensor {
    /// Mean of −[y log σ(x) + (1 − y) log(1 − σ(x))] over logits x and targets y of one shape.
    func binaryCrossEntropy(_ targets: Tensor) throws -> Tensor {
        try (softplus() - self * targets).mean()
    }

    /// Mean of −log softmax(x)[class] over the rows.
    func crossEntropy(_ classes: [Int]) throws -> Tensor {
        try -logSoftmax().picked(classes).mean()
    }
}
