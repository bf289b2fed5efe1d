import FoundationEssentials

/// Lists in JSON lines, which a table of metrics has as texts only: GenEval's `evaluation_metadata.jsonl` has a list of
/// objects on every line.
public enum JSONLines {
    /// The columns in which some line has a list, whole; members of inner objects are named `outer.inner`, as
    /// `MetricsTable` does.
    ///
    /// - Parameter rowCount: of the table that was read of the file.
    /// - Returns: a value a row, nil where a line has none; nil without any list, or where lines and rows differ.
    /// - Throws: ``FileError`` where the file can't be read.
    public static func lists(contentsOf url: URL, rowCount: Int) throws(FileError) -> [String: [JSON?]]? {
        let text = String(decoding: try FileContents.bytes(of: url), as: UTF8.self)
        var lines: [[String: JSON]] = []
        var listed: Set<String> = []
        for line in text.split(whereSeparator: \.isNewline) {
            guard let document = try? JSON(parsing: String(line)), let members = document.members else { continue }
            var row: [String: JSON] = [:]
            gather(members, prefix: "", into: &row)
            for (name, value) in row where value.array != nil { listed.insert(name) }
            lines.append(row)
        }
        guard !listed.isEmpty, lines.count == rowCount else { return nil }
        return Dictionary(uniqueKeysWithValues: listed.map { name in (name, lines.map { $0[name] }) })
    }

    private static func gather(_ members: [JSON.Member], prefix: String, into row: inout [String: JSON]) {
        for member in members {
            if let inner = member.value.members {
                gather(inner, prefix: prefix + member.key + ".", into: &row)
            } else {
                row[prefix + member.key] = member.value
            }
        }
    }
}
