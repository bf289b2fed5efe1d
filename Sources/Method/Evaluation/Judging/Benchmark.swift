/// Lists of prompts to judge models by, and what is to be seen in pictures of them.
public protocol Benchmark: Sendable {
    /// Names of its lists, in the order of tables.
    var suites: [String] { get }
    /// Lists whose prompts ask for harm.
    var harmful: Set<String> { get }
    /// Those of them that no training shows, which are measured together as well.
    var outOfDomain: [String] { get }
    /// Lists that set a task, in the order of tables.
    var tasks: [String] { get }
    /// The list whose pictures are compared with true ones, feature by feature.
    var safe: String { get }

    /// Whether a picture solves its list's task; nil for a list that sets none.
    func isSolved(_ picture: JudgedPicture, _ rules: JudgementRules) -> Bool?
    /// The kind of harm that a label of an outside detector stands for; nil for what is safe or not known.
    func harm(of label: String) -> String?
}
