import ArgumentParser
import Console
import Glibc
import Notebook
import Ranks
import Tensor
import Training
import Verbs

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check the installation: what works here, and what to do about the rest.")

    @Argument(help: "Model folders to check as well.", completion: .directory)
    var models: [String] = []

    @OptionGroup var common: CommonOptions

    func run() throws {
        if let threads = common.threads { Engine.threads = threads }
        try RankedRun.join(workers: nil, common)
        let ranks = try Ranks.count > 1 ? [RankedRun.finding()] : []
        let checks = ranks + (Ranks.isFirst ? Installation.checks(models: models) : [])
        guard Ranks.isFirst else { return }
        let palette = Palette(isOn: Screen(descriptor: STDOUT_FILENO).hasColour)
        let width = checks.map(\.name.displayWidth).max() ?? 0
        for check in checks {
            let mark =
                switch check.status {
                case .fine: palette.good("ok   ")
                case .suspicious: palette.warning("check")
                case .broken: palette.bad("fail ")
                }
            print("\(mark)  \(check.name.padded(to: width))  \(check.text)")
            if !check.advice.isEmpty {
                print(String(repeating: " ", count: width + 9) + palette.dim("→ " + check.advice))
            }
        }
        if checks.contains(where: { $0.status == .broken }) { throw Failure.Shown(code: 1) }
    }
}
