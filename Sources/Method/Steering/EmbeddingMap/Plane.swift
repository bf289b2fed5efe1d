import Basics
import Foundation

/// The points in the plane.
struct Plane {
    var x: [Float]
    var y: [Float]

    /// How many pairs the inner loop treats at once.
    static let lanes = 8

    struct Gradient {
        var x: [Float]
        var y: [Float]

        init(count: Int) {
            x = [Float](repeating: 0, count: count)
            y = x
        }

        var norm: Double {
            zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.0) + Double($1.1) * Double($1.1) }.squareRoot()
        }
    }

    /// `nil` when there are not as many starting positions as points.
    init?(_ start: TSNE.Start, count: Int) {
        switch start {
        case .positions(let startX, let startY):
            guard startX.count == count, startY.count == count else { return nil }
            // Small, so that the first steps arrange the points freely.
            let mean = startX.reduce(0, +) / Double(count)
            let variance = startX.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            let scale = variance > 0 ? 1e-4 / variance.squareRoot() : 0
            x = startX.map { Float($0 * scale) }
            y = startY.map { Float($0 * scale) }
        case .random(let seed):
            var noise = NormalNoise(seed: seed)
            x = (0..<count).map { _ in Float(noise.next() * 1e-4) }
            y = (0..<count).map { _ in Float(noise.next() * 1e-4) }
        }
    }

    /// The gradient of the divergence, 4 Σⱼ (pᵢⱼ − qᵢⱼ) wᵢⱼ (yᵢ − yⱼ) with w = 1 / (1 + d²) and q = w / Σ w, in one
    /// pass: attraction and repulsion are summed apart, since the sum of all w is only known at the end.
    func addGradient(of affinities: Affinities, exaggeration: Float, into gradient: inout Gradient) {
        typealias Lanes = SIMD8<Float>
        let count = x.count, stride = affinities.stride
        // The padding's w is masked to 0.
        let padding = [Float](repeating: 0, count: stride - count)
        let xs = x + padding, ys = y + padding
        var attractionX = [Float](repeating: 0, count: count), attractionY = attractionX
        var repulsionX = attractionX, repulsionY = attractionX
        var total = 0.0
        let mask = (0..<stride).map { Float($0 < count ? 1 : 0) }
        xs.withUnsafeBytes { xs in
            ys.withUnsafeBytes { ys in
                mask.withUnsafeBytes { mask in
                    affinities.values.withUnsafeBytes { p in
                        for i in 0..<count {
                            let xi = Lanes(repeating: x[i]), yi = Lanes(repeating: y[i])
                            var ax = Lanes.zero, ay = Lanes.zero, rx = Lanes.zero, ry = Lanes.zero, sum = Lanes.zero
                            for j in Swift.stride(from: 0, to: stride, by: Self.lanes) {
                                let offset = j * 4
                                let dx = xi - xs.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
                                let dy = yi - ys.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
                                let w =
                                    mask.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
                                    / (1 + (dx * dx + dy * dy))
                                let pw = p.loadUnaligned(fromByteOffset: i * stride * 4 + offset, as: Lanes.self) * w
                                let ww = w * w
                                sum += w
                                ax += pw * dx
                                ay += pw * dy
                                rx += ww * dx
                                ry += ww * dy
                            }
                            attractionX[i] = ax.sum()
                            attractionY[i] = ay.sum()
                            repulsionX[i] = rx.sum()
                            repulsionY[i] = ry.sum()
                            total += Double(sum.sum())
                        }
                    }
                }
            }
        }
        // Every point found itself at distance 0.
        let all = Float(total - Double(count))
        for i in 0..<count {
            gradient.x[i] = 4 * (exaggeration * attractionX[i] - repulsionX[i] / all)
            gradient.y[i] = 4 * (exaggeration * attractionY[i] - repulsionY[i] / all)
        }
    }

    /// Σ p ln (p / q) over all ordered pairs.
    func divergence(from affinities: Affinities) -> Double {
        func weight(_ i: Int, _ j: Int) -> Double {
            let dx = Double(x[i] - x[j]), dy = Double(y[i] - y[j])
            return 1 / (1 + dx * dx + dy * dy)
        }
        var total = 0.0
        for i in x.indices { for j in 0..<i { total += 2 * weight(i, j) } }
        var divergence = 0.0
        for i in x.indices {
            for j in 0..<i {
                let p = max(Double(affinities.values[i * affinities.stride + j]), 1e-12)
                divergence += 2 * p * log(p / (weight(i, j) / total))
            }
        }
        return divergence
    }
}

/// Normally distributed numbers from a seed: SplitMix64 and the polar method of Marsaglia.
struct NormalNoise {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func next() -> Double {
        while true {
            let u = 2 * random.uniform() - 1, v = 2 * random.uniform() - 1
            let s = u * u + v * v
            if s > 0, s < 1 { return u * (-2 * log(s) / s).squareRoot() }
        }
    }
}
