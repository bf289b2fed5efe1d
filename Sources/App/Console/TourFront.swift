import Language
import Notebook

/// The console of a tour: knows whether a cell gave anything to look at, and can keep quiet.
package final class TourFront: ConsoleFront {
    /// Something was shown since this was last set to false.
    var hasShown = false
    /// Only errors and progress come through.
    var isMuted = false

    package override func receive(_ event: Event) {
        switch event {
        case .progress, .error: super.receive(event)
        case .note: if !isMuted { super.receive(event) }
        case .text, .value, .figure:
            if isMuted { return }
            hasShown = true
            super.receive(event)
        }
    }

    func muted<Result>(_ body: () -> Result) -> Result {
        let outside = isMuted
        isMuted = true
        defer { isMuted = outside }
        return body()
    }
}
