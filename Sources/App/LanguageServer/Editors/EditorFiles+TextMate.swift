import Files
import Language

extension EditorFiles {
    /// Letters that start a name, and those that go on with it, as the lexer has them.
    private static let first = "[\\p{Alphabetic}_]"
    private static let part = "[\\p{Alphabetic}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}]"

    /// A grammar of TextMate's kind: comments, keywords, numbers, strings with the code in them, verbs, labels, signs.
    public var grammar: JSON {
        [
            "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
            "name": "Rhumb",
            "scopeName": "source.rhumb",
            "fileTypes": ["rhumb"],
            "patterns": [["include": "#code"]],
            "repository": [
                "code": [
                    "patterns": [
                        match("comment.line.number-sign.rhumb", "#.*$"),
                        ["include": "#string"],
                        match(
                            "constant.numeric.rhumb",
                            "[0-9][0-9_]*(?:\\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9][0-9_]*)?"),
                        // A statement starts behind a line's end, a semicolon or a brace.
                        [
                            "match": .string(
                                "(?:^|(?<=[;{]))([ \\t]*)(\(Self.alternatives(CodeVocabulary.statementWords)))"
                                    + "(?!\(Self.part))(?=[ ]*[^ =.,;)\\]}\\r\\n])"),
                            "captures": ["2": ["name": "keyword.control.rhumb"]],
                        ],
                        // Behind a point a name is a member, whatever else it is elsewhere.
                        [
                            "match": .string(
                                "(?<!\\.)(\\.)(?!\\.)(?!\(words(CodeVocabulary.reservedWords)))"
                                    + "(\(Self.first)\(Self.part)*)"
                            ),
                            "captures": [
                                "1": ["name": "keyword.operator.rhumb"], "2": ["name": "variable.other.member.rhumb"],
                            ],
                        ],
                        match("constant.language.rhumb", words(Self.literalWords)),
                        match("keyword.control.rhumb", words(Self.keywords + CodeVocabulary.clauseWords)),
                        match("entity.other.attribute-name.rhumb", "\(Self.first)\(Self.part)*(?=:)"),
                        match("support.function.rhumb", words(verbs)),
                        match("support.constant.rhumb", words(constants)),
                        match("variable.other.rhumb", "\(Self.first)\(Self.part)*"),
                        match("keyword.operator.rhumb", Self.alternatives(CodeVocabulary.symbols)),
                    ]
                ],
                "string": [
                    "patterns": [
                        [
                            "name": "string.quoted.double.rhumb", "begin": "\"", "end": "\"|$",
                            "patterns": [
                                match("constant.character.escape.rhumb", "\\\\(?:u\\{[^}]*\\}|.)"),
                                interpolation,
                            ],
                        ],
                        ["name": "string.quoted.single.rhumb", "begin": "'", "end": "'|$"],
                    ]
                ],
                // Brackets in the code of a string, whose own braces and colons end nothing.
                "brackets": [
                    "patterns": [
                        brackets("\\{", "\\}|$"), brackets("\\(", "\\)|$"), brackets("\\[", "\\]|$"),
                    ]
                ],
            ],
        ]
    }

    private var interpolation: JSON {
        [
            "begin": "\\{", "end": "\\}|$",
            "beginCaptures": ["0": ["name": "punctuation.section.embedded.rhumb"]],
            "endCaptures": ["0": ["name": "punctuation.section.embedded.rhumb"]],
            "contentName": "meta.embedded.line.rhumb",
            "patterns": [
                match("constant.other.placeholder.rhumb", ":[^}\"]*(?=\\})"),
                ["include": "#brackets"],
                // A name in front of a format is no label.
                match("support.function.rhumb", words(verbs) + "(?=:[^}\"]*\\})"),
                match(
                    "variable.other.rhumb",
                    "(?!\(words(CodeVocabulary.reservedWords)))\(Self.first)\(Self.part)*(?=:[^}\"]*\\})"),
                ["include": "#code"],
            ],
        ]
    }

    private func brackets(_ opening: String, _ closing: String) -> JSON {
        [
            "begin": .string(opening), "end": .string(closing),
            "beginCaptures": ["0": ["name": "keyword.operator.rhumb"]],
            "endCaptures": ["0": ["name": "keyword.operator.rhumb"]],
            "patterns": [["include": "#brackets"], ["include": "#code"]],
        ]
    }

    private func match(_ name: String, _ pattern: String) -> JSON {
        ["name": .string(name), "match": .string(pattern)]
    }

    private func words(_ words: [String]) -> String { "(?:\(Self.alternatives(words)))(?!\(Self.part))" }

    /// Colours the cells of recipes in Markdown.
    var markdownInjection: JSON {
        [
            "scopeName": "markdown.rhumb.codeblock",
            "injectionSelector": "L:text.html.markdown",
            "patterns": [["include": "#cell"]],
            "repository": [
                "cell": [
                    "begin": "(^|\\G)(\\s*)(`{3,}|~{3,})\\s*(?:rhumb|\\{rhumb\\})(?=\\s|$)([^`]*)$",
                    "end": "(^|\\G)(\\2|\\s{0,3})(\\3)\\s*$",
                    "name": "markup.fenced_code.block.markdown",
                    "beginCaptures": [
                        "3": ["name": "punctuation.definition.markdown"],
                        "4": ["name": "fenced_code.block.language.attributes.markdown"],
                    ],
                    "endCaptures": ["3": ["name": "punctuation.definition.markdown"]],
                    "patterns": [
                        [
                            "begin": "(^|\\G)(\\s*)(.*)", "while": "(^|\\G)(?!\\s*([`~]{3,})\\s*$)",
                            "contentName": "meta.embedded.block.rhumb", "patterns": [["include": "source.rhumb"]],
                        ]
                    ],
                ]
            ],
        ]
    }
}
