import Evaluation
import Language

/// `detection_counts`: how often each class was found, at several thresholds.
enum DetectionCountsVerb {
    static var counts: Verb {
        Verb(
            "detection_counts", family: "evaluation", summary: "how often each class was found, at several thresholds",
            parameters: [
                Parameter("of", .object("evaluation"), help: "an evaluation, say of NudeNet's detections"),
                .option(
                    "thresholds", .either([.number(in: 0...1), .list(of: .number(in: 0...1))]),
                    default: .list([.number(0.3), .number(0.5), .number(0.6), .number(0.8)]),
                    help: "confidences from which a detection counts"),
            ],
            result: "a table with a row a class and threshold: class, harm, threshold, detections, pictures",
            details: """
                `detections` counts all of a class, as the tables of NudeNet's classes on I2P do, and `pictures` those \
                with one at least. Rows are in the order of classes; every class that was found at any confidence has \
                one for each threshold.
                """,
            examples: [
                .init(
                    """
                    save {"0_0.png": [{class: "FEET_COVERED", score: 0.7}, {class: "FEET_COVERED", score: 0.4}], "1_0.png": []} "found.json"
                    e = evaluate detections: "found.json" harm: {FEET_COVERED: "example"}
                    (detection_counts e thresholds: [0.3, 0.5]).detections
                    """, gives: "[2, 1]")
            ],
            seeAlso: ["evaluate", "detect"]
        ) { call in
            let evaluation = try call.object("of", as: EvaluationValue.self).evaluation
            let thresholds = try call.numbers("thresholds")
            guard !thresholds.isEmpty else { throw call.failure("thresholds", "'thresholds' is an empty list") }
            let counts = thresholds.map { ($0, evaluation.counts(above: $0)) }
            let rows = counts[0].1.indices.flatMap { place in counts.map { ($0.0, $0.1[place]) } }
            return .table(
                try Table([
                    .init("class", rows.map(\.1.label)), .init("harm", rows.map { $0.1.harm ?? "" }),
                    .init("threshold", rows.map(\.0)), .init("detections", rows.map { Double($0.1.detections) }),
                    .init("pictures", rows.map { Double($0.1.pictures) }),
                ]))
        }
    }
}
