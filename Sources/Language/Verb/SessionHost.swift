/// Where the output of a program goes and where interruptions come from: a terminal, a transcript, a test.
public protocol SessionHost: AnyObject {
    /// Program output, as `print` makes it; line ends included.
    func write(_ text: String)
    /// A remark that is not the program's output: a drawn seed, a file written.
    func note(_ text: String)
    /// The value of a statement that was not silenced.
    func show(_ value: Value)
    /// A figure or picture that belongs to the statement being run.
    func attach(_ attachment: Attachment)
    /// Called between steps of long work; cheap enough to call often.
    func progress(_ progress: StepProgress)
    /// Polled between steps; true ends the running statement.
    var isInterrupted: Bool { get }
    /// Folder for figures and files of the run; nil when results are not kept.
    var outputFolder: String? { get }
    /// Columns of the terminal.
    var width: Int { get }
    /// The value that `rhumb run --set name=value` gives a `param`, as text; nil keeps the default.
    func parameter(_ name: String) -> String?
    /// Whether a `param` without such a value takes the one of its short form: `short: 2`.
    var isShort: Bool { get }
    /// Asked before the code looks at a file or folder, whether it is there or not.
    ///
    /// - Throws: `RhumbError` where the code may not read it.
    func mayRead(_ path: String) throws
    /// Told of every file or folder the code reads: an imported script, a model, data. A run's manifest seals them.
    ///
    /// - Parameter name: what to call it: the path, but for what came with Rhumb, whose path tells nobody anything.
    func didRead(_ path: String, as name: String)
    /// Told of every pattern of the shell that the code is about to look up: `pictures/*.png`.
    func willMatch(_ pattern: String)
    /// Told of every file or folder that the code is about to write, the run's own figures and tables apart.
    func willWrite(_ path: String)
    /// Told before the code looks at what no record of a run can hold: the machine, the prompt.
    func willLookOutside()
    /// Opens a prompt at a place where the program stands still, and returns when the user goes on; where no prompt can
    /// be opened, says so in a note.
    ///
    /// - Throws: `Interruption` when the user ends the run.
    func pause(at place: Place) throws
    /// Multiplications and additions a second that the machine reaches at best, of each kind of number, 0 for one that
    /// it has no instructions for; nil where nobody knows.
    var peakRate: (float32: Double, bfloat16: Double)? { get }
    /// A folder, which need not exist, where the work under way may keep its state: when a run that was killed is
    /// resumed, the same call finds there what it left. Nil where nothing is ever resumed.
    func stateFolder() -> String?
}

extension SessionHost {
    public func note(_ text: String) {}
    public func show(_ value: Value) { write(value.display(width: width) + "\n") }
    public func attach(_ attachment: Attachment) {}
    public func progress(_ progress: StepProgress) {}
    public var isInterrupted: Bool { false }
    public var outputFolder: String? { nil }
    public var width: Int { 100 }
    public func parameter(_ name: String) -> String? { nil }
    public var isShort: Bool { false }
    public func mayRead(_ path: String) throws {}
    public func didRead(_ path: String) { didRead(path, as: path) }
    public func didRead(_ path: String, as name: String) {}
    public func willMatch(_ pattern: String) {}
    public func willWrite(_ path: String) {}
    public func willLookOutside() {}
    public func stateFolder() -> String? { nil }
    public func pause(at place: Place) throws { note(place.passed(because: nil)) }
    public var peakRate: (float32: Double, bfloat16: Double)? { nil }
}

/// A file-like result handed to the host: an image or a figure with the script that draws it.
public struct Attachment {
    /// A short title; alternative text for readers that can't see it.
    public let title: String
    /// Media type and bytes of each form: `image/png`, `image/svg+xml`, `text/plain`, `text/x-gnuplot`.
    public let forms: [(type: String, bytes: [UInt8])]

    public init(title: String, forms: [(type: String, bytes: [UInt8])]) {
        self.title = title
        self.forms = forms
    }
}
