import Basics
import GRPO
import Language
import Tensor

/// A reward in the language: `steering(...)`, `alignment(...)`, a function, or a sum of such with weights.
final class RewardValue: ObjectValue {
    let reward: any Reward

    init(_ reward: any Reward) { self.reward = reward }

    var typeName: String { "reward" }
    var summary: String { "reward \(reward.name)" }

    var memberNames: [String] { ["name"] }
    func member(_ name: String) throws -> Value? { name == "name" ? .string(reward.name) : nil }

    func unary(_ operation: UnaryOperator) throws -> Value? {
        switch operation {
        case .negate: .object(RewardValue(try RewardSum([(-1, reward)])))
        }
    }

    func binary(_ operation: BinaryOperator, _ other: Value, isRight: Bool) throws -> Value? {
        switch (operation, other) {
        case (.multiply, .number(let weight)): return .object(RewardValue(try RewardSum([(weight, reward)])))
        case (.divide, .number(let weight)) where !isRight:
            return .object(RewardValue(try RewardSum([(1 / weight, reward)])))
        case (.add, .function(let function)), (.subtract, .function(let function)):
            throw RhumbError("a function adds up with a reward as 'custom(\(function.name))'")
        case (.add, _), (.subtract, _):
            guard let other = other.object(as: RewardValue.self)?.reward else { return nil }
            let sign = operation == .add ? 1.0 : -1.0
            let (first, second) = isRight ? (other, reward) : (reward, other)
            let parts: [(weight: Double, reward: any Reward)] = [(1, first), (sign, second)]
            return .object(RewardValue(try RewardSum(parts)))
        default: return nil
        }
    }
}

extension Arguments {
    /// A reward: one of the language's reward values, or a function of a picture and its prompt.
    func reward(_ name: String) throws -> any Reward {
        if let reward = try value(name).object(as: RewardValue.self) { return reward.reward }
        let function = try self.function(name), interpreter = interpreter
        return FunctionReward(name: function.name) { image, prompt in
            let result = try interpreter.call(function, [.image(image, name: prompt), .string(prompt)])
            return try RewardScores(of: result, function: function.name)
        }
    }
}

extension RewardScores {
    /// What a function of the language gave for one picture: a number, or a record of terms of which `total` is the
    /// reward (their sum where there is no `total`).
    fileprivate init(of value: Value, function: String) throws {
        func number(_ value: Value, _ field: String = "") throws -> Double {
            if case .number(let number) = value { return number }
            if let tensor = try value.asTensor(), tensor.count == 1 { return Double(try tensor.detached().item) }
            let shown = try value.asTensor().map { "a tensor of shape \($0.shape)" } ?? value.summary
            throw RhumbError(
                "the reward '\(function)' must return one number per picture, "
                    + "not \(shown)\(field.isEmpty ? "" : " for '\(field)'")",
                hint: "func \(function)(image, prompt) { return mean(image[0]) }")
        }
        guard case .record(let record) = value else {
            self.init(totals: [try number(value)])
            return
        }
        let terms = try record.fields.map { (name: $0, values: [try number($1, $0)]) }
        let total = terms.first { $0.name == "total" }?.values[0] ?? terms.reduce(0) { $0 + $1.values[0] }
        self.init(totals: [total], terms: terms.filter { $0.name != "total" })
    }
}
