import Foundation

/// The timesteps that samplers visit, as NumPy's arithmetic gives them to diffusers.
extension TimestepSpacing {
    /// DDIM's and Euler's timesteps, falling; whole numbers but for Euler's `linspace`.
    ///
    /// - Parameters:
    ///   - steps: how many.
    ///   - training: noise levels that the model was trained on.
    ///   - offset: added to `leading` timesteps.
    func timesteps(steps: Int, training: Int, offset: Int) -> [Double] {
        switch self {
        case .leading: return Self.multiples(of: training / steps, count: steps).map { Double($0 + offset) }
        case .trailing: return Self.trailing(from: training, step: Double(training) / Double(steps), count: steps)
        case .linspace: return Self.evenly(to: Double(training - 1), count: steps).reversed()
        }
    }

    /// DPM-Solver's timesteps: its last step leads to the clean sample, so `linspace` and `leading` are made for one
    /// step more and lose the lowest.
    ///
    /// - Parameter last: one more than the highest timestep to visit.
    func multistepTimesteps(steps: Int, training: Int, last: Int, offset: Int) -> [Int] {
        switch self {
        case .leading: return Self.multiples(of: last / (steps + 1), count: steps + 1).dropLast().map { $0 + offset }
        case .trailing:
            return Self.trailing(from: last, step: Double(training) / Double(steps), count: steps).map { Int($0) }
        case .linspace:
            return Self.evenly(to: Double(last - 1), count: steps + 1)
                .map { Int($0.rounded(.toNearestOrEven)) }.reversed().dropLast()
        }
    }

    private static func multiples(of ratio: Int, count: Int) -> [Int] { (0..<count).reversed().map { $0 * ratio } }

    /// `np.round(np.arange(from, 0, -step)) - 1`: NumPy multiplies the difference of the first two values.
    private static func trailing(from: Int, step: Double, count: Int) -> [Double] {
        let difference = (Double(from) - step) - Double(from)
        return (0..<count).map { (Double(from) + Double($0) * difference).rounded(.toNearestOrEven) - 1 }
    }

    /// `np.linspace(0, last, count)`.
    private static func evenly(to last: Double, count: Int) -> [Double] {
        guard count > 1 else { return [0] }
        let step = last / Double(count - 1)
        return (0..<count).map { $0 == count - 1 ? last : Double($0) * step }
    }
}
