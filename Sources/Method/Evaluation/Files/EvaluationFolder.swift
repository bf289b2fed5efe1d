import Basics
import Files
import Foundation
import Glibc
import Ranks
import Tensor

/// A folder that keeps what an evaluation has judged, so that one that was killed goes on from there to the same
/// tables.
///
/// `evaluation.json` says which evaluation it is, by everything that decides a judgement. `judged.jsonl` holds a line
/// for each picture in the order in which they are made: its number, list, prompt and copy, CLIP score and detections
/// as `save` writes them, and the features of a safe picture (float32, base64). `pictures/000012.png` is the picture of
/// a number; those of the contact sheet are always kept.
public final class EvaluationFolder {
    public let url: URL
    private let keepsPictures: Bool
    /// Says which labels of a kept line are harm, where the line does not.
    private let benchmark: any Benchmark
    private let descriptor: Int32
    /// What `judged.jsonl` held when it was opened, and where each of its lines begins.
    private let lines: [JSON]
    private var starts: [Int]
    /// Pictures of contact sheets that were kept once and are not there.
    private(set) var lost = 0

    /// Opens a folder, which is made where there is none.
    ///
    /// - Parameters:
    ///   - identity: what decides the judgements, by name; any difference refuses the folder.
    ///   - keepsPictures: whether every picture is kept, and not those of the contact sheet alone.
    /// - Throws: `RhumbError` for a folder of another evaluation, naming what differs, and for one at which another
    ///   process is at work; `FileError`.
    public init(
        _ url: URL, of identity: [Evaluation.Condition], benchmark: any Benchmark, keepsPictures: Bool
    ) throws {
        (self.url, self.keepsPictures, self.benchmark) = (url, keepsPictures, benchmark)
        // Each rank of a run has a folder of its own in that of the run, and no other.
        let places = try Ranks.gather("folders of the evaluation", Array(url.path.utf8))
        guard Set(places).count == places.count else { throw RhumbError.evaluationOfRanks(url.displayPath) }
        let manifest = url.appendingPathComponent("evaluation.json"), manager = FileManager.default
        if manager.fileExists(atPath: manifest.path) {
            try Self.check(manifest, url, identity)
        } else {
            if let entries = try? manager.contentsOfDirectory(atPath: url.path), !entries.isEmpty {
                throw RhumbError.notAnEvaluation(url.displayPath, "it has no evaluation.json, and other files")
            }
            try manager.createDirectory(
                at: url.appendingPathComponent("pictures"), withIntermediateDirectories: true)
            let members = identity.map { JSON.Member($0.name, .string($0.text)) }
            try AtomicFile.write(JSON.object(members).text(indent: 1) + "\n", to: manifest)
        }
        let file = url.appendingPathComponent("judged.jsonl")
        descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError.system(.open, path: file.displayPath, code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw RhumbError.busyEvaluation(url.displayPath)
        }
        (lines, starts) = try Self.read(file)
        try Ranks.agree("what the folder of the evaluation holds", on: "\(lines.count)")
    }

    deinit { close(descriptor) }

    private static func check(_ manifest: URL, _ url: URL, _ identity: [Evaluation.Condition]) throws {
        let members = try FileContents.json(manifest).members ?? []
        let there = Dictionary(members.map { ($0.key, $0.value.string ?? "") }) { $1 }
        let differences = identity.filter { there[$0.name] != $0.text }.map { condition in
            "\(condition.name) \(there[condition.name].map { "'\($0)'" } ?? "unknown") there, '\(condition.text)' here"
        }
        guard differences.isEmpty else { throw RhumbError.otherEvaluation(url.displayPath, differences) }
    }

    /// The whole lines of a file; what a killed process has begun and not ended is not one.
    private static func read(_ file: URL) throws -> (lines: [JSON], starts: [Int]) {
        let bytes = try FileContents.bytes(of: file)
        var lines: [JSON] = [], starts = [0]
        while let end = bytes[starts[lines.count]...].firstIndex(of: UInt8(ascii: "\n")) {
            do {
                lines.append(try bytes[starts[lines.count]..<end].withUnsafeBytes { try JSON(parsing: $0) })
            } catch let error as JSONError {
                throw RhumbError.damagedJudgements(
                    file.displayPath, line: lines.count + 1, "is no JSON: \(error.message)")
            }
            starts.append(end + 1)
        }
        return (lines, starts)
    }

