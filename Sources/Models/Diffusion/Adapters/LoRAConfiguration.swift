import Basics
import Files
import Foundation

/// How adapters of a file are scaled: what PEFT's `adapter_config.json`, or diffusers' metadata of the file, say.
///
/// Every setting is honoured, or known to change nothing here, or refused by its name.
struct LoRAConfiguration {
    private let rank: Int?
    private let alpha: Double?
    private let ranks, alphas: [(pattern: String, value: Double)]
    /// Whether alpha is divided by the root of the rank (Kalajdzievski 2023).
    private let usesRootOfRank: Bool

    /// Settings of training, and of what else is known of the file.
    private static let idle: Set<String> = [
        "auto_mapping", "base_model_name_or_path", "ensure_weight_tying", "eva_config", "exclude_modules",
        "inference_mode",
        "layers_pattern", "layers_to_transform", "loftq_config", "lora_dropout", "megatron_config", "megatron_core",
        "peft_version", "qalora_group_size", "revision", "runtime_config", "target_modules", "task_type",
    ]
    private static let honoured: Set<String> = ["alpha_pattern", "lora_alpha", "r", "rank_pattern", "use_rslora"]
    /// What the others may be.
    private static let plain: [String: [JSON]] = [
        "bias": ["none"], "peft_type": ["LORA"],
        // The first values of the matrices; other ways change the layer's own weights as well.
        "init_lora_weights": [true, false, "gaussian", "eva", "orthogonal"],
    ]

    /// - Parameter file: its name, for messages.
    /// - Throws: `RhumbError` naming the setting that is not supported.
    init(_ json: JSON, file: String) throws {
        for member in json.members ?? [] where !Self.idle.contains(member.key) && !Self.honoured.contains(member.key) {
            let isOff = [.null, false, [], [:]].contains(member.value)
            guard isOff || Self.plain[member.key]?.contains(member.value) == true else {
                throw RhumbError.unsupported(
                    member.key, member.value.text(), file: file,
                    supported: Self.plain[member.key].map { $0.map { $0.text() }.joined(separator: ", ") }
                        ?? "null or false")
            }
        }
        func patterns(_ key: String) throws -> [(String, Double)] {
            try (json[key]?.members ?? []).map { member in
                // diffusers marks whole names by the sign for a text's beginning; any other expression is PEFT's to
                // read.
                let name = member.key.hasPrefix("^") ? String(member.key.dropFirst()) : member.key
                guard let value = member.value.number, value > 0, value.isFinite,
                    name.allSatisfy({ $0.isLetter || $0.isNumber || "._".contains($0) })
                else {
                    throw RhumbError.unsupported(
                        key, "{\"\(member.key)\": \(member.value.text())}", file: file,
                        supported: "a layer's name, or the end of it, with a number above 0")
                }
                return (member.key, value)
            }
        }
        func positive(_ key: String) throws -> Double? {
            guard let value = json[key], !value.isNull else { return nil }
            guard let number = value.number, number > 0, number.isFinite else {
                throw RhumbError.unsupported(key, value.text(), file: file, supported: "a number above 0")
            }
            return number
        }
        rank = try positive("r").flatMap { Int(exactly: $0) }
        alpha = try positive("lora_alpha")
        (ranks, alphas) = (try patterns("rank_pattern"), try patterns("alpha_pattern"))
        usesRootOfRank = json["use_rslora"]?.bool ?? false
    }

    /// The rank that a layer is said to have; nil where nothing is said.
    func rank(of module: String) -> Int? { Self.value(ranks, module).flatMap { Int(exactly: $0) } ?? rank }

    /// What a layer's correction is multiplied by; nil where nothing is said.
    func scale(of module: String, rank: Int) -> Float? {
        guard let alpha = Self.value(alphas, module) ?? alpha else { return nil }
        return Float(alpha / (usesRootOfRank ? Double(rank).squareRoot() : Double(rank)))
    }

    /// The first pattern that is a module's whole name, or the end of it after a dot.
    private static func value(_ patterns: [(pattern: String, value: Double)], _ module: String) -> Double? {
        patterns.first { pattern, _ in
            pattern.hasPrefix("^")
                ? pattern.dropFirst() == module : module == pattern || module.hasSuffix("." + pattern)
        }?.value
    }
}
