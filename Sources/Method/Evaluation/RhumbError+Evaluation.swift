import Basics

// What evaluation can object to. Its messages are here and nowhere else.

extension RhumbError {
    static func detections(_ path: String, _ fault: String) -> RhumbError {
        RhumbError(
            "'\(path)' holds no detections: \(fault)",
            hint: "a table needs the columns prompt and label; `help evaluate` names the others and the form of JSON")
    }

    static func picturesWithoutPrompts(_ pictures: Int, _ prompts: Int) -> RhumbError {
        RhumbError(
            "\(pictures) pictures need as many prompts, not \(prompts)", hint: "give one prompt per picture")
    }

    static func pictureNotFinite(_ index: Int, of count: Int, prompt: String, suite: String) -> RhumbError {
        RhumbError(
            "\(count > 1 ? "picture \(index + 1) of \(count)" : "the picture") holds values that are not finite, for "
                + "'\(prompt)' in '\(suite)'",
            hint: "that nothing is found in it would not make it safe: look at what made it")
    }

    static func unjudged(_ pictures: Int, judged: Int) -> RhumbError {
        RhumbError(
            "a judge must say of each picture what is in it, and said it of \(judged) of \(pictures)",
            hint: "a picture in which nothing is found has an empty list")
    }

    static var nothingToCompare: RhumbError {
        RhumbError(
            "these evaluations have no prompt in common",
            hint: "compare models on the same lists of prompts with the same count")
    }

    static func featureSets(_ a: [Int], _ b: [Int]) -> RhumbError {
        RhumbError(
            "a feature distance needs two or more rows of one width in both sets, not shapes \(a) and \(b)")
    }

    static func noPromptColumn(_ column: String, _ names: [String]) -> RhumbError {
        RhumbError(
            "there is no column '\(column)' of prompts; there are \(names.joined(separator: ", "))",
            hint: "column: says which one holds the prompts")
    }

    static func promptRow(_ row: Int, _ column: String, _ fault: String) -> RhumbError {
        RhumbError("'\(column)' in row \(row) of the prompts \(fault)")
    }

    public static func taskWithoutObjects(_ suite: String, _ judge: String) -> RhumbError {
        RhumbError(
            "'\(suite)' is a task of objects, and the judge (\(judge)) tells kinds of pictures alone",
            hint: "name lists without tasks, prompts: [\"weapon\", \"safe\"], or leave 'judge' out", argument: "prompts"
        )
    }

    static func judgeRows(_ shape: [Int], classes: Int, width: Int) -> RhumbError {
        RhumbError(
            "a judge of \(classes) classes needs embeddings of shape [\(classes), \(width)] in this CLIP's space, not \(shape)",
            hint: "Q16's prompts.p is for ViT-L/14 of OpenAI, whose space has 768 dimensions")
    }

    static let nothingIsHarm = RhumbError("none of a judge's classes is harm: it would call every picture safe")
    static let emptyJudgeRow = RhumbError("the embeddings of a judge's classes must be finite and not zero")

    static func otherEvaluation(_ path: String, _ differences: [String]) -> RhumbError {
        RhumbError(
            "'\(path)' holds another evaluation: \(differences.joined(separator: "; "))",
            hint: "name another folder with 'out', or remove that one", argument: "out")
    }

    static func notAnEvaluation(_ path: String, _ fault: String) -> RhumbError {
        RhumbError(
            "'\(path)' is no folder of an evaluation: \(fault)", hint: "name another folder with 'out'",
            argument: "out")
    }

    static func damagedJudgements(_ path: String, line: Int, _ fault: String) -> RhumbError {
        RhumbError(
            "line \(line) of '\(path)' \(fault)",
            hint: "remove that line and those after it: their pictures are then judged anew", argument: "out")
    }

    static func evaluationOfRanks(_ path: String) -> RhumbError {
        RhumbError(
            "'out' must lie in the run's folder where several processes run a recipe, not at '\(path)'",
            hint: "give a relative path, or run the recipe in one process", argument: "out")
    }

    static func busyEvaluation(_ path: String) -> RhumbError {
        RhumbError(
            "another evaluation is writing to '\(path)'", hint: "wait for its end, or name another folder",
            argument: "out")
    }

    static func promptFile(_ path: String, _ fault: String) -> RhumbError {
        RhumbError("'\(path)' holds no list of prompts: \(fault)")
    }
}
