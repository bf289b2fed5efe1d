import Language
import Plot

/// `save` of a figure.
enum SaveFigureVerb {
    static var save: Verb {
        Verb(
            "save", family: "figures", summary: "save a figure with its gnuplot script",
            parameters: [
                Parameter("figure", .object("figure"), help: "what to save"),
                Parameter(
                    "path", .file(OutputFormat.allCases.map(\.rawValue) + ["gp"]),
                    help: "the suffix tells the kind: .png, .svg, .pdf, or .gp for the script alone; none for a PNG"),
            ],
            result: "the path of the saved file",
            details: """
                `save figure "reward.svg"` writes reward.svg and reward.gp. The script holds the data and draws the file anew, \
                beside itself, by `gnuplot reward.gp`: change it to change the figure.
                """,
            examples: [
                .init("f = plot [1, 2, 3] title: \"three\"\nsave f \"/tmp/three.svg\"", gives: "\"/tmp/three.svg\"")
            ],
            seeAlso: ["plot"]
        ) { call in
            let figure = try call.object("figure", as: FigureValue.self).figure
            let path = try call.string("path")
            let (stem, suffix) = split(path)
            if suffix == "gp" {
                try figure.saveScript(to: path)
                return .string(path)
            }
            guard let format = OutputFormat(rawValue: suffix ?? "png") else {
                throw call.failure("path", "a figure can't be saved as '.\(suffix ?? "")'", hint: ".png, .svg, .pdf or .gp")
            }
            let files = try figure.write(to: suffix == nil ? path : stem, formats: [format])
            call.host.note("wrote \(files.images[0]) and \(files.script)")
            return .string(files.images[0])
        }
    }

    /// The path without its suffix, and the suffix in lower case; `nil` for none.
    private static func split(_ path: String) -> (stem: String, suffix: String?) {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (path, nil) }
        let suffix = name[name.index(after: dot)...]
        return (String(path.dropLast(suffix.count + 1)), suffix.lowercased())
    }
}