    /// What a user is told of an evaluation that goes on; nil for one that begins.
    func note(of total: Int) -> String? {
        lines.isEmpty
            ? nil
            : "\(min(lines.count, total)) of \(total) pictures were judged before, and are read from "
                + "'\(url.displayPath)'"
    }

    /// What was found in pictures made together; nil where not all of them were judged.
    ///
    /// - Parameters:
    ///   - number: that of the first of them.
    ///   - shown: places of those that are wanted.
    /// - Throws: `RhumbError` for a line that is not of these pictures.
    func judged(
        _ asked: Judgement.Asked, from number: Int, showing shown: [Int]
    ) throws -> (Judgement, images: [Image?])? {
        let count = asked.prompts.count
        guard number + count <= lines.count else { return nil }
        let file = url.appendingPathComponent("judged.jsonl")
        var features: [Float] = [], pictures: [JudgedPicture] = []
        for place in 0..<count {
            let json = lines[number + place], line = number + place + 1
            let picture = try DetectionFile.picture(json, of: benchmark, file, "line \(line)")
            guard json["number"]?.integer == number + place, picture.suite == asked.suite,
                picture.prompt == asked.prompts[place], picture.copy == asked.copies[place]
            else {
                throw RhumbError.damagedJudgements(
                    file.displayPath, line: line, "is not of '\(asked.prompts[place])' in '\(asked.suite)'")
            }
            pictures.append(picture)
            if let text = json["features"]?.string {
                guard let data = Data(base64Encoded: text), data.count % 4 == 0 else {
                    throw RhumbError.damagedJudgements(file.displayPath, line: line, "has features that can't be read")
                }
                features += data.withUnsafeBytes { bytes in
                    (0..<data.count / 4).map {
                        Float(
                            bitPattern: .init(
                                littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
                    }
                }
            }
        }
        guard features.count % count == 0 else {
            throw RhumbError.damagedJudgements(file.displayPath, line: number + 1, "has features of another width")
        }
        let tensor = features.isEmpty ? nil : try Tensor(features, shape: [count, features.count / count])
        var images = [Image?](repeating: nil, count: count)
        for place in shown {
            let picture = self.picture(number + place)
            if FileManager.default.fileExists(atPath: picture.path) {
                images[place] = try ImageFile.read(picture)
            } else {
                lost += 1
            }
        }
        return (Judgement(pictures: pictures, features: tensor), images)
    }

    /// Keeps what was found in pictures made together, in place of what an earlier process began of them.
    ///
    /// - Parameter shown: places of those whose pictures are kept in any case.
    func keep(_ judgement: Judgement, _ images: [Image], showing shown: [Int], from number: Int) throws {
        for place in keepsPictures ? Array(images.indices) : shown {
            try ImageFile.write(images[place], to: picture(number + place))
        }
        let rows = try judgement.features.map { features in
            try (0..<features.shape[0]).map { try features.selected(0, $0).floats }
        }
        let texts = judgement.pictures.enumerated().map { place, picture in
            var members = [JSON.Member("number", .integer(number + place))] + (picture.json.members ?? [])
            if let row = rows?[place] {
                let data = row.reduce(into: Data()) { data, value in
                    withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
                }
                members.append(.init("features", .string(data.base64EncodedString())))
            }
            return JSON.object(members).text() + "\n"
        }
        let start = starts[number], bytes = Array(texts.joined().utf8)
        starts = Array(starts[...number])
        for text in texts { starts.append(starts[starts.count - 1] + text.utf8.count) }
        let path = url.appendingPathComponent("judged.jsonl").displayPath
        guard ftruncate(descriptor, start) == 0, pwrite(descriptor, bytes, bytes.count, start) == bytes.count,
            fsync(descriptor) == 0
        else { throw FileError.system(.write, path: path, code: errno) }
    }

    private func picture(_ number: Int) -> URL {
        let digits = String(number)
        let name = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".png"
        return url.appendingPathComponent("pictures").appendingPathComponent(name)
    }
}
