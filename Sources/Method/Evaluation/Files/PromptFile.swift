import Basics
import Files
import Foundation

/// Lists of prompts on disk, as rows of JSON members: CSV and TSV by their columns, JSON lines and a list of JSON objects
/// with whatever their members hold.
public enum PromptFile {
    /// Suffixes that are read.
    public static let suffixes = ["csv", "tsv", "jsonl", "ndjson", "json"]

    /// - Throws: `RhumbError` naming the file and the line that is no object, or a fault of the file itself.
    public static func rows(_ url: URL) throws -> [[JSON.Member]] {
        switch url.pathExtension.lowercased() {
        case "json":
            guard let list = try FileContents.json(url).array else {
                throw RhumbError.promptFile(url.displayPath, "it is no list of objects")
            }
            return try list.enumerated().map { index, json in
                guard let members = json.members else {
                    throw RhumbError.promptFile(url.displayPath, "entry \(index + 1) is \(json.kind)")
                }
                return members
            }
        case "jsonl", "ndjson":
            let text = String(decoding: try FileContents.bytes(of: url), as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            return try lines.compactMap { index, line -> [JSON.Member]? in
                guard line.contains(where: { !$0.isWhitespace }) else { return nil }
                let json: JSON
                do throws(JSONError) { json = try JSON(parsing: String(line)) } catch {
                    throw RhumbError.promptFile(url.displayPath, "line \(index + 1) is no JSON: \(error.message)")
                }
                guard let members = json.members else {
                    throw RhumbError.promptFile(url.displayPath, "line \(index + 1) is \(json.kind), no object")
                }
                return members
            }
        default:
            let table = try TableFile.read(url)
            return (0..<table.rowCount).map { row in
                zip(table.names, table.columns).map { name, column in
                    switch column {
                    case .numbers(let values): .init(name, values[row].map { .number($0) } ?? .null)
                    case .texts(let values): .init(name, .string(values[row]))
                    }
                }
            }
        }
    }
}
