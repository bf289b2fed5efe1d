extension Verb {
    static var print: Verb {
        Verb(
            "print", family: "output", summary: "write values on one line",
            parameters: [
                .rest("values", .any, help: "what to write, separated by spaces"),
                .option("end", .string, default: "\n", help: "what to write after them"),
            ],
            examples: [
                Example("print \"reward\" 0.25", gives: "reward 0.25"), Example("print 1+1", gives: "2"),
            ],
            seeAlso: ["str"]
        ) { call in
            call.host.write(try call.list("values").map(\.text).joined(separator: " ") + (try call.string("end")))
            return .none
        }
    }
}
