import Files
import Language
import Notebook
import Report

/// Turns the events of a session into Jupyter's messages about the cell that runs.
final class CellFront: Front {
    /// A message on iopub about the cell.
    private let publish: (_ type: String, _ content: JSON) -> Void
    private var count = 0
    private var isSilent = false
    /// Text that was printed and not yet sent, and to which stream.
    private var stream = (name: "stdout", text: "", since: 0.0)
    /// The value shown last, which is the cell's result if nothing follows.
    private var value: (bundle: MediaBundle, isPicture: Bool, since: Double)?
    private var progress = ProgressDisplay()
    private var progressCount = 0
    /// The text of the cell's result, for the history.
    private(set) var result: String?

    /// Seconds that printed text waits for more, and a value for what follows.
    private static let pause = 0.1
    /// Longer text is sent at once.
    private static let longest = 1 << 16

    init(publish: @escaping (_ type: String, _ content: JSON) -> Void) { self.publish = publish }

    /// - Parameters:
    ///   - count: the cell's number.
    ///   - isSilent: whether nothing of it is shown.
    func begin(count: Int, isSilent: Bool) {
        (self.count, self.isSilent, result) = (count, isSilent, nil)
        progress = ProgressDisplay()
        progressCount += 1
    }

    /// The cell is over: what is left is sent, its last value as its result.
    func end() {
        flushStream()
        if let bundle = progress.finish(now: Stopwatch.now()) { show(bundle, isNew: false) }
        guard let last = value else { return }
        value = nil
        result = last.bundle.text
        send(
            "execute_result",
            [
                "execution_count": .integer(count), "data": last.bundle.data, "metadata": last.bundle.metadata,
            ])
    }

    // MARK: Front

    /// What fits a cell, and the help beside it, in a window of 1200 pixels.
    var width: Int { 90 }

    func poll() {
        let now = Stopwatch.now()
        if now - stream.since >= Self.pause { flushStream() }
        // Code goes on behind it, so that it is not known to be the last.
        if let value, now - value.since >= Self.pause { flushValue() }
    }

    func receive(_ event: Event) {
        switch event {
        case .text(let text): print(text, to: "stdout")
        case .note(let note): print(note + "\n", to: "stderr")
        case .value(.table(let table), let display, let file):
            hold(MediaBundle(table, display: display, file: file), isPicture: false)
        case .value(let value, let display, let file):
            var bundle = MediaBundle(display.visible)
            bundle.add(value.pictures(atMost: Self.mostPictures))
            var isObject = false
            if case .object = value { isObject = file != nil }
            hold(bundle, isPicture: isObject)
        case .figure(let attachment, _): show(attachment)
        case .progress(let progress):
            let isNew = !self.progress.isVisible
            guard let bundle = self.progress.update(progress, now: Stopwatch.now()) else { return }
            flush()
            show(bundle, isNew: isNew)
        case .error(let diagnostic):
            flush()
            send("error", Self.content(of: diagnostic))
        }
    }

    /// As many pictures of a list as a notebook shows at once.
    private static let mostPictures = 64

    /// An error as messages and replies tell it.
    static func content(of diagnostic: Diagnostic) -> JSON {
        [
            "ename": .string(diagnostic.kind.rawValue), "evalue": .string(diagnostic.message),
            "traceback": .array(
                diagnostic.text(colour: true).split(separator: "\n").map { .string(String($0)) }),
        ]
    }

    // MARK: What waits

    private func print(_ text: String, to name: String) {
        flushValue()
        if stream.name != name { flushStream() }
        if stream.text.isEmpty { stream = (name, "", Stopwatch.now()) }
        stream.text += text
        if stream.text.utf8.count >= Self.longest || Stopwatch.now() - stream.since >= Self.pause { flushStream() }
    }

    private func hold(_ bundle: MediaBundle, isPicture: Bool) {
        flush()
        value = (bundle, isPicture, Stopwatch.now())
    }

    /// A figure belongs to the value that was shown just before, where it is one.
    private func show(_ attachment: Attachment) {
        var bundle = MediaBundle(attachment.title.visible)
        if let value, value.isPicture {
            bundle = value.bundle
            self.value = nil
            bundle.add(attachment)
            hold(bundle, isPicture: false)
            return
        }
        bundle.add(attachment)
        flush()
        send("display_data", ["data": bundle.data, "metadata": bundle.metadata, "transient": [:]])
    }

    private func flush() {
        flushStream()
        flushValue()
    }

    private func flushStream() {
        guard !stream.text.isEmpty else { return }
        let text = stream.text
        stream.text = ""
        send("stream", ["name": .string(stream.name), "text": .string(text)])
    }

    private func flushValue() {
        guard let last = value else { return }
        value = nil
        flushStream()
        send("display_data", ["data": last.bundle.data, "metadata": last.bundle.metadata, "transient": [:]])
    }

    private func show(_ bundle: MediaBundle, isNew: Bool) {
        send(
            isNew ? "display_data" : "update_display_data",
            [
                "data": bundle.data, "metadata": bundle.metadata,
                "transient": ["display_id": .string("progress-\(progressCount)")],
            ])
    }

    private func send(_ type: String, _ content: JSON) {
        if !isSilent { publish(type, content) }
    }
}
