import Basics

extension NameCollector {
    /// - Parameter isUsed: whether what it gives is used for more than being shown.
    mutating func visit(_ expression: Expression, isUsed: Bool = true) {
        switch expression.kind {
        case .name(let name): add(.reading, name, expression.range, kind: nil)
        case .call(let call): visit(call, isUsed: isUsed)
        case .function(let function): visit(function)
        case .conditional(let condition, let then, let otherwise):
            visit(condition)
            visit(then, isUsed: isUsed)
            visit(otherwise, isUsed: isUsed)
        default:
            var parts: [Expression] = []
            expression.forEachPart { parts.append($0) }
            for part in parts { visit(part) }
        }
    }

    private mutating func visit(_ call: Call, isUsed: Bool) {
        var entry: VerbEntry?
        if case .name(let name) = call.callee.kind {
            add(.call(isValueUsed: isUsed), name, call.callee.range, kind: nil)
            let callee = self.name(name)
            entry = callee.definitions.isEmpty ? registry[name] : nil
            for argument in call.arguments {
                guard let label = argument.name else { continue }
                callee.labels.append((label, SourceSpan(source: source, range: argument.nameRange)))
            }
        } else {
            visit(call.callee)
        }
        if let entry {
            checkOptions(call, entry)
            if entry.bringsVariables(call) { bringsUnknownNames = true }
        }
        for (position, argument) in call.arguments.enumerated() {
            // A bare word is text.
            if let verb = entry?.verb, Compiler.type(of: argument, at: position, in: verb) == .word,
                case .name(let word) = argument.value.kind, session[word]?.definitions.isEmpty != false
            {
                continue
            }
            visit(argument.value)
        }
    }

    private mutating func checkOptions(_ call: Call, _ entry: VerbEntry) {
        guard isChecked, !entry.variants.contains(where: \.takesAnyOption) else { return }
        for argument in call.arguments {
            guard let name = argument.name, !entry.variants.contains(where: { $0.parameter(name) != nil }) else {
                continue
            }
            let problem = CallProblem.unknownOption(name, of: entry.name, in: entry.variants)
            problems.append(
                CodeProblem(
                    rule: .unknownOption, span: SourceSpan(source: source, range: argument.nameRange),
                    message: problem.message, label: problem.label, help: problem.help))
        }
    }
}
