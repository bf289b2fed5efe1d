extension DetectorTrainer {
    /// Measures the averaged weights on scenes of held-out combinations, half of them clean and half degraded.
    ///
    /// - Parameter count: pictures of each kind.
    @discardableResult
    public func check(count: Int = 48) throws -> DetectorAccuracy {
        let exam = try DetectorExam(pictures: count, kinds: [.clean, .degraded])
        var accuracy = try exam.accuracy(of: averaged())
        accuracy.step = completed
        checks.append(accuracy)
        return accuracy
    }
}
