import Basics
import Files
import Foundation
import Hub
import Ranks
import Tensor

/// A reward that a web server gives, one picture at a time.
///
/// It is sent `{"prompt": "a dog", "image": "iVBOR…"}` by POST, the picture as PNG of 8 bits a channel in base64, and
/// answers with a JSON number, or an object of numbers by name, of which `total` counts, or their sum.
public final class RemoteReward: Reward {
    public let address: String
    /// Seconds that an answer may take.
    private let timeout: Int
    /// How often a picture is sent once more where the server or the network was indisposed.
    private let retries: Int
    /// Seconds before the first of them; each further one waits twice as long, 8 at most.
    private let firstWait: Double
    private let transfer: WebTransfer
    private let say: (String) -> Void

    private static let longestAnswer = 1 << 20

    /// - Parameter say: told where something is tried once more.
    /// - Throws: `RhumbError` for what is no address of a web server, and where libcurl can't start.
    public init(
        _ address: String, timeout: Int = 60, retries: Int = 2, firstWait: Double = 0.5,
        say: @escaping (String) -> Void = { _ in }
    ) throws {
        guard URLOrigin(address) != nil else { throw RhumbError.notAnAddress(address) }
        (self.address, self.timeout, self.retries, self.say) = (address, timeout, retries, say)
        (self.firstWait, transfer) = (firstWait, try WebTransfer())
    }

    public var name: String { "remote \(address)" }

    /// - Throws: `RhumbError` where there is no answer, or another than is asked for; `Interruption`.
    public func scores(of batch: RewardBatch) throws -> RewardScores {
        guard Ranks.areMany else { return try asked(batch) }
        // One rank asks, and all have its answers, or its error.
        var own: [SharedAnswer] = []
        if Ranks.isFirst {
            do {
                own = [SharedAnswer(scores: try asked(batch))]
            } catch let error as RhumbError {
                own = [SharedAnswer(message: error.message, hint: error.hint)]
            }
        }
        let answer = try Ranks.gathered("answers of the server", own)[0]
        guard let scores = answer.scores else { throw RhumbError(answer.message, hint: answer.hint) }
        return scores
    }

    private struct SharedAnswer: Codable {
        var scores: RewardScores?
        var message = "", hint = ""
    }

    private func asked(_ batch: RewardBatch) throws -> RewardScores {
        var all: [(total: Double, terms: [(name: String, value: Double)])] = []
        for (image, prompt) in zip(batch.images, batch.prompts) {
            let own = try score(image, prompt)
            if let first = all.first, first.terms.map(\.name) != own.terms.map(\.name) {
                throw fault(
                    "gave the terms \(own.terms.map(\.name)) after \(first.terms.map(\.name))", prompt,
                    hint: "it must give the same ones for every picture")
            }
            all.append(own)
        }
        let names = all.first?.terms.map(\.name) ?? []
        return RewardScores(
            totals: all.map(\.total),
            terms: names.enumerated().map { place, name in (name, all.map { $0.terms[place].value }) })
    }

    private func fault(_ text: String, _ prompt: String, hint: String) -> RhumbError {
        .remote(address, text, prompt: prompt, hint: hint)
    }

    private func score(
        _ image: Image, _ prompt: String
    ) throws -> (total: Double, terms: [(name: String, value: Double)]) {
        let png = Data(try PNG.encode(image, file: "the picture")).base64EncodedString()
        let question = JSON.object([.init("prompt", .string(prompt)), .init("image", .string(png))])
        let body = try answer(to: Array(question.text().utf8), prompt)
        let form = "a JSON number, or an object of numbers"
        guard let json = try? body.withUnsafeBytes({ try JSON(parsing: $0) }) else {
            throw fault("answered no JSON: \(Self.beginning(body))", prompt, hint: "it must answer \(form)")
        }
        if let number = json.number { return (try finite(number, "a number", prompt), []) }
        guard let members = json.members, !members.isEmpty else {
            throw fault("answered \(json.kind)", prompt, hint: "it must answer \(form)")
        }
        let terms = try members.map { member in
            guard let number = member.value.number else {
                throw fault("answered \(member.value.kind) for '\(member.key)'", prompt, hint: "it must answer \(form)")
            }
            return (name: member.key, value: try finite(number, "'\(member.key)'", prompt))
        }.sorted { $0.name < $1.name }
        let total = terms.first { $0.name == "total" }?.value ?? terms.reduce(0) { $0 + $1.value }
        return (total, terms.filter { $0.name != "total" })
    }

    private func finite(_ number: Double, _ what: String, _ prompt: String) throws -> Double {
        guard number.isFinite else {
            throw fault("answered \(what) that is not finite", prompt, hint: "a reward is a finite number")
        }
        return number
    }

    /// Sends a picture until there is an answer, a few times at most.
    private func answer(to question: [UInt8], _ prompt: String) throws -> [UInt8] {
        var wait = firstWait
        for attempt in 0... {
            var (reason, hint, isTransient) = ("", "", false)
            do {
                let (response, body) = try transfer.post(
                    address, headers: ["Content-Type: application/json", "Accept: application/json"],
                    body: question, limit: timeout, longest: Self.longestAnswer)
                if response.status == 200 { return body }
                isTransient = [408, 429, 500, 502, 503, 504].contains(response.status)
                (reason, hint) = ("answered \(response.status)", "what it says: \(Self.beginning(body))")
            } catch let loss as WebTransfer.Loss {
                isTransient = loss.isTransient
                reason = "gave no answer (\(loss.reason))"
                hint = "is it running, and is timeout: \(timeout) long enough for a picture?"
            }
            guard isTransient else { throw fault(reason, prompt, hint: hint) }
            guard attempt < retries else {
                throw fault(
                    retries == 0 ? reason : "\(reason), \(retries + 1) times in a row", prompt, hint: hint)
            }
            say("the reward at \(address) \(reason); trying again in \(NumberText.brief(wait)) s")
            try pause(wait)
            wait = min(2 * wait, 8)
        }
        return []
    }

    private func pause(_ seconds: Double) throws {
        let end = Date().addingTimeInterval(seconds)
        while end.timeIntervalSinceNow > 0 {
            try StopFlag.check()
            usleep(UInt32(min(0.05, max(0, end.timeIntervalSinceNow)) * 1e6))
        }
    }

    /// The first line of an answer, not too long.
    private static func beginning(_ body: [UInt8]) -> String {
        let line = String(decoding: body.prefix(400), as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
        return line.isEmpty ? "nothing" : line.count > 120 ? line.prefix(120) + "…" : String(line)
    }
}
