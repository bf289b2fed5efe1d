import Glibc
import Synchronization

/// The files that models' weights are mapped from.
///
/// A program that writes a new file and renames it into place leaves a mapping as it was. One that writes into the file
/// (`cp` onto it, `rsync --inplace`) changes the weights of a loaded model, and one that cuts it short makes the system
/// end whoever touches the missing part. The first is noticed by `check`, the second ends with a sentence instead of a
/// signal.
public enum MappedFiles {
    private struct Entry {
        let descriptor: Int32
        let state: FileState
        let file: String
        /// Where the signal's handler finds it.
        let slot: Int?
    }

    private static let entries = Mutex<[UInt: Entry]>([:])

    /// Looks whether every mapped file is still what it was when it was loaded.
    /// - Throws: ``FileError`` naming the first that is not.
    public static func check() throws(FileError) {
        let all = entries.withLock { Array($0.values) }
        for entry in all where try FileState(entry.descriptor, file: entry.file) != entry.state {
            throw .changed(file: entry.file, isLoaded: true)
        }
    }

    static func add(
        _ bytes: UnsafeMutableRawBufferPointer, _ descriptor: Int32, _ state: FileState, file: String
    ) {
        let start = bytes.baseAddress!
        let slot = MappedRanges.add(start, bytes.count, file: file)
        let key = UInt(bitPattern: start)
        entries.withLock { $0[key] = Entry(descriptor: descriptor, state: state, file: file, slot: slot) }
    }

    static func remove(_ start: UnsafeMutableRawPointer) {
        let key = UInt(bitPattern: start)
        guard let entry = entries.withLock({ $0.removeValue(forKey: key) }) else { return }
        if let slot = entry.slot { MappedRanges.remove(slot) }
        close(entry.descriptor)
    }
}

/// Where mapped files lie, in a form that a signal's handler may read: a table that is never moved, and no locks.
private enum MappedRanges {
    private struct Range {
        var start: UInt = 0
        var end: UInt = 0
        var file: UnsafeMutablePointer<CChar>?
    }

    private static let count = 256
    nonisolated(unsafe) private static let table: UnsafeMutablePointer<Range> = {
        let table = UnsafeMutablePointer<Range>.allocate(capacity: count)
        table.initialize(repeating: Range(), count: count)
        return table
    }()
    private static let isInUse = Mutex<[Bool]>([Bool](repeating: false, count: count))

    /// - Returns: nil where the table is full, which leaves the file without its sentence.
    static func add(_ start: UnsafeMutableRawPointer, _ length: Int, file: String) -> Int? {
        _ = handlesSignal
        guard
            let slot = isInUse.withLock({ used -> Int? in
                guard let free = used.firstIndex(of: false) else { return nil }
                used[free] = true
                return free
            })
        else { return nil }
        table[slot] = Range(
            start: UInt(bitPattern: start), end: UInt(bitPattern: start) + UInt(length), file: strdup(file))
        return slot
    }

    static func remove(_ slot: Int) {
        let name = table[slot].file
        table[slot] = Range()
        free(name)
        isInUse.withLock { $0[slot] = false }
    }

    /// Installs the handler, once.
    private static let handlesSignal: Bool = {
        _ = table
        var action = sigaction()
        action.sa_flags = SA_SIGINFO | Int32(bitPattern: UInt32(SA_RESETHAND))
        action.__sigaction_handler.sa_sigaction = { _, info, _ in
            guard let address = info.map({ UInt(bitPattern: $0.pointee._sifields._sigfault.si_addr) }) else { return }
            for slot in 0..<MappedRanges.count {
                let range = MappedRanges.table[slot]
                guard range.start <= address, address < range.end, let file = range.file else { continue }
                MappedRanges.say("error: '")
                _ = write(STDERR_FILENO, file, strlen(file))
                MappedRanges.say("' was cut short by another program while its weights were in use\n")
                MappedRanges.say("  help: let programs write a new file and rename it into place; then load it again\n")
                _exit(1)
            }
            // Somebody else's: the fault comes again, and now ends the process.
        }
        return sigaction(SIGBUS, &action, nil) == 0
    }()

    private static func say(_ text: StaticString) { _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount) }
}
