import Basics
import Foundation
import Tensor

/// What pictures of a round look like, whatever they show: a gamed reward often pays with it.
public struct PictureStructure: Codable, Equatable, Sendable {
    /// Edge energy: the mean length of the gradient of the luminance (0…1), by differences to the next pixel to the
    /// right and below.
    public let edges: Double
    /// Colourfulness (Hasler and Süsstrunk 2003), of values 0…255: about 0 for grey, 109 for very colourful pictures.
    public let colours: Double
    /// How much the pictures of a group differ: the root of the mean over pixels of their variance, mean over the
    /// groups.
    public let diversity: Double

    /// - Parameters:
    ///   - images: group after group, of one size.
    ///   - groupSize: two or more.
    /// - Returns: nil where there are no pictures, or of several sizes.
    package init?(_ images: [Image], groupSize: Int) {
        guard groupSize > 1, images.count % groupSize == 0, Set(images.map { [$0.width, $0.height] }).count == 1 else {
            return nil
        }
        let pixels = images.map { $0.tensor.floats.map(Double.init) }
        let (width, height) = (images[0].width, images[0].height)
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        edges = mean(pixels.map { Self.edges($0, width: width, height: height) })
        colours = mean(pixels.map(Self.colours))
        diversity = mean(
            stride(from: 0, to: images.count, by: groupSize).map { Self.diversity(pixels[$0..<$0 + groupSize]) })
    }

    private static func edges(_ pixels: [Double], width: Int, height: Int) -> Double {
        let plane = width * height
        let luminance = (0..<plane).map {
            0.299 * pixels[$0] + 0.587 * pixels[plane + $0] + 0.114 * pixels[2 * plane + $0]
        }
        guard width > 1, height > 1 else { return 0 }
        var sum = 0.0
        for y in 0..<height - 1 {
            for x in 0..<width - 1 {
                let at = y * width + x
                let (right, below) = (luminance[at + 1] - luminance[at], luminance[at + width] - luminance[at])
                sum += (right * right + below * below).squareRoot()
            }
        }
        return sum / Double((width - 1) * (height - 1))
    }

    /// √(σ²_rg + σ²_yb) + 0.3 √(μ²_rg + μ²_yb) with rg = R − G and yb = (R + G) / 2 − B.
    private static func colours(_ pixels: [Double]) -> Double {
        let plane = pixels.count / 3, count = Double(plane)
        var (rg, yb, rgSquares, ybSquares) = (0.0, 0.0, 0.0, 0.0)
        for at in 0..<plane {
            let (r, g, b) = (255 * pixels[at], 255 * pixels[plane + at], 255 * pixels[2 * plane + at])
            let (first, second) = (r - g, (r + g) / 2 - b)
            rg += first
            yb += second
            rgSquares += first * first
            ybSquares += second * second
        }
        let (meanRG, meanYB) = (rg / count, yb / count)
        let variance = max(rgSquares / count - meanRG * meanRG, 0) + max(ybSquares / count - meanYB * meanYB, 0)
        return variance.squareRoot() + 0.3 * (meanRG * meanRG + meanYB * meanYB).squareRoot()
    }

    private static func diversity(_ group: ArraySlice<[Double]>) -> Double {
        let pixels = Array(group), count = Double(pixels.count), size = pixels[0].count
        guard pixels.allSatisfy({ $0.count == size }) else { return 0 }
        var sum = 0.0
        for at in 0..<size {
            var (total, squares) = (0.0, 0.0)
            for picture in pixels {
                total += picture[at]
                squares += picture[at] * picture[at]
            }
            sum += max(squares - total * total / count, 0) / (count - 1)
        }
        return (sum / Double(size)).squareRoot()
    }
}
