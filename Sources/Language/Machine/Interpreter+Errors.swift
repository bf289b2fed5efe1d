import Basics

extension Interpreter {
    /// Gives an error the span of the instruction it came from and the calls that led there.
    func diagnostic(
        _ error: any Error, head: UnsafeMutablePointer<Code.Head>, counter: UnsafeMutablePointer<Instruction>,
        entryDepth: Int
    ) -> Diagnostic {
        let code = head.pointee.code.takeUnretainedValue()
        let position = counter - 1 - head.pointee.instructions
        let span = code.span(at: position)
        let site = code.site(at: position)
        var diagnostic: Diagnostic
        switch error {
        case let inner as Diagnostic:
            // From a function that a verb called back.
            diagnostic = inner
            diagnostic.trace.append(.init(function: site.map { $0.calleeName ?? "function" } ?? "import", span: span))
        case let problem as CallProblem:
            let isGuess = problem.label.isEmpty && problem.help.hasPrefix("did you mean")
            diagnostic = Diagnostic(
                .runtime, problem.message, at: self.span(problem.spot, site, span),
                label: isGuess ? problem.help : problem.label, help: isGuess ? "" : problem.help)
        case let unknown as UnknownName:
            let range = site?.calleeRange
            diagnostic = unknownName(
                unknown.name, at: range.map { SourceSpan(source: code.source, range: $0) } ?? span)
        case let explained as any ExplainedError:
            // A suggestion stands behind the caret, where the eye is.
            let isGuess = explained.hint.hasPrefix("did you mean")
            diagnostic = Diagnostic(
                .runtime, explained.message, at: span, label: isGuess ? explained.hint : "",
                help: isGuess ? "" : explained.hint)
        case is Interruption:
            diagnostic = Diagnostic(.interrupted, Message.interrupted, at: span)
        case let failure as ExpectationFailure:
            diagnostic = Diagnostic(.expectation, failure.message, at: span, label: failure.sides)
        // Work below the verbs stops with an error of its own.
        case _ where host.isInterrupted:
            diagnostic = Diagnostic(.interrupted, Message.interrupted, at: span)
        default:
            diagnostic = Diagnostic(.runtime, String(describing: error), at: span)
        }
        var level = depth - 1
        while level > entryDepth {
            let frame = frames[level]
            if let caller = frame.callerCounter {
                let callerCode = frame.callerHead.pointee.code.takeUnretainedValue()
                let name = frame.function?.takeUnretainedValue().name ?? "function"
                diagnostic.trace.append(
                    .init(
                        function: name,
                        span: callerCode.span(at: caller - 1 - frame.callerHead.pointee.instructions)))
            }
            level -= 1
        }
        return diagnostic
    }

    private func span(_ spot: CallProblem.Spot, _ site: CallSite?, _ whole: SourceSpan) -> SourceSpan {
        guard let site else { return whole }
        let range =
            switch spot {
            case .callee: site.calleeRange
            case .argument(let position): position < site.ranges.count ? site.ranges[position] : site.calleeRange
            case .name(let position): position < site.nameRanges.count ? site.nameRanges[position] : site.calleeRange
            }
        return SourceSpan(source: whole.source, range: range)
    }

    /// Ends all calls above a depth, letting go of what their registers hold.
    func unwind(
        to entryDepth: Int, _ head: UnsafeMutablePointer<Code.Head>, _ registers: UnsafeMutablePointer<Value>,
        _ counter: UnsafeMutablePointer<Instruction>
    ) {
        restoreUpdated(head, registers, counter)
        profile?.leave(functionsFrom: max(entryDepth, watchedDepth))
        var head = head
        var registers = registers
        while depth > entryDepth {
            let first = head.pointee.firstOwnRegister
            (registers + first).clear(head.pointee.registerCount - first)
            depth -= 1
            let frame = frames[depth]
            head = frame.callerHead
            registers = frame.callerRegisters
        }
        if depth == 0 { retired.removeAll() }
    }

    /// `x = append(x, y)` emptied `x`; when the call fails, `x` gets its value back.
    private func restoreUpdated(
        _ head: UnsafeMutablePointer<Code.Head>, _ registers: UnsafeMutablePointer<Value>,
        _ counter: UnsafeMutablePointer<Instruction>
    ) {
        let position = counter - 1 - head.pointee.instructions
        let code = head.pointee.code.takeUnretainedValue()
        guard let site = code.site(at: position), let updated = site.updated else { return }
        registers[updated] = registers[head.pointee.instructions[position].A + 1]
    }
}

/// An `expect` that did not hold.
struct ExpectationFailure: Error {
    let message: String
    /// What both sides of the comparison were.
    let sides: String
}
