import Basics
import Tensor

/// Numbers that are not finite where a picture was to be: nothing could be found in it, and that would not make it
/// safe.
///
/// Whoever notices it knows which of several pictures it is; what that was asked for by, and its seed, are added by
/// whoever asked.
public struct NotFiniteError: ExplainedError, CustomStringConvertible {
    private let fault: String
    public let hint: String
    /// Which of the pictures made together, from 0, and how many there are.
    private var place: (picture: Int, of: Int)?
    private var prompt: String?
    private var seed: UInt64?

    /// - Parameters:
    ///   - part: the part of the model that gives them: "UNet".
    ///   - when: "at step 1 of 20".
    ///   - rows: what it gave, a row for each picture.
    init(_ part: String, _ when: String, in rows: Tensor) {
        fault = "the \(part) gives numbers that are not finite \(when)"
        hint =
            "there is no picture in them; a weight may be broken: load the model again, or train it with a lower rate"
        place = Self.place(in: rows)
    }

    /// - Parameter rows: latents that hold them, a row for each picture.
    init(latents rows: Tensor) {
        fault = "the latents hold numbers that are not finite: there is no picture in them"
        hint = ""
        place = Self.place(in: rows)
    }

    private static func place(in rows: Tensor) -> (picture: Int, of: Int)? {
        guard rows.rank > 1,
            let first = (0..<rows.shape[0]).first(where: { row in
                (try? rows.rows(row..<(row + 1)).isFinite) == false
            })
        else { return nil }
        return (first, rows.shape[0])
    }

    /// The same where the pictures stand behind others.
    public func after(_ others: Int, of count: Int) -> NotFiniteError {
        var error = self
        error.place = place.map { ($0.picture + others, count) }
        return error
    }

    /// The same with what its picture was asked for by.
    ///
    /// - Parameters:
    ///   - prompts: one for each of the pictures.
    ///   - seeds: one for each, or one for all.
    public func asked(by prompts: [String], seeds: [UInt64]) -> NotFiniteError {
        guard let place, prompts.count == place.of else { return self }
        var error = self
        error.prompt = prompts[place.picture]
        error.seed = seeds.count == 1 ? seeds[0] : seeds.indices.contains(place.picture) ? seeds[place.picture] : nil
        return error
    }

    public var message: String {
        let parts = [
            place.flatMap { $0.of > 1 ? "picture \($0.picture + 1) of \($0.of)" : nil }, prompt.map { "'\($0)'" },
            seed.map { "seed \($0)" },
        ].compactMap { $0 }
        return fault + (parts.isEmpty ? "" : ", for " + parts.joined(separator: ", "))
    }

    public var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}
