import Language

/// Leaves in a run's folder what its cell is doing, for whoever watches from elsewhere: how far its long work has come,
/// once a second at most, and its latest pictures, every few seconds.
///
/// What can't be written is left out: the run does not depend on it.
final class LiveRecord {
    private let folder: RunFolder
    private var cell = 0
    private var pace = Pace()
    private var progressThrottle = Throttle(every: 1), pictureThrottle = Throttle(every: 5)
    private var hasWritten = false
    private var written: LivePictures?

    init(_ folder: RunFolder) { self.folder = folder }

    func begin(cell: Int) {
        self.cell = cell
        progressThrottle.restart()
        pace.end()
    }

    func note(_ progress: StepProgress) {
        _ = pace.note(progress, now: Stopwatch.now())
        progressThrottle.ifDue {
            let text = LiveProgress(cell: cell, progress, pace).json.text() + "\n"
            try? folder.write(text, to: RunFolder.progress, lasting: false)
            hasWritten = true
        }
        guard let pictures = progress.pictures, pictures !== written else { return }
        pictureThrottle.ifDue {
            written = pictures
            guard let png = try? pictures.sheet?.png() else { return }
            try? folder.write(png, to: RunFolder.latestPictures, lasting: false)
        }
    }

    /// The cell is over. The pictures stay.
    func end() {
        written = nil
        guard hasWritten else { return }
        hasWritten = false
        folder.remove(RunFolder.progress)
    }
}
