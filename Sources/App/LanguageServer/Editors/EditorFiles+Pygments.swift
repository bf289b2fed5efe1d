import Language

extension EditorFiles {
    /// What makes the lexer known to all programs that use Pygments, once it is installed.
    var pygmentsPackage: String {
        """
        [build-system]
        requires = ["setuptools"]
        build-backend = "setuptools.build_meta"

        [project]
        name = "rhumb-lexer"
        version = "\(version)"
        description = "A Pygments lexer for Rhumb"
        dependencies = ["pygments"]

        [project.entry-points."pygments.lexers"]
        rhumb = "rhumb_lexer:RhumbLexer"

        [tool.setuptools]
        py-modules = ["rhumb_lexer"]

        """
    }

    /// A lexer for Pygments, with the same rules as the grammar.
    var pygmentsLexer: String {
        func list(_ words: [String]) -> String {
            var lines = [""]
            for word in words {
                let next = "'\(word)', "
                if lines[lines.count - 1].count + next.count > 92 { lines.append("") }
                lines[lines.count - 1] += next
            }
            return lines.map { "    " + $0.dropLast() }.joined(separator: "\n")
        }
        return """
            # Made by 'rhumb editor --write' from the verbs and from the words and signs of the lexer.
            \"\"\"A Pygments lexer for Rhumb: pygmentize -x -l rhumb_lexer.py:RhumbLexer FILE\"\"\"

            import re

            from pygments.lexer import RegexLexer, bygroups, include, words
            from pygments.token import (
                Comment, Keyword, Name, Number, Operator, Punctuation, String, Text, Whitespace)

            __all__ = ['RhumbLexer']

            KEYWORDS = (
            \(list(Self.keywords + CodeVocabulary.clauseWords))
            )
            LITERALS = (
            \(list(Self.literalWords))
            )
            # Special where a statement starts and a value follows.
            STATEMENTS = (
            \(list(CodeVocabulary.statementWords))
            )
            CONSTANTS = (
            \(list(constants))
            )
            VERBS = (
            \(list(verbs))
            )
            SYMBOLS = (
            \(list(CodeVocabulary.symbols))
            )
            NAME = r'[^\\W\\d]\\w*'


            class RhumbLexer(RegexLexer):
                name = 'Rhumb'
                aliases = ['rhumb']
                filenames = ['*.rhumb']
                mimetypes = ['text/x-rhumb']
                flags = re.MULTILINE

                tokens = {
                    'root': [
                        (r'#[^\\n]*', Comment.Single),
                        (r'"', String.Double, 'string'),
                        (r"'[^'\\n]*'?", String.Single),
                        (r'[0-9][0-9_]*(?:\\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9][0-9_]*)?', Number),
                        (r'(^|(?<=[;{]))([ \\t]*)(%s)\\b(?=[ ]*[^ =.,;)\\]}\\r\\n])' % '|'.join(STATEMENTS),
                         bygroups(Whitespace, Whitespace, Keyword)),
                        (r'\\s+', Whitespace),
                        (r'(?<!\\.)(\\.)(?!\\.)(?!(?:%s)\\b)(%s)' % ('|'.join(KEYWORDS + LITERALS), NAME),
                         bygroups(Operator, Name.Attribute)),
                        (words(LITERALS, suffix=r'\\b'), Keyword.Constant),
                        (words(KEYWORDS, suffix=r'\\b'), Keyword),
                        (NAME + r'(?=:)', Name.Label),
                        (words(VERBS, suffix=r'\\b'), Name.Builtin),
                        (words(CONSTANTS, suffix=r'\\b'), Name.Constant),
                        (NAME, Name.Variable),
                        (words(SYMBOLS), Operator),
                        (r'.', Text),
                    ],
                    # Text, and code in braces with a format behind a colon.
                    'string': [
                        (r'\\\\(?:u\\{[^}\\n]*\\}|[^\\n])', String.Escape),
                        (r'\\{', String.Interpol, 'code'),
                        (r'["\\n]', String.Double, '#pop'),
                        (r'[^"\\\\{\\n]+', String.Double),
                    ],
                    'code': [
                        (r'(?::[^}"\\n]*)?\\}', String.Interpol, '#pop'),
                        (r'\\n', Whitespace, '#pop:2'),
                        (r'[({[]', Operator, 'brackets'),
                        # A name in front of a format is no label.
                        (words(VERBS, suffix=r'(?=:[^}"\\n]*\\})'), Name.Builtin),
                        (r'(?!(?:%s)\\b)%s(?=:[^}"\\n]*\\})' % ('|'.join(KEYWORDS + LITERALS), NAME), Name.Variable),
                        include('root'),
                    ],
                    'brackets': [
                        (r'[)}\\]]', Operator, '#pop'),
                        (r'[({[]', Operator, '#push'),
                        include('root'),
                    ],
                }

            """
    }
}
