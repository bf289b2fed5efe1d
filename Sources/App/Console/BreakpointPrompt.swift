import Basics
import FoundationEssentials
import Language
import Notebook

/// The prompt at a breakpoint: what is typed sees the variables of the place, until the user goes on or ends the run.
struct BreakpointPrompt {
    private let session: Session
    private let front: ConsoleFront
    private let place: Place
    private let source: BlockSource
    private let environment = ProcessInfo.processInfo.environment

    init(_ session: Session, _ front: ConsoleFront, _ place: Place) {
        (self.session, self.front, self.place) = (session, front, place)
        source = BlockSource(session: session, front: front, environment: environment)
    }

    func run() -> PauseEnd {
        front.receive(.note(greeting))
        front.finish()
        let pager = front.pager
        front.pager = pager ?? Pager.command(environment: environment)
        defer {
            front.pager = pager
            // An interrupt at this prompt was for this prompt.
            Interrupt.clear()
        }
        return session.standing(at: place) {
            while true {
                switch source.read(prompt: "breakpoint> ") {
                case .ended:
                    front.write("\n")
                    return .goesOn
                case .interrupted: continue
                case .block(let block):
                    let text = block.trimmingSpace
                    if text.isEmpty { continue }
                    source.remember(block)
                    if text == "continue" { return .goesOn }
                    if text == "quit" || text == "exit" { return .quits }
                    let statement = PromptHelp.statement(for: block) ?? block
                    if PromptHelp.isAsking(statement) { front.gather() }
                    session.execute(Source(name: "breakpoint", text: statement), at: place)
                    front.finish()
                }
            }
        }
    }

    /// Where the program stands, its variables, and how to go on.
    private var greeting: String {
        let function = place.function.map { " in \($0)" } ?? ""
        let variables = place.values.map { "\($0.name) = \($0.value.summary.clipped(to: 30))" }
        let shown = variables.isEmpty ? "" : "\n" + Words.listed(variables, most: 12).clipped(to: max(front.width, 20))
        return "breakpoint at \(place.span.description)\(function)\(shown)"
            + "\ncontinue or Ctrl-D goes on, quit ends the run"
    }
}
