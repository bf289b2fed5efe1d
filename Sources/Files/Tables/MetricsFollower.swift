import Glibc

/// Follows a file of metrics that another program writes.
///
/// Lines are read when their line break has arrived. A file that shrinks or is replaced is read anew from its start;
/// one that doesn't exist yet is waited for.
public final class MetricsFollower {
    /// What happened since the last look.
    public enum Change: Sendable, Hashable {
        case nothing
        /// So many rows were added.
        case rows(Int)
        /// The file was replaced or cut; the table holds its new rows only.
        case restarted
    }

    private let path: String
    private let format: MetricsFormat?
    private var source: Source?
    private var reader: MetricsReader
    private var textColumns: Set<String> = []

    public init(_ path: String, format: MetricsFormat? = nil) {
        self.path = path
        self.format = format
        reader = MetricsReader(name: path, format: format)
        reader = newReader
    }

    private var newReader: MetricsReader {
        MetricsReader(name: path, format: format, promised: .promised(by: path), textColumns: textColumns)
    }

    /// The rows read so far.
    public var table: MetricsTable { reader.table }

    /// Reads what has been added.
    ///
    /// - Throws: ``MetricsError`` with the file and the line.
    public func poll() throws(MetricsError) -> Change {
        var hasRestarted = false
        if let source, !source.isCurrent() {
            self.source = nil
            hasRestarted = reader.table.rowCount > 0
            textColumns = []
            reader = newReader
        }
        if source == nil {
            guard access(path, F_OK) == 0 else { return hasRestarted ? .restarted : .nothing }
            source = try Source(path)
        }
        var added = 0
        while let bytes = try source?.next(), !bytes.isEmpty { added += try reader.read(bytes) }
        if !reader.spoiledColumns.subtracting(textColumns).isEmpty {
            // What was taken for numbers is text: from the start once more.
            textColumns.formUnion(reader.spoiledColumns)
            reader = newReader
            source = try Source(path)
            while let bytes = try source?.next(), !bytes.isEmpty { try reader.read(bytes) }
        }
        return hasRestarted ? .restarted : added > 0 ? .rows(added) : .nothing
    }
}

extension MetricsFollower {
    /// An open file and how far it has been read.
    final class Source {
        private let path: String
        private let descriptor: Int32
        private var offset: off_t = 0

        init(_ path: String) throws(MetricsError) {
            self.path = path
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
            var status = stat()
            if descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { errno = EISDIR }
            guard descriptor >= 0, status.st_mode & S_IFMT != S_IFDIR else {
                throw .unreadable(path: path, reason: String(cString: strerror(errno)))
            }
        }

        deinit { close(descriptor) }

        /// The next bytes; none at the end of what there is so far.
        func next() throws(MetricsError) -> [UInt8] {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let count = pread(descriptor, &buffer, buffer.count, offset)
            if count < 0, errno == ESPIPE || errno == ENXIO { return try nextFromPipe() }
            guard count >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
            offset += off_t(count)
            return Array(buffer.prefix(count))
        }

        /// A pipe has no places to read from.
        private func nextFromPipe() throws(MetricsError) -> [UInt8] {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
            return Array(buffer.prefix(count))
        }

        /// Whether the path still names this file and the file is no shorter than what was read of it.
        func isCurrent() -> Bool {
            var named = stat(), opened = stat()
            guard fstat(descriptor, &opened) == 0, stat(path, &named) == 0 else { return false }
            return named.st_ino == opened.st_ino && named.st_dev == opened.st_dev && opened.st_size >= offset
        }
    }
}
