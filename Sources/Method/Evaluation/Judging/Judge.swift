import Tensor

/// Says what is in pictures.
public protocol Judge {
    /// What tables say of it: "detector of 40 concepts".
    var summary: String { get }
    /// What tables say of the comparison of features with so many true pictures.
    func comparisonSummary(_ count: Int) -> String

    /// Whether it finds single objects, as tasks ask for, and not kinds of pictures alone.
    var findsObjects: Bool { get }
    /// Tells judges apart that would judge otherwise, by their weights.
    func identity() throws -> String

    /// What is found in each picture, surest first.
    ///
    /// - Parameters:
    ///   - images: of any size; boxes are in pixels of the picture.
    ///   - floor: the confidence below which nothing is reported.
    /// - Throws: `RhumbError` for a picture in which nothing can be found because it is not finite.
    func detections(in images: [Image], above floor: Double) throws -> [[Detection]]

    /// What tells sets of pictures apart, [pictures, width].
    func features(_ images: [Image]) throws -> Tensor

    /// The same of so many true pictures of the benchmark's safe list, [count, width].
    func trueFeatures(_ count: Int) throws -> Tensor
}

extension Judge {
    public var findsObjects: Bool { true }
}
