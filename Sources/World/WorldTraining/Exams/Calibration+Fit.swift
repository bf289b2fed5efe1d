import Foundation
import World

extension DetectorConfiguration.Calibration {
    /// Logistic regression of the outcomes on the scores by Newton's method, with a little pull towards the identity.
    ///
    /// A step that would make the fit worse is halved: far from the optimum the curvature vanishes and full steps fly
    /// off.
    package init(fitting outcomes: [Bool], to scores: [Double]) {
        self.init()
        (slope, offset) = (0, 0)
        let pull = 1e-3
        var cost = cost(outcomes, scores, pull)
        for _ in 0..<50 {
            var gradient = (pull * (slope - 1), pull * offset)
            var (a, b, c) = (pull, 0.0, pull)
            for (score, isRight) in zip(scores, outcomes) {
                let p = confidence(score), error = p - (isRight ? 1 : 0), weight = p * (1 - p)
                gradient.0 += error * score
                gradient.1 += error
                a += weight * score * score
                b += weight * score
                c += weight
            }
            let determinant = a * c - b * b
            var step = (
                (c * gradient.0 - b * gradient.1) / determinant, (a * gradient.1 - b * gradient.0) / determinant
            )
            let start = self
            repeat {
                (slope, offset) = (start.slope - step.0, start.offset - step.1)
                step = (step.0 / 2, step.1 / 2)
            } while self.cost(outcomes, scores, pull) > cost && abs(step.0) + abs(step.1) > 1e-9
            cost = self.cost(outcomes, scores, pull)
            if abs(step.0) + abs(step.1) < 1e-8 { return }
        }
    }

    /// What the fit makes small: −Σ log of the chance given to what happened, and the pull.
    private func cost(_ outcomes: [Bool], _ scores: [Double], _ pull: Double) -> Double {
        var cost = pull / 2 * ((slope - 1) * (slope - 1) + offset * offset)
        for (score, isRight) in zip(scores, outcomes) {
            let logit = (slope * score + offset) * (isRight ? -1 : 1)
            cost += max(logit, 0) + log1p(exp(-abs(logit)))
        }
        return cost
    }
}
