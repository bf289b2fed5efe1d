import Basics
import Files
import Foundation
import Language
import Plot
import Report

extension FigureValue: SavableValue {
    /// Writes `reward.svg` and, beside it, the script `reward.gp` that draws it anew; the suffix tells the kind, `.gp`
    /// alone saves the script. An embedding map also becomes a page, `.html`.
    func save(to url: URL, as type: StoredType?) throws {
        let suffix = url.pathExtension.lowercased()
        if suffix == "gp" { return try figure.saveScript(to: url.path) }
        if suffix == "html" {
            guard let map else {
                throw RhumbError(
                    "only embedding maps are saved as .html", hint: "a figure is saved as .png, .svg, .pdf or .gp",
                    argument: "path")
            }
            return try AtomicFile.write(map.page(), to: url)
        }
        guard let format = OutputFormat(rawValue: suffix) else {
            let found = suffix.isEmpty ? "a name without suffix" : "'.\(suffix)'"
            throw RhumbError(
                "'save' can't write a figure as \(found)",
                hint: "a figure is saved as .png, .svg, .pdf or .gp, an embedding map also as .html",
                argument: "path")
        }
        _ = try Self.interruptibly { () throws(PlotError) in
            try figure.write(to: url.deletingPathExtension().path, formats: [format])
        }
    }
}
