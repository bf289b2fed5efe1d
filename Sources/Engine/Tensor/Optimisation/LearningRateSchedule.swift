import Foundation

/// How a learning rate changes over a run: a factor a step, to multiply the peak rate with.
///
/// Warm-up and cosine are OpenCLIP's: step i of the warm-up has (i + 1) / warm-up of the peak, so that the first step
/// already moves.
public struct LearningRateSchedule: Equatable, Sendable, Codable {
    public enum Shape: String, Sendable, Codable, CaseIterable {
        /// The peak to the end.
        case constant
        /// From the peak along a line.
        case linear
        /// From the peak along half a cosine.
        case cosine
    }

    public var shape: Shape
    /// Steps that lead up to the peak.
    public var warmUp: Int
    /// Steps in all, the warm-up among them; from there on the factor stays at `floor`.
    public var steps: Int
    /// The factor at the end of a linear or cosine schedule.
    public var floor: Double

    public init(_ shape: Shape = .constant, warmUp: Int = 0, steps: Int = 0, floor: Double = 0) {
        self.shape = shape
        self.warmUp = warmUp
        self.steps = steps
        self.floor = floor
    }

    /// The factor of a step, counted from 0.
    public func factor(at step: Int) -> Double {
        if step < warmUp { return Double(step + 1) / Double(warmUp) }
        let progress = min(1, Double(step - warmUp) / Double(max(steps - warmUp, 1)))
        switch shape {
        case .constant: return 1
        case .linear: return floor + (1 - floor) * (1 - progress)
        case .cosine: return floor + (1 - floor) * 0.5 * (1 + cos(Double.pi * progress))
        }
    }
}
