import Basics
import Evaluation
import Foundation
import Tensor

/// Finds the world's objects in pictures: the judge of evaluations, trained apart from every reward and never one
/// itself.
public final class Detector {
    public let network: DetectorNetwork
    public var configuration: DetectorConfiguration { network.configuration }
    let calibration: DetectorConfiguration.Calibration

    public init(_ network: DetectorNetwork) {
        (self.network, calibration) = (network, network.configuration.calibration)
    }

    /// The detections of every picture, surest first.
    ///
    /// - Parameters:
    ///   - images: of any size; others than the world's own are resized, and boxes are in pixels of the picture given.
    ///   - threshold: the confidence below which nothing is reported.
    /// - Throws: `RhumbError` for a picture that is not finite, in which nothing could be found, and for a broken
    ///   detector.
    public func detect(_ images: [Image], threshold: Double = 0.5) throws -> [DetectedPicture] {
        try batches(of: images) { answers, images in
            let heat = Heat(answers, count: images.count)
            return try images.enumerated().map { row, image in
                try StopFlag.check()
                let scale = (Double(image.width) / Double(Scene.side), Double(image.height) / Double(Scene.side))
                let peaks = heat.peaks(of: row).filter { calibration.confidence($0.score) >= threshold }
                return DetectedPicture(
                    peaks.map { $0.detection(confidence: calibration.confidence($0.score), scale: scale) },
                    background: heat.background(of: row))
            }
        }
    }

    /// What three depths of the network see of each picture, [pictures, width]: for distances between sets of pictures.
    ///
    /// They tell what is shown far better than how sharply: the detector was trained to see through mild blur.
    public func features(_ images: [Image]) throws -> Tensor {
        // The network's three depths: the last one is as wide as the middle one.
        let width = configuration.widths[0] + 2 * configuration.widths[1]
        guard !images.isEmpty else { return try Tensor.zeros([0, width]) }
        return try Tensor.concatenated(try batches(of: images) { answers, _ in [answers.features] })
    }

    private func batches<Element>(
        of images: [Image], _ read: (DetectorNetwork.Answers, ArraySlice<Image>) throws -> [Element]
    ) throws -> [Element] {
        var results: [Element] = []
        for start in stride(from: 0, to: images.count, by: 32) {
            let batch = images[start..<min(start + 32, images.count)]
            if let broken = batch.firstIndex(where: { !$0.tensor.isFinite }) {
                throw RhumbError.pictureNotFinite(broken, of: images.count)
            }
            let answers = try withoutGradients { try network(Tensor.stacked(batch.map(Self.pixels))) }
            guard answers.all.allSatisfy(\.isFinite) else { throw RhumbError.detectorNotFinite }
            results += try read(answers, batch)
        }
        return results
    }

    /// [side, side, 3], −1…1.
    private static func pixels(_ image: Image) throws -> Tensor {
        var pixels = try image.tensor.permuted([1, 2, 0])
        if image.width != Scene.side || image.height != Scene.side {
            pixels = try pixels.unsqueezed(0)
                .resampled(height: Scene.side, width: Scene.side, .bilinear, antialias: true).squeezed(0)
        }
        return try pixels.clamped(0, 1) * 2 - 1
    }
}
