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

    static func promptFile(_ path: String, _ fault: String) -> RhumbError {
        RhumbError("'\(path)' holds no list of prompts: \(fault)")
    }
}
