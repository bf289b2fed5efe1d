import Glibc
import LineEditor

/// What the keys of a ``BlockReader`` mean for the language.
protocol BlockReaderDelegate: AnyObject {
    /// Enter: nil runs the block, a number opens a line with that many spaces.
    func indentation(afterEnterIn block: String, cursor: Int) -> Int?
    /// Tab. `cursor` is a UTF-8 offset, `width` the columns of the terminal.
    func completion(of block: String, cursor: Int, width: Int) -> BlockReader.Completion
    /// Alt-H, F1: lines about the word at the cursor; nil when there is nothing to say.
    func explanation(in block: String, cursor: Int) -> String?
    /// The text to insert for a paste.
    func cleaned(paste: String) -> String
    /// The block after editing it in another program; nil leaves it as it is.
    func edited(block: String) -> String?
    /// The style of each UTF-8 byte of a block that is accepted, as the terminal's escape sequences number them, 0 for
    /// none; nil leaves it plain.
    func styles(of block: String) -> [UInt8]?
}

/// Reads blocks of one or more lines at a terminal, through libedit.
final class BlockReader {
    enum Result: Equatable {
        case block(String)
        /// Ctrl-C: what was typed is gone.
        case interrupted
        /// Ctrl-D on an empty line.
        case ended
    }

    struct Completion: Equatable {
        /// UTF-8 bytes before the cursor that the insertion replaces.
        var deleted = 0
        var inserted = ""
        /// Lines shown below the block; empty for none.
        var listing = ""
    }

    private let editor: OpaquePointer
    private let box: Box

    /// nil when standard input and output are not a terminal, or one without the means to edit (`TERM=dumb`).
    init?(history: [String], limit: Int, delegate: any BlockReaderDelegate) {
        let box = Box(delegate)
        let table = LineEditorDelegate(
            context: Unmanaged.passUnretained(box).toOpaque(),
            enter: { context, text, cursor in
                guard let delegate = Box.delegate(context), let text else { return -1 }
                return Int32(delegate.indentation(afterEnterIn: String(cString: text), cursor: cursor) ?? -1)
            },
            complete: { context, text, cursor, columns in
                guard let delegate = Box.delegate(context), let text else { return LineEditorCompletion() }
                let found = delegate.completion(of: String(cString: text), cursor: cursor, width: Int(columns))
                return LineEditorCompletion(
                    deleted: found.deleted,
                    inserted: found.inserted.isEmpty ? nil : strdup(found.inserted),
                    listing: found.listing.isEmpty ? nil : strdup(found.listing))
            },
            inspect: { context, text, cursor in
                guard let delegate = Box.delegate(context), let text else { return nil }
                return delegate.explanation(in: String(cString: text), cursor: cursor).flatMap { strdup($0) }
            },
            paste: { context, text in
                guard let delegate = Box.delegate(context), let text else { return nil }
                return strdup(delegate.cleaned(paste: String(cString: text)))
            },
            edit: { context, text in
                guard let delegate = Box.delegate(context), let text else { return nil }
                return delegate.edited(block: String(cString: text)).flatMap { strdup($0) }
            },
            paint: { context, text in
                guard let delegate = Box.delegate(context), let text,
                    let styles = delegate.styles(of: String(cString: text)),
                    styles.count == strlen(text), let copy = malloc(styles.count + 1)
                else { return nil }
                copy.copyMemory(from: styles, byteCount: styles.count)
                return copy.assumingMemoryBound(to: UInt8.self)
            })
        guard let editor = lineeditor_open("rhumb", Int32(limit), table) else { return nil }
        self.editor = editor
        self.box = box
        for block in history { lineeditor_remember(editor, block) }
    }

    deinit { lineeditor_close(editor) }

    /// - Parameter prompt: may hold colour codes between pairs of U+0001, which take no room.
    func read(prompt: String) -> Result {
        var status = LineEditorAccepted
        guard let text = lineeditor_read(editor, prompt, &status) else {
            return status == LineEditorInterrupted ? .interrupted : .ended
        }
        defer { free(text) }
        return .block(String(cString: text))
    }

    func remember(_ block: String) { lineeditor_remember(editor, block) }

    /// Carries the delegate through C without keeping it alive.
    private final class Box {
        weak var delegate: (any BlockReaderDelegate)?
        init(_ delegate: any BlockReaderDelegate) { self.delegate = delegate }

        static func delegate(_ context: UnsafeMutableRawPointer?) -> (any BlockReaderDelegate)? {
            context.flatMap { Unmanaged<Box>.fromOpaque($0).takeUnretainedValue().delegate }
        }
    }
}
