import Basics
import Foundation
import Tensor

/// The noise schedule as σ = √((1 − ᾱ) / ᾱ), which DPM-Solver and Euler step along (Karras et al. 2022).
struct SigmaSchedule {
    /// σ of each training timestep, rising.
    private let training: [Float]
    private let logarithms: [Double]

    init(_ schedule: NoiseSchedule, rescaledToZeroSNR: Bool) {
        var alphas = schedule.alphasCumprod
        // Close to 0 without being 0, so that the first σ is finite; the value is diffusers'.
        if rescaledToZeroSNR { alphas[alphas.count - 1] = 0x1p-24 }
        training = alphas.map { ((1 - $0) / $0).squareRoot() }
        logarithms = training.map { Double(log($0)) }
    }

    /// What the last step leads to: `zero` or `sigma_min`.
    func final(_ type: String?) throws -> Float {
        switch type ?? "zero" {
        case "zero": return 0
        case "sigma_min": return training[0]
        case let other: throw RhumbError.option("final_sigmas_type", other, known: ["zero", "sigma_min"])
        }
    }

    var lowest: Double { Double(training[0]) }
    var highest: Double { Double(training[training.count - 1]) }

    /// σ at a timestep, between whole ones by linear interpolation.
    func sigma(at timestep: Double) -> Double {
        let low = min(max(Int(timestep), 0), training.count - 1)
        let share = timestep - Double(low)
        guard share > 0, low + 1 < training.count else { return Double(training[low]) }
        return Double(training[low]) + share * (Double(training[low + 1]) - Double(training[low]))
    }

    /// The timestep of a σ, between whole ones by interpolation of log σ.
    func timestep(of sigma: Double) -> Double {
        let logarithm = log(max(sigma, 1e-10))
        let below = logarithms.lastIndex { $0 <= logarithm } ?? 0
        guard logarithms.count > 1 else { return 0 }
        let low = min(below, logarithms.count - 2)
        let share = (logarithms[low] - logarithm) / (logarithms[low] - logarithms[low + 1])
        return Double(low) + min(max(share, 0), 1)
    }

    /// The number of timesteps whose log(√ᾱ / √(1 − ᾱ)) is below a bound.
    func count(below bound: Double?) -> Int {
        guard let bound else { return 0 }
        return logarithms.count { -$0 < bound }
    }

    /// σ from `highest` to `lowest`, evenly spaced in their seventh roots (Karras et al. 2022, equation 5).
    static func karras(from highest: Double, to lowest: Double, count: Int) -> [Double] {
        let (start, end) = (pow(highest, 1 / 7), pow(lowest, 1 / 7))
        return (0..<count).map { pow(start + Double($0) / Double(max(count - 1, 1)) * (end - start), 7) }
    }
}
