import Files
import Language
import Notebook

extension Kernel {
    /// Runs a cell.
    func execute(_ request: WireMessage) {
        let content = request.content
        let code = content["code"]?.string ?? ""
        let isSilent = content["silent"]?.bool ?? false
        let isStored = !isSilent && content["store_history"]?.bool ?? true
        if isStored { count += 1 }
        let number = JSON.integer(count)
        if !isSilent {
            wires.publish("execute_input", about: request, ["code": .string(code), "execution_count": number])
        }
        front.begin(count: count, isSilent: isSilent)
        let source = Source(name: "cell \(count)", text: code)
        // An interrupt that came before was for another cell.
        Interrupt.clear()
        let failure = isStored ? session.execute(recorded: source) : session.execute(source)
        front.end()
        if isStored { history.append(code, result: front.result) }
        guard let failure else {
            return reply(
                to: request,
                [
                    "status": "ok", "execution_count": number, "payload": [],
                    "user_expressions": answers(to: content["user_expressions"]),
                ])
        }
        guard case .object(let error) = CellFront.content(of: failure) else { return }
        if content["stop_on_error"]?.bool ?? true { takeWaiting() }
        reply(
            to: request,
            .object(
                [.init("status", "error"), .init("execution_count", number)] + error
                    + [.init("payload", []), .init("user_expressions", [:])]))
    }

    /// The values of expressions that a front end wants to know besides.
    private func answers(to expressions: JSON?) -> JSON {
        .object(
            (expressions?.members ?? []).map { name in
                .init(name.key, answer(to: name.value.string ?? ""))
            })
    }

    private func answer(to expression: String) -> JSON {
        front.begin(count: count, isSilent: true)
        let failure = session.execute(Source(name: "user expression", text: expression))
        front.end()
        guard let failure else {
            return ["status": "ok", "data": ["text/plain": .string(front.result ?? "")], "metadata": [:]]
        }
        guard case .object(let error) = CellFront.content(of: failure) else { return .null }
        return .object([.init("status", "error")] + error)
    }
}
