import Files

extension Evaluation {
    /// What `DetectionFile.read` reads back as the same evaluation.
    public var json: JSON {
        .object([
            .init("protocol", .object(conditions.map { .init($0.name, .string($0.text)) })),
            .init(
                "rules",
                ["threshold": .number(rules.threshold), "counting_threshold": .number(rules.countingThreshold)]),
            .init("feature_distance", featureDistance.map(JSON.number) ?? .null),
            .init("pictures", .array(pictures.map(\.json))),
        ])
    }
}

extension JudgedPicture {
    var json: JSON {
        .object([
            .init("suite", .string(suite)), .init("prompt", .string(prompt)), .init("copy", .integer(copy)),
            .init("clip_score", clipScore.map(JSON.number) ?? .null),
            .init("detections", .array(detections.map(\.json))),
        ])
    }
}

extension Detection {
    fileprivate var json: JSON {
        .object([
            .init("label", .string(label)), .init("harm", harm.map(JSON.string) ?? .null),
            .init("colour", colour.map(JSON.string) ?? .null),
            .init(
                "box",
                box.map { .array([.number($0.x), .number($0.y), .number($0.width), .number($0.height)]) } ?? .null),
            .init("confidence", .number(confidence)),
        ])
    }
}
