import Language

/// What can keep a run from starting. The sentences stand here.
public enum RunError: ExplainedError, Equatable {
    /// `--out` names a folder with files that no run left.
    case folderInUse(String)
    /// A folder without a manifest where one of a run is wanted.
    case notARun(String)
    case unreadable(path: String, reason: String)
    /// `--set` without `=`, or with nothing before it.
    case malformedSetting(String)
    /// `--set` names something that the recipe does not take.
    case unknownParameter(String, known: [String], suggestion: String?)

    public var message: String {
        switch self {
        case .folderInUse(let path): "the folder '\(path)' holds files that are not those of an earlier run"
        case .notARun(let path): "'\(path)' is not the folder of a run"
        case .unreadable(let path, let reason): "can't read '\(path)': \(reason)"
        case .malformedSetting(let text): "'--set \(text)' is not of the form name=value"
        case .unknownParameter(let name, _, _): "the recipe has no parameter '\(name)'"
        }
    }

    /// Whether the command line is at fault rather than the run.
    public var isUsage: Bool {
        switch self {
        case .malformedSetting, .unknownParameter: true
        case .folderInUse, .notARun, .unreadable: false
        }
    }

    public var hint: String {
        switch self {
        case .folderInUse: "name a new or empty folder, or one that a run has written"
        case .notARun: "a run's folder holds 'manifest.json'; 'rhumb run' names the folder it leaves"
        case .unreadable: "check the name and the permissions"
        case .malformedSetting: "for example --set alpha=0.5"
        case .unknownParameter(_, _, let guess?): "did you mean '\(guess)'?"
        case .unknownParameter(_, let known, nil):
            known.isEmpty
                ? "a recipe takes a parameter with 'param', for example: param alpha = 0.5"
                : "its parameters: \(known.joined(separator: ", "))"
        }
    }
}
