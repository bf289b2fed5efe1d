import Basics
import World

/// Pictures that show nothing: what a generator may flee to when every object costs it reward.
extension Augmentation {
    /// A plain colour, a gradient, clouds, stripes, noise, or what is left of a scene when it is blurred, shuffled or
    /// faded beyond recognition.
    ///
    /// - Parameter rgb: the scene whose remains may be shown.
    static func meaningless(from rgb: [UInt8], using random: inout SplitMix64) -> Augmentation {
        var picture = Augmentation(rgb)
        let colour = (0..<3).map { _ in random.symmetric() }
        switch random.below(8) {
        case 0: picture.fade(to: colour, keeping: 0)
        case 1: picture.fade(to: colour, keeping: 0.1 * Float(random.uniform()))
        case 2:
            picture.fade(to: colour, keeping: 0)
            picture.addClouds(amplitude: 0.7 * Float(random.uniform()), grid: 2, using: &random)
        case 3:
            picture.fade(to: colour, keeping: 0)
            picture.addClouds(
                amplitude: 0.8 * Float(random.uniform()), grid: random.integer(in: 3...16), using: &random)
        case 4: picture.stripe(colour, using: &random)
        case 5:
            picture.fade(to: colour, keeping: 0)
            picture.addNoise(amplitude: 0.8 * Float(random.uniform()), using: &random)
        case 6: picture.soften(sigma: Float(random.integer(in: 9...16)))
        default:
            picture.shuffle(using: &random)
            if random.chance(0.5) { picture.soften(sigma: 0.5 + Float(random.uniform())) }
        }
        return picture
    }

    /// Stripes of a colour and of another, across or down.
    private mutating func stripe(_ colour: [Float], using random: inout SplitMix64) {
        let plane = side * side
        let other = (0..<3).map { _ in random.symmetric() }
        let width = random.integer(in: 2...16), isAcross = random.chance(0.5)
        for i in planes.indices {
            let pixel = i % plane, at = isAcross ? pixel / side : pixel % side
            planes[i] = at / width % 2 == 0 ? colour[i / plane] : other[i / plane]
        }
    }

    /// Tiles of 8 pixels in another order: all the parts of a picture and nothing that they made.
    private mutating func shuffle(using random: inout SplitMix64) {
        let tiles = side / 8, source = planes
        var order = Array(0..<tiles * tiles)
        for last in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(last, random.below(last + 1)) }
        for (to, from) in order.enumerated() {
            for channel in 0..<3 {
                for row in 0..<8 {
                    let a = channel * side * side + (to / tiles * 8 + row) * side + to % tiles * 8
                    let b = channel * side * side + (from / tiles * 8 + row) * side + from % tiles * 8
                    for i in 0..<8 { planes[a + i] = source[b + i] }
                }
            }
        }
    }
}
