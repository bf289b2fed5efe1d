import FoundationEssentials

extension MetricsTable {
    /// Reads a whole file of metrics: CSV, TSV, JSON and JSON lines, `key=value` logs, or one number a line.
    ///
    /// - Parameters:
    ///   - name: What errors and notes call the file; by default its path.
    ///   - promised: How the file is written if its lines don't tell; by default what its name says.
    ///   - otherwise: How it is taken to be written if nothing tells; by default that is an error.
    ///   - mayBeEmpty: Whether names without rows are a table, too.
    ///   - keepsUnits: Whether a column of numbers with units is one of texts.
    /// - Throws: ``MetricsError`` with the file and the line.
    public init(
        contentsOf path: String, named name: String? = nil, format: MetricsFormat? = nil,
        promised: MetricsFormat? = nil, otherwise: MetricsFormat? = nil, mayBeEmpty: Bool = false,
        keepsUnits: Bool = false
    ) throws(MetricsError) {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileContents.bytes(of: URL(filePath: path))
        } catch {
            throw .unreadable(path: name ?? path, reason: error.reason)
        }
        let promised = promised ?? MetricsFormat.promised(by: path), name = name ?? path
        func read(_ textColumns: Set<String>) throws(MetricsError) -> MetricsReader {
            var reader = MetricsReader(
                name: name, format: format, promised: promised, otherwise: otherwise,
                textColumns: textColumns)
            reader.isFollowing = false
            // In pieces, of which the reader keeps a copy.
            for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
                try reader.read(bytes[start..<min(start + 1 << 20, bytes.count)])
            }
            do throws(MetricsError) {
                try reader.finish()
            } catch .empty(let path) {
                guard mayBeEmpty, !reader.table.columns.isEmpty else { throw .empty(path: path) }
            }
            return reader
        }
        let first = try read([])
        self = first.table
        let measured = keepsUnits ? first.table.columns.filter { $0.unit != nil }.map(\.name) : []
        let texts = first.spoiledColumns.union(measured)
        guard !texts.isEmpty else { return }
        self = try read(texts).table
        firstTexts.merge(first.table.firstTexts) { $1 }
    }
}
