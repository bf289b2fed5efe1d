/// What `help` says about the words and forms of the grammar.
struct GrammarTopic {
    let words: [String]
    let summary: String
    let form: String
    let example: String

    func text() -> String {
        "\(words.joined(separator: ", ")): \(summary)\n\n"
            + form.split(separator: "\n").map { "  " + $0 + "\n" }.joined() + "\nexample\n"
            + example.split(separator: "\n").map { "  " + $0 + "\n" }.joined()
    }

    static let all: [GrammarTopic] = [
        .init(
            words: ["if", "else"], summary: "run a block, or choose a value, by a condition",
            form: "if condition { … } else if condition { … } else { … }",
            example: "sign = if x < 0 { \"minus\" } else { \"plus\" }"),
        .init(
            words: ["for", "in"], summary: "run a block for each element",
            form: "for name in values { … }\nfor name, name in pairs { … }",
            example: "for i, x in enumerate([\"a\", \"b\"]) { print i x }"),
        .init(
            words: ["while", "break", "continue"], summary: "run a block as long as a condition holds",
            form: "while condition { … }\nbreak leaves the loop, continue goes on with its next round",
            example: "n = 100\nwhile n > 1 { n = n / 2 }"),
        .init(
            words: ["func", "return"], summary: "define a function",
            form: "func name(parameter, parameter = default) { … return value }\nparameter -> value\n(a, b) -> value",
            example: "func area(width, height = width) { return width * height }\narea 3 height: 2"),
        .init(
            words: ["import"], summary: "run another file in this session", form: "import \"file.rhumb\"",
            example: "import \"rewards.rhumb\""),
        .init(
            words: ["expect", "within"], summary: "stop with an error unless a condition holds",
            form: "expect condition, \"message\"\nexpect value ≈ number within tolerance",
            example: "expect mean([1, 2]) ≈ 1.5 within 0.01, \"the mean\""),
        .init(
            words: ["param"], summary: "declare a parameter that rhumb run --set can change",
            form: "param name = default \"help\" short: value of the short form, which rhumb check takes",
            example: "param rounds = 40 \"training rounds\" short: 2"),
        .init(
            words: ["time"], summary: "run a statement and tell how long it took, and the most memory it held",
            form: "time statement", example: "time sort [3, 1, 2]"),
        .init(
            words: ["profile"],
            summary: "run a statement and tell which verbs, functions and operations took how long",
            form: "profile statement\n"
                + "self: seconds without what ran within; memory: of tensors; of peak: the machine's arithmetic used",
            example: "profile sort [3, 1, 2]"),
        .init(
            words: ["and", "or", "not"], summary: "combine conditions", form: "a and b, a or b, not a",
            example: "expect 1 < 2 and not 2 < 1"),
        .init(
            words: ["commands"], summary: "calls without parentheses",
            form: "verb value value option: value\nvalue |> verb value option: value",
            example: "sort [3, 1, 2] descending: true\n[3, 1, 2] |> sort |> print"),
        .init(
            words: ["operators"], summary: "arithmetic, comparison, ranges, indexes",
            form: "+ - * / % ** @   == != < <= > >= ≈ in   a..b by c   x[i] x[a..b] x[:] x.name   a |> f",
            example: "x = [1, 2, 3]\nx[1..] + [2 ** 3]"),
    ]
}
