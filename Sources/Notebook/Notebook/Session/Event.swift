import Language

/// Something a session gives its front while code runs.
public enum Event {
    /// Program output, as `print` makes it; line ends included.
    case text(String)
    /// A remark that is not the program's output: a drawn seed, a file written.
    case note(String)
    /// The value of a statement that was not silenced, and how it displays at the front's width; with the file that
    /// holds a table, or the first one of a figure that follows, relative to the run folder, where one is kept.
    case value(Value, display: String, file: String?)
    /// A figure or picture; `saved` is nil when nothing is kept.
    case figure(Attachment, saved: SavedFigure?)
    /// How far long work has come; sent often.
    case progress(StepProgress)
    /// The code ended in an error.
    case error(Diagnostic)
}

/// How a pause at a breakpoint ends.
public enum PauseEnd: Sendable { case goesOn, quits }

/// Who shows what a session gives: the prompt, a recipe's run, a kernel.
public protocol Front: AnyObject {
    func receive(_ event: Event)
    /// Columns that values are laid out for.
    var width: Int { get }
    /// Whether what is wider can be moved under the eye, as in a pager: then a table that is shown whole comes in one
    /// piece, however wide.
    var scrolls: Bool { get }
    /// Called often while code runs, so that nothing shown late has to wait for the next event.
    func poll()
    /// Opens a prompt at a place where the code stands still, until the user goes on or ends the run.
    ///
    /// - Returns: nil at once where there is nobody to ask.
    func pause(_ session: Session, at place: Place) -> PauseEnd?
}

extension Front {
    public var width: Int { 100 }
    public var scrolls: Bool { false }
    public func poll() {}
    public func pause(_ session: Session, at place: Place) -> PauseEnd? { nil }
}
