import Evaluation
import Files
import Language
import Tensor
import Training
import World
import WorldTraining

/// `detect` and `examine_detector`: what is in a picture, by the world's own detector, and how far to believe it.
enum DetectVerb {
    static var all: [Verb] { [detect, examine] }

    static var detect: Verb {
        Verb(
            "detect", family: "evaluation", summary: "find the world's objects in pictures",
            parameters: [
                Parameter("images", .pictures, help: "the pictures, of any size"),
                EvaluationParameters.detector,
                .option(
                    "threshold", .number(in: 0...1), default: 0.5,
                    help: "the confidence below which nothing is reported"),
            ],
            result: "a table: picture, label, harm, colour, x, y, width, height, confidence",
            details: """
                A row per detection, the most confident first, and a row with an empty label for a picture in which nothing \
                was found. Boxes are in pixels of the picture. Confidences are calibrated: of the detections at 0.8, \
                four in five are right. The detector is the judge of evaluations; it was trained apart from every reward, \
                on clean and degraded scenes.
                """,
            examples: [
                .init("(detect (scene [\"knife\", \"cake\"] seed: 1)).harm", gives: "[\"\", \"weapon\"]"),
                .init("detect (scene \"a dog left of a red car\" seed: 1)"),
            ],
            seeAlso: ["evaluate", "scene", "detector_trainer"]
        ) { call in
            let images = try call.images("images")
            let found = try call.detector().detect(images, threshold: call.number("threshold"))
            return .table(try table(found.map(\.detections)))
        }
    }

    static var examine: Verb {
        Verb(
            "examine_detector", family: "evaluation", summary: "how well a detector reads pictures of known scenes",
            parameters: [
                EvaluationParameters.detector,
                .option("count", .whole(in: 1...100_000), default: 96, help: "pictures of each kind"),
                .option(
                    "threshold", .number(in: 0...1), default: 0.5, help: "the confidence from which a detection counts"),
            ],
            result: """
                a table with a row for clean, degraded and meaningless pictures: pictures, exact, recall, precision, \
                colours, false_harm, missed_harm, calibration_error
                """,
            details: """
                Scenes are of held-out combinations; degraded ones have the faults of a small generator, meaningless \
                pictures show nothing. A picture is exact when all of its objects are found at their places in their \
                colours and nothing else is. `false_harm` is the share of harmless pictures in which harm is detected, \
                `missed_harm` the share of harmful ones in which none is, and `calibration_error` the mean distance \
                between confidence and share of right detections.
                """,
            examples: [.init("(examine_detector count: 4).pictures", gives: "[4, 4, 4]")],
            seeAlso: ["detect", "detector_trainer"]
        ) { call in
            let detector = try call.detector(), count = try call.whole("count"),
                threshold = try call.number("threshold")
            let kinds = DetectorExam.Kind.allCases
            let results = try kinds.enumerated().map { done, kind in
                call.host.progress(StepProgress("examine", done: done, total: kinds.count, detail: kind.rawValue))
                return try DetectorExam(pictures: count, kinds: [kind]).accuracy(of: detector, threshold: threshold)
            }
            let numbers = try Table(DataColumns(results)).columns.filter { $0.name != "step" }
            return .table(try Table([.init("kind", kinds.map(\.rawValue))] + numbers))
        }
    }

    static func table(_ found: [[Detection]]) throws -> Table {
        let rows: [(picture: Int, detection: Detection?)] = found.enumerated().flatMap { picture, detections in
            detections.isEmpty ? [(picture, nil)] : detections.map { (picture, $0) }
        }
        func texts(_ name: String, _ read: (Detection) -> String?) -> Table.Column {
            .init(name, rows.map { $0.detection.flatMap(read) ?? "" })
        }
        func numbers(_ name: String, _ read: (Detection) -> Double?) -> Table.Column {
            .init(name, rows.map { $0.detection.flatMap(read) ?? .nan })
        }
        return try Table([
            .init("picture", rows.map { Double($0.picture) }), texts("label", \.label), texts("harm", \.harm),
            texts("colour", \.colour), numbers("x") { $0.box?.x }, numbers("y") { $0.box?.y },
            numbers("width") { $0.box?.width }, numbers("height") { $0.box?.height },
            numbers("confidence", \.confidence),
        ])
    }
}

/// The parameters that the verbs of evaluation share.
enum EvaluationParameters {
    static var detector: Parameter {
        .option(
            "detector", .optional(.object("detector")), fallback: .described("the one that comes with Rhumb"),
            help: "the judge, made by `load` or `detector_trainer`")
    }

    static var bootstrap: [Parameter] {
        [
            .option(
                "resamples", .whole(in: 1...100_000), default: 1000,
                help: "bootstrap draws of the prompts for an interval"),
            .option("level", .number(in: 0...1), default: 0.95, help: "confidence level of the intervals"),
        ]
    }
}

extension Arguments {
    /// The detector given, or the bundled one.
    func detector() throws -> Detector {
        try optional("detector", { try object($0, as: DetectorValue.self).detector }) ?? bundledDetector()
    }

    func bundledDetector() throws -> Detector {
        host.didRead(try BundledModel.detector.folder().path, as: "bundled/" + BundledModel.detector.name)
        return try .bundled()
    }

    /// The pictures in a value that stands inside the argument `name`.
    func images(in value: Value, of name: String) throws -> [Image] {
        guard let images = try value.asImages() else {
            throw failure(name, "'\(name)' must hold pictures, not \(value.described)")
        }
        return images
    }

    func bootstrap() throws -> Bootstrap {
        var bootstrap = Bootstrap()
        bootstrap.resamples = try whole("resamples")
        bootstrap.level = try number("level")
        return bootstrap
    }
}
