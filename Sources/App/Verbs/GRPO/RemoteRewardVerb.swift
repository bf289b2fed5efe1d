import GRPO
import Language

/// `remote`: a reward that a web server gives.
enum RemoteRewardVerb {
    static var remote: Verb {
        Verb(
            "remote", family: "grpo", summary: "the answers of a web server as a reward, for a trainer",
            parameters: [
                Parameter("address", .string, help: "where pictures are sent: \"http://localhost:8000/score\""),
                .option("timeout", .whole(in: 1...86_400), default: 60, help: "seconds that an answer may take"),
                .option(
                    "retries", .whole(in: 0...100), default: 2,
                    help:
                        "how often a picture is sent once more where there was no answer, or one of status 408, 429 or 5xx"
                ),
            ],
            result: "a reward; rewards add up and take weights",
            details: """
                Each picture is sent by POST, as JSON: `{"prompt": "a dog", "image": "iVBOR…"}`, the picture as PNG in \
                base64. The answer is a JSON number, or an object of numbers by name, of which `total` counts, or their \
                sum; the others are columns of the history. Anything else ends the round with an error, and nothing has \
                changed then. Every picture is sent as a request of its own.
                """,
            examples: [
                .init(
                    "remote \"http://localhost:8000/score\" timeout: 10",
                    gives: "reward remote http://localhost:8000/score")
            ],
            seeAlso: ["trainer", "custom", "alignment"]
        ) { call in
            let host = call.host
            return .object(
                RewardValue(
                    try RemoteReward(
                        call.string("address"), timeout: call.whole("timeout"), retries: call.whole("retries")
                    ) { host.note($0) }))
        }
    }
}
