import Basics
import FoundationEssentials
import Language
import Notebook

/// The prompt: reads blocks, has the session run them, until Ctrl-D.
package final class Prompt {
    private let session: Session
    private let front: ConsoleFront
    private let source: BlockSource
    private let palette: Palette

    package init(
        session: Session, front: ConsoleFront, environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.session = session
        self.front = front
        source = BlockSource(session: session, front: front, environment: environment)
        palette = Palette(isOn: front.output.hasColour)
        front.pager = Pager.command(environment: environment)
        front.offersWhole = true
    }

    /// - Parameter banner: what greets the user, after the name and version.
    package func run(banner: String) {
        front.write(palette.strong("Rhumb \(Rhumb.version)") + palette.dim("  \(banner)") + "\n")
        front.write(
            palette.dim("help  ·  verb?  ·  help keys  ·  Tab completes  ·  Ctrl-C stops  ·  Ctrl-D leaves") + "\n")
        while let block = next() {
            let text = block.trimmingSpace
            if text == "exit" || text == "quit" { return }
            let statement = PromptHelp.statement(for: block) ?? block
            if PromptHelp.isAsking(statement) { front.gather() }
            session.execute(typed: statement)
            if PromptHelp.isAboutKeys(statement) { front.receive(.text("\n" + PromptHelp.keys)) }
            front.finish()
        }
        front.write("\n")
    }

    /// The next block that is not empty; nil at the end.
    private func next() -> String? {
        while true {
            switch source.read(prompt: Paste.primaryPrompt) {
            case .ended: return nil
            case .interrupted: continue
            case .block(let block):
                if block.trimmingSpace.isEmpty { continue }
                source.remember(block)
                return block
            }
        }
    }
}
